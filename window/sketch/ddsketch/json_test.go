package ddsketch_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/sketch/ddsketch"
)

// TestPanesAreWrittenAsJSON: by value and by pointer, from a list and from bins.
func TestPanesAreWrittenAsJSON(t *testing.T) {
	for n, want := range map[int]string{
		0:   `{"n":0,"p50":null,"p90":null,"p99":null,"invalid":0}`,
		11:  `{"n":11,"p50":4.965984203723385,"p90":9.060979979554261,"p99":9.060979979554261,"invalid":2}`,
		101: `{"n":101,"p50":50.00510335954109,"p90":90.00745256446797,"p99":98.26890999065368,"invalid":2}`,
	} {
		var p window.Pane[int, struct{ Handle ddsketch.Quantile }]
		for i := range n {
			p.Value.Handle.Add(float64(i))
		}
		if n > 0 {
			p.Value.Handle.Add(math.NaN())
			p.Value.Handle.Add(math.Inf(-1))
		}
		for _, v := range []any{p, &p} {
			var got struct {
				Value struct{ Handle json.RawMessage }
			}
			b, err := json.Marshal(v)
			if err == nil {
				err = json.Unmarshal(b, &got)
			}
			if err != nil || string(got.Value.Handle) != want {
				t.Errorf("%d values, %T: %v\n%s\nwant\n%s", n, v, err, got.Value.Handle, want)
			}
		}
	}
}

// TestJSONHoldsAllQuantiles: none of which can be infinite.
func TestJSONHoldsAllQuantiles(t *testing.T) {
	var q ddsketch.Quantile
	for _, v := range []float64{math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64} {
		q.Add(v)
	}
	if b, err := json.Marshal(q); err != nil || !json.Valid(b) {
		t.Errorf("%s, %v", b, err)
	}
}
