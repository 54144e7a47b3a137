package tidemark_test

import (
	"cmp"
	"slices"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// rank gives the rankings of the times that W has passed.
func (s *refStage) rank(w watermark.Time, forced bool) {
	slices.SortStableFunc(s.held, func(a, b refWaiting) int { return cmp.Compare(a.time, b.time) })
	for len(s.held) > 0 && s.held[0].time < w {
		t, key := s.held[0].time, s.held[0].key
		mine := func(x refWaiting) bool { return x.time == t && x.key == key }
		var rows []sale
		for _, x := range s.held {
			if mine(x) {
				rows = append(rows, s.of(x.refRow))
			}
		}
		s.held = slices.DeleteFunc(s.held, mine)
		of := len(rows)
		slices.SortStableFunc(rows, s.better)
		stamp := row.Stamp{Time: t, Forced: forced, ID: row.ID{mix(int64(key), int64(t)), uint64(s.index) + 1}}
		s.main.rows = append(s.main.rows, refRow{sale: rankSale(key, t, rows[:min(of, s.n)], of), time: t, stamp: stamp})
		s.ledger.Out.Final++
	}
}

// crowded reports whether a top refuses a key, and how many it holds.
func (s *refStage) crowded(key int) (held int, refused bool) {
	keys := map[int]bool{}
	for _, x := range s.held {
		keys[x.key] = true
	}
	return len(keys), s.op == opTop && s.keys > 0 && len(keys) >= s.keys && !keys[key]
}

// better ranks sales, none as good as another: which of them is first is a matter of
// IDs otherwise.
func (s *step) better(a, b sale) int {
	return cmp.Or(cmp.Compare(b.N%4, a.N%4), cmp.Compare(b.N, a.N), cmp.Compare(b.At, a.At), cmp.Compare(b.Shop, a.Shop))
}

// rankSale makes a ranking a sale.
func rankSale(key int, t watermark.Time, rows []sale, of int) sale {
	h := []int64{int64(of)}
	for _, r := range rows {
		h = append(h, r.N)
	}
	return sale{key, int64(t), int64(mix(h...))}
}

// top is a ranking of sales or panes, and a Map of what it gives.
func top(s *step, i int, of kind, in, b *built) {
	if of == paned {
		sale := func(p takings) sale { return paneSale(p, s.commute) }
		ranks, late := tidemark.Top(in.panes, s.n, func(a, b takings) int { return s.better(sale(a), sale(b)) }, s.options()...)
		b.sales, b.missedPanes = ranked(s, i, ranks, sale), late
		return
	}
	ranks, late := tidemark.Top(in.keyed, s.n, s.better, s.options()...)
	b.sales, b.missed = ranked(s, i, ranks, func(x sale) sale { return x }), late
}

func ranked[T any](s *step, i int, ranks tidemark.Keyed[int, window.Ranking[int, T]], of func(T) sale) tidemark.Stream[sale] {
	ranks = tidemark.Named(ranks, s.name(i))
	return tidemark.Map(ranks, func(r window.Ranking[int, T]) sale {
		var rows []sale
		for _, x := range r.Rows {
			rows = append(rows, of(x))
		}
		return rankSale(r.Key, r.Time, rows, r.Of)
	})
}
