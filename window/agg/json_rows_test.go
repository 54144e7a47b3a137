package agg_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window/agg"
)

// rows has every part that gives more than one number.
type rows struct {
	Sizes   agg.Histogram
	Top     agg.TopN[string]
	Heavy   agg.Heavy[int8]
	Most    agg.Greatest[float64, site]
	Loud    agg.Greatest[string, loud]
	First   agg.Collect[any]
	Counter agg.Counter[uint8]
	Delta   agg.Delta[float64]
	NPS     agg.NPS
}

func (r *rows) fill() {
	for i, name := range []string{"c<d>", "b&b", "b&b"} {
		at := watermark.Time(i+1) * 1e9
		r.Sizes.Add(100, int64(i*60-60))
		r.Top.Add(name)
		r.Heavy.AddWeight(1, int8(i), int64(i*5-1))
		r.Most.Add(2, float64(i)/2, site{i, -i, name})
		r.Loud.Add(1, name, loud(name))
		r.First.AddAt(2, at, []any{name, nil})
		r.Counter.AddAt(at, uint8(7*i%12))
		r.Delta.AddAt(at, -float64(i)/4)
		r.NPS.Add(10 * i)
	}
}

func TestRowsAreWrittenAsJSON(t *testing.T) {
	full := `{"Sizes":{"step":100,"buckets":[{"start":-100,"count":1},{"start":0,"count":2}]},` +
		`"Top":[{"key":"b&b","count":2},{"key":"c<d>","count":1}],` +
		`"Heavy":{"total":13,"bound":0,"invalid":1,"keys":[{"key":2,"count":9,"error":0},{"key":1,"count":4,"error":0}]},` +
		`"Most":[{"by":1,"value":{"X":2,"Y":-2,"Name":"b&b"}},{"by":0.5,"value":{"X":1,"Y":-1,"Name":"b&b"}}],` +
		`"Loud":[{"by":"c<d>","value":"C<D>"}],` +
		`"First":{"dropped":1,"values":[{"at":"1970-01-01T00:00:01Z","value":["c<d>",null]},{"at":"1970-01-01T00:00:02Z","value":["b&b",null]}]},` +
		`"Counter":{"increase":9,"rate":4.5,"resets":1},"Delta":-0.5,` +
		`"NPS":{"score":0,"promoters":1,"passives":0,"detractors":1,"invalid":1}}`
	empty := `{"Sizes":{"step":0,"buckets":[]},"Top":[],"Heavy":{"total":0,"bound":0,"invalid":0,"keys":[]},"Most":[],"Loud":[],` +
		`"First":{"dropped":0,"values":[]},"Counter":{"increase":null,"rate":null,"resets":0},"Delta":null,` +
		`"NPS":{"score":null,"promoters":0,"passives":0,"detractors":0,"invalid":0}}`
	for _, want := range []string{full, empty} {
		var r rows
		if want == full {
			r.fill()
		}
		for _, v := range []any{r, &r} {
			var b strings.Builder
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			if err := e.Encode(v); err != nil || b.String() != want+"\n" {
				t.Errorf("%T: %v\n%swant\n%s", v, err, b.String(), want)
			}
			escaped := strings.NewReplacer("&", `\u0026`, "<", `\u003c`, ">", `\u003e`).Replace(want)
			if b, err := json.Marshal(v); err != nil || string(b) != escaped {
				t.Errorf("%T, escaped: %v\n%s\nwant\n%s", v, err, b, escaped)
			}
		}
	}
}

func TestRowsWithFloatsThatJSONCannotHold(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1)} {
		var most agg.Greatest[float64, float32]
		var first agg.Collect[float64]
		var c agg.Counter[float64]
		var d agg.Delta[float64]
		most.Add(1, v, float32(v))
		first.AddAt(1, 0, v)
		c.AddAt(0, 0)
		c.AddAt(1, v)
		d.AddAt(0, 0)
		d.AddAt(1, v)
		b, err := json.Marshal([]any{most, first, c, d})
		const want = `[[{"by":null,"value":null}],{"dropped":0,"values":[{"at":"1970-01-01T00:00:00Z","value":null}]},` +
			`{"increase":null,"rate":null,"resets":0},null]`
		if err != nil || string(b) != want {
			t.Errorf("%v: %v\n%s\nwant\n%s", v, err, b, want)
		}
	}
}

func TestRowsWithoutJSONAreAnError(t *testing.T) {
	var most agg.Greatest[int, func()]
	var first agg.Collect[chan int]
	most.Add(1, 1, func() {})
	first.AddAt(1, 1, nil)
	if b, err := json.Marshal(most); err == nil {
		t.Errorf("a function is written as %s", b)
	}
	if b, err := json.Marshal(first); err == nil {
		t.Errorf("a channel is written as %s", b)
	}
}
