package hll_test

import (
	"encoding/json"
	"testing"

	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/sketch/hll"
)

// TestPanesAreWrittenAsJSON: by value and by pointer, exact and estimated.
func TestPanesAreWrittenAsJSON(t *testing.T) {
	for n, want := range map[int]string{0: `{"Phones":0}`, 2: `{"Phones":2}`, 1025: `{"Phones":1032}`} {
		var p window.Pane[int, struct{ Phones hll.Distinct[int] }]
		for i := range n {
			p.Value.Phones.Add(i)
			p.Value.Phones.Add(i / 2)
		}
		for _, v := range []any{p, &p} {
			var got struct{ Value json.RawMessage }
			b, err := json.Marshal(v)
			if err == nil {
				err = json.Unmarshal(b, &got)
			}
			if err != nil || string(got.Value) != want {
				t.Errorf("%T: %v, %s, want %s", v, err, got.Value, want)
			}
		}
	}
}
