package tidemark_test

import (
	"testing"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// Of one cause a row can go from branch to branch several times: its revisions
// come in their order, so that a sink which deletes what is withdrawn, and with it
// the revision, has the last in the end.
func TestMergeGivesTheRevisionsOfARowInOrder(t *testing.T) {
	for _, turned := range []bool{false, true} {
		var p tidemark.Pipeline
		in, sales := tidemark.FromNanos(&p, "sales", sale.nanos, watermark.Bounded{})
		copies := tidemark.FlatMap(sales, func(s sale, emit func(sale)) {
			for range s.N {
				emit(s)
			}
		})
		panes, late := tidemark.Window[till](tidemark.KeyBy(copies, sale.shop), window.Tumble{Size: 10}, window.Lateness(100))
		tidemark.Collect(late)
		even := tidemark.Filter(panes, func(p window.Pane[int, till]) bool { return p.Facts%2 == 0 })
		odd := tidemark.Filter(panes, func(p window.Pane[int, till]) bool { return p.Facts%2 == 1 })
		if turned {
			even, odd = odd, even
		}
		out := tidemark.Collect(tidemark.Merge(even, odd))
		must(t, in.Feed(sale{1, 5, 1}, sale{1, 20, 1}, sale{1, 6, 4})) // one, then four at once
		last := map[row.ID]uint32{}
		stands := map[row.ID]int{}
		rows := 0
		for s, p := range out.DrainStamped() {
			if rows++; s.Revision < last[s.ID] {
				t.Errorf("turned %t: revision %d of %v after %d", turned, s.Revision, p, last[s.ID])
			}
			if last[s.ID] = s.Revision; s.Kind == row.Withdrawn {
				delete(stands, s.ID)
			} else {
				stands[s.ID] = p.Facts
			}
		}
		if len(stands) != 1 || stands[mapKey(stands)] != 5 || rows != 9 {
			t.Errorf("turned %t: %v stands after %d rows, want one row with 5 facts after 9", turned, stands, rows)
		}
	}
}

func mapKey(m map[row.ID]int) (id row.ID) {
	for id = range m { // order: there is one
		break
	}
	return id
}
