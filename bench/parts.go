package bench

import "github.com/tidemark-go/tidemark/window/agg"

// figures is the accumulator of W1 in the parts that the library has.
type figures[K comparable] struct {
	Count agg.Count
	Sum   agg.Sum[int64]
	Range agg.Extent[int64]
}

func (a *figures[K]) Add(f fact[K]) {
	a.Count.Add()
	a.Sum.Add(f.Value)
	a.Range.Add(f.Value)
}

func (a *figures[K]) Merge(o *figures[K]) {
	a.Count.Merge(&o.Count)
	a.Sum.Merge(&o.Sum)
	a.Range.Merge(&o.Range)
}

func (a figures[K]) total() int64 { return a.Sum.Value() }
