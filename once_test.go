package tidemark_test

import (
	"cmp"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

type saleStream = tidemark.Keyed[int, sale]

// again is a window of sales by shop, whose rows come again with some options.
func again(s saleStream, options ...window.Option) tidemark.Keyed[int, window.Pane[int, till]] {
	panes, _ := tidemark.Window[till](s, window.Tumble{Size: 10}, options...)
	return panes
}

// Whatever lies between, Check refuses the stages that would count a row twice
// which is sent again; and no others, and none if no row is.
func TestRowsThatComeAgainAreRefusedBehindEveryStage(t *testing.T) {
	type panes = tidemark.Keyed[int, window.Pane[int, till]]
	saleOf := func(p window.Pane[int, till]) sale { return sale{p.Key, int64(p.Start), p.Value.Sum} }
	keyed := func(s tidemark.Of[sale]) saleStream { return tidemark.KeyBy(s, sale.shop) }
	join1 := func(s, d sale) sale { return s }
	between := map[string]func(p panes, versions saleStream) saleStream{
		"Map": func(p panes, _ saleStream) saleStream { return keyed(tidemark.Map(p, saleOf)) },
		"FlatMap": func(p panes, _ saleStream) saleStream {
			return keyed(tidemark.FlatMap(p, func(p window.Pane[int, till], emit func(sale)) { emit(saleOf(p)) }))
		},
		"Filter": func(p panes, _ saleStream) saleStream {
			return keyed(tidemark.Map(tidemark.Filter(p, func(window.Pane[int, till]) bool { return true }), saleOf))
		},
		"Validate": func(p panes, _ saleStream) saleStream {
			good, bad := tidemark.Validate(p, func(window.Pane[int, till]) error { return nil })
			tidemark.Collect(bad)
			return keyed(tidemark.Map(good, saleOf))
		},
		"what Validate tells": func(p panes, _ saleStream) saleStream {
			good, bad := tidemark.Validate(p, func(window.Pane[int, till]) error { return nil })
			tidemark.Collect(good)
			return keyed(tidemark.Map(bad, func(m tidemark.Missed[window.Pane[int, till]]) sale { return saleOf(m.Fact) }))
		},
		"the first of a Merge":  func(p panes, v saleStream) saleStream { return tidemark.Merge(keyed(tidemark.Map(p, saleOf)), v) },
		"the second of a Merge": func(p panes, v saleStream) saleStream { return tidemark.Merge(v, keyed(tidemark.Map(p, saleOf))) },
		"JoinAsOf": func(p panes, v saleStream) saleStream {
			rows, _ := tidemark.JoinAsOf(p, v, join.AsOf{}, func(p window.Pane[int, till], d sale) sale { return saleOf(p) })
			return rows
		},
		"what JoinAsOf tells": func(p panes, v saleStream) saleStream {
			rows, lost := tidemark.JoinAsOf(p, v, join.AsOf{}, func(p window.Pane[int, till], d sale) sale { return saleOf(p) })
			tidemark.Collect(rows)
			return keyed(tidemark.Map(lost, func(m tidemark.Missed[window.Pane[int, till]]) sale { return saleOf(m.Fact) }))
		},
		"Lookup": func(p panes, _ saleStream) saleStream {
			rows, _ := tidemark.Lookup(p, func(int) (int, bool, error) { return 0, true, nil }, join.Cache{}, func(p window.Pane[int, till], _ int) sale { return saleOf(p) })
			return rows
		},
		"what Lookup tells": func(p panes, _ saleStream) saleStream {
			rows, lost := tidemark.Lookup(p, func(int) (int, bool, error) { return 0, false, nil }, join.Cache{}, func(p window.Pane[int, till], _ int) sale { return saleOf(p) })
			tidemark.Collect(rows)
			return keyed(tidemark.Map(lost, func(m tidemark.Missed[window.Pane[int, till]]) sale { return saleOf(m.Fact) }))
		},
		"two stages": func(p panes, v saleStream) saleStream {
			return tidemark.Filter(tidemark.Merge(v, keyed(tidemark.Map(p, saleOf))), func(sale) bool { return true })
		},
	}
	counts := map[string]func(s, other saleStream){
		"Window counts rows": func(s, _ saleStream) {
			p, _ := tidemark.Window[till](s, window.Tumble{Size: 100})
			tidemark.Collect(p)
		},
		"Top ranks rows": func(s, _ saleStream) {
			r, _ := tidemark.Top(s, 1, func(a, b sale) int { return cmp.Compare(a.N, b.N) })
			tidemark.Collect(r)
		},
		"InOrder puts rows in order of time": func(s, _ saleStream) {
			o, _ := tidemark.InOrder(s)
			tidemark.Collect(o)
		},
		"Dedup lets a row through once": func(s, _ saleStream) {
			u, _ := tidemark.Dedup(s, join.Dedup{Horizon: 10})
			tidemark.Collect(u)
		},
		"a version is what it is from its time on": func(s, other saleStream) {
			r, _ := tidemark.JoinAsOf(other, s, join.AsOf{}, join1)
			tidemark.Collect(r)
		},
		"JoinWithin pairs a row once with each that it meets": func(s, other saleStream) {
			r, _, _ := tidemark.JoinWithin(s, other, join.Interval{}, join1)
			tidemark.Collect(r)
		},
		"pairs a row once with each that it meets": func(s, other saleStream) { // on its right side
			_, l, _ := tidemark.JoinWithin(other, s, join.Interval{}, join1)
			tidemark.Collect(l)
		},
		"": func(s, other saleStream) { // all others may have them
			r, _ := tidemark.JoinAsOf(s, other, join.AsOf{}, join1)
			tidemark.Collect(tidemark.Merge(tidemark.Filter(tidemark.KeyBy(tidemark.Map(r, func(s sale) sale { return s }), sale.shop), func(sale) bool { return true }), s))
		},
	}
	for _, options := range [][]window.Option{{window.Lateness(1)}, {window.EarlyEvery(1)}, {window.Deadline(1)}, {window.Lateness(0)}, {window.Sorted, window.Fill(1)}, {window.Sorted, window.MaxKeys{N: 9}}} {
		sent := options[0] == window.Option(window.Lateness(1)) || len(options) == 1 && options[0] != window.Option(window.Lateness(0))
		for through, build := range between { // order: each by itself
			for what, count := range counts { // order: each by itself
				p := tidemark.Pipeline{Clock: func() time.Time { return time.Unix(0, 0) }}
				_, sales := tidemark.FromNanos(&p, "sales", sale.nanos, watermark.Bounded{})
				_, others := tidemark.FromNanos(&p, "others", sale.nanos, watermark.Bounded{})
				tidemark.Collect(others)
				count(build(again(keyed(sales), options...), keyed(others)), keyed(others))
				err := p.Check()
				switch {
				case !sent || what == "":
					if err != nil {
						t.Errorf("%v, %s, then %q: %v", options, through, what, err)
					}
				case err == nil || !strings.Contains(err.Error(), what+", and sales/window sends rows again") || !strings.Contains(err.Error(), "second Window of the same facts"):
					t.Errorf("%v, %s, then %q: %v", options, through, what, err)
				}
			}
		}
	}
}
