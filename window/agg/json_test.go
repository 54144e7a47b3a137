package agg_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

// loud marshals itself by its pointer.
type loud string

func (l *loud) MarshalText() ([]byte, error) { return []byte(strings.ToUpper(string(*l))), nil }

type site struct {
	X, Y int
	Name string
}

// all has every part; its fields are exported, as they must be for encoding/json.
type all struct {
	Count    agg.Count
	Ints     agg.Sum[int8]
	Floats   agg.Sum[float64]
	Mean     agg.Mean[int]
	Variance agg.Variance
	Min      agg.Min[string]
	Max      agg.Max[time.Duration]
	When     agg.Max[watermark.Time]
	Extent   agg.Extent[float32]
	First    agg.First[bool]
	Last     agg.Last[site]
	Loud     agg.Last[loud]
	Any      agg.Last[any]
	Distinct agg.Distinct[string]
	Facts    agg.Facts[int]
}

func (a *all) fill() {
	for i, name := range []string{"c<d>", "b&b", "b&b"} {
		at := watermark.Time(i+1) * 1e9
		a.Count.Add()
		a.Ints.Add(int8(-i))
		a.Floats.Add(0.5e6)
		a.Mean.Add(i)
		a.Variance.Add(float64(i))
		a.Min.Add(name)
		a.Max.Add(time.Duration(i) * time.Microsecond)
		a.When.Add(at)
		a.Extent.Add(float32(i) + 0.1)
		a.First.AddAt(at, i == 0)
		a.Last.AddAt(at, site{i, -i, name})
		a.Loud.AddAt(at, loud(name))
		a.Any.AddAt(at, []any{name, nil})
		a.Distinct.Add(name)
		a.Facts.Add(i)
	}
}

// TestPanesAreWrittenAsJSON: by value and by pointer, with all that is in them.
func TestPanesAreWrittenAsJSON(t *testing.T) {
	full := `{"Count":3,"Ints":-3,"Floats":1500000,"Mean":1,"Variance":{"n":3,"mean":1,"variance":1},` +
		`"Min":"b&b","Max":2000,"When":"1970-01-01T00:00:03Z","Extent":{"min":0.1,"max":2.1},` +
		`"First":{"at":"1970-01-01T00:00:01Z","value":true},"Last":{"at":"1970-01-01T00:00:03Z","value":{"X":2,"Y":-2,"Name":"b&b"}},` +
		`"Loud":{"at":"1970-01-01T00:00:03Z","value":"B&B"},"Any":{"at":"1970-01-01T00:00:03Z","value":["b&b",null]},` +
		`"Distinct":2,"Facts":{}}`
	empty := `{"Count":0,"Ints":0,"Floats":0,"Mean":null,"Variance":{"n":0,"mean":null,"variance":null},` +
		`"Min":null,"Max":null,"When":null,"Extent":null,"First":null,"Last":null,"Loud":null,"Any":null,"Distinct":0,"Facts":{}}`
	for _, want := range []string{full, empty} {
		p := window.Pane[string, all]{Span: window.Span{Start: 0, End: 5e9}, Key: "a", Facts: 3, Last: 3e9}
		p.Stamp = row.Stamp{Time: p.End - 1, Kind: row.Early, Revision: 2, ID: row.ID{0, 15}}
		if want == full {
			p.Value.fill()
		}
		pane := `{"Start":"1970-01-01T00:00:00Z","End":"1970-01-01T00:00:05Z","Time":"1970-01-01T00:00:04.999999999Z","Kind":"early","Forced":false,` +
			`"Revision":2,"ID":"0000000000000000000000000000000f","Key":"a","Value":` + want + `,"Facts":3,"Last":"1970-01-01T00:00:03Z"}`
		for _, v := range []any{p, &p, any(p)} {
			var b strings.Builder
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			if err := e.Encode(v); err != nil || b.String() != pane+"\n" {
				t.Errorf("%T: %v\n%swant\n%s", v, err, b.String(), pane)
			}
			escaped := strings.ReplaceAll(pane, "&", `\u0026`)
			if b, err := json.Marshal(v); err != nil || string(b) != escaped {
				t.Errorf("%T, escaped: %v\n%s\nwant\n%s", v, err, b, escaped)
			}
		}
	}
}

func TestFloatsThatJSONCannotHoldAreNull(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		var sum agg.Sum[float32]
		var mean agg.Mean[float64]
		var variance agg.Variance
		var least agg.Min[float64]
		var most agg.Max[float32]
		var extent agg.Extent[float64]
		var first agg.First[float64]
		var last agg.Last[any]
		sum.Add(float32(v))
		mean.Add(v)
		variance.Add(v)
		variance.Add(v)
		least.Add(v)
		most.Add(float32(v))
		extent.Add(v)
		first.AddAt(0, v)
		last.AddAt(0, v)
		b, err := json.Marshal([]any{sum, mean, variance, least, most, extent, first, last})
		const want = `[null,null,{"n":2,"mean":null,"variance":null},null,null,{"min":null,"max":null},` +
			`{"at":"1970-01-01T00:00:00Z","value":null},{"at":"1970-01-01T00:00:00Z","value":null}]`
		if err != nil || string(b) != want {
			t.Errorf("%v: %v\n%s\nwant\n%s", v, err, b, want)
		}
	}
}

// TestNumbersAreWrittenAsEncodingJSONDoes: and so are read by whatever reads that.
func TestNumbersAreWrittenAsEncodingJSONDoes(t *testing.T) {
	for _, v := range []float64{0, math.Copysign(0, -1), 1e6, 1e20, 1e21, 1e-6, 1e-7, 0.1, math.MaxFloat64, math.SmallestNonzeroFloat64} {
		var m agg.Max[float64]
		m.Add(v)
		got, err := json.Marshal(m)
		if want, _ := json.Marshal(v); err != nil || string(got) != string(want) {
			t.Errorf("%v is written %s, want %s: %v", v, got, want, err)
		}
	}
	var u agg.Sum[uint64]
	u.Add(math.MaxUint64)
	if b, err := json.Marshal(u); err != nil || string(b) != fmt.Sprint(uint64(math.MaxUint64)) {
		t.Errorf("%s, %v", b, err)
	}
}

func TestWhatHasNoJSONIsAnError(t *testing.T) {
	var l agg.Last[func()]
	l.AddAt(0, func() {})
	if b, err := json.Marshal(l); err == nil {
		t.Errorf("a function is written as %s", b)
	}
}
