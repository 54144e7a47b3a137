package tidemark_test

import (
	"errors"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// A preview of a session that has changed its Start comes withdrawn. It is no fact:
// a Validate that did not let it pass, and a join that has no version for it, do not
// tell of it as missed once more.
func TestWhatComesWithdrawnIsNotMissed(t *testing.T) {
	for _, c := range []struct {
		wait join.Wait
		want int // rows that the join withdraws
	}{{join.Strict, 0}, {join.Live, 1}} {
		var p tidemark.Pipeline
		in, sales := tidemark.FromNanos(&p, "sales", sale.nanos, watermark.Bounded{Delay: 20})
		dim, versions := tidemark.FromNanos(&p, "versions", sale.nanos, watermark.Bounded{})
		panes, late := tidemark.Window[till](tidemark.KeyBy(sales, sale.shop), window.Session{Gap: 10}, window.EarlyEvery(1))
		tidemark.Collect(late)
		good, bad := tidemark.Validate(panes, func(window.Pane[int, till]) error { return errors.New("bad") })
		tidemark.Collect(good)
		told := tidemark.Collect(bad)
		rows, lost := tidemark.JoinAsOf(panes, tidemark.KeyBy(versions, sale.shop), join.AsOf{Wait: c.wait}, func(p window.Pane[int, till], _ sale) sale { return sale{p.Key, int64(p.Start), 0} })
		out, unmatched := tidemark.Collect(rows), tidemark.Collect(lost)
		must(t, in.Feed(sale{1, 50, 1}, sale{2, 60, 1}, sale{1, 45, 1})) // Early, and withdrawn
		must(t, dim.Advance(time.Unix(0, 1000)))
		withdrawn := 0
		for s := range out.DrainStamped() {
			if s.Kind == row.Withdrawn {
				withdrawn++
			}
		}
		if withdrawn != c.want {
			t.Errorf("%v: %d rows are withdrawn by the join, want %d: nothing was joined, or nobody can know", c.wait, withdrawn, c.want)
		}
		for name, n := range map[string]int{"bad": told.Len(), "unmatched": unmatched.Len()} { // order: each by itself
			if n != 2 {
				t.Errorf("%v: %s has %d rows, want the two previews", c.wait, name, n)
			}
		}
		balanced(t, &p)
	}
}
