package tidemark_test

import (
	"testing"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// The second row of a fact has an ID that nothing else has: not the second pane
// of one time, nor the second row of another FlatMap.
func TestTheFurtherRowsOfFlatMapHaveIDsOfTheirOwn(t *testing.T) {
	var p tidemark.Pipeline
	in, sales := tidemark.FromNanos(&p, "sales", sale.nanos, watermark.Bounded{})
	panes, late := tidemark.Window[till](tidemark.KeyBy(sales, sale.shop), window.Slide{Size: 10})
	tidemark.Collect(late)
	twice := func(n int64, emit func(int64)) { emit(n); emit(n) }
	first := tidemark.FlatMap(panes, func(p window.Pane[int, till], emit func(int64)) { twice(p.Value.Sum, emit) })
	out := tidemark.Collect(tidemark.FlatMap(tidemark.FlatMap(first, twice), twice))
	must(t, in.Feed(sale{1, 5, 1}, sale{1, 5, 2}, sale{1, 5, 4}, sale{1, 6, 8}))
	must(t, p.Close(t.Context()))
	seen := map[row.ID]bool{}
	for s := range out.DrainStamped() {
		seen[s.ID] = true
	}
	if want := 4 * 2 * 2 * 2; len(seen) != want {
		t.Errorf("%d IDs, want %d", len(seen), want)
	}
}
