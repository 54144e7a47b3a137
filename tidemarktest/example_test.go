package tidemarktest_test

import (
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/tidemarktest"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

type order struct {
	Placed time.Time
	Shop   int
	Euros  int
}

func placed(o order) time.Time { return o.Placed }
func shop(o order) int         { return o.Shop }

type sales struct{ Euros agg.Sum[int] }

func (s *sales) Add(o order)    { s.Euros.Add(o.Euros) }
func (s *sales) Merge(o *sales) { s.Euros.Merge(&o.Euros) }

// revenue is the pipeline of a program, as its tests build it.
func revenue(p *tidemark.Pipeline) (feed func(...order) error, rows []tidemarktest.Rows) {
	in, orders := tidemark.From(p, "orders", placed, watermark.Bounded{Delay: 2 * time.Second})
	panes, late := tidemark.Window[sales](tidemark.KeyBy(orders, shop), window.Tumble{Size: time.Minute}, window.Sorted)
	return in.Feed, []tidemarktest.Rows{tidemarktest.Of(tidemark.Collect(panes)), tidemarktest.Of(tidemark.Collect(late))}
}

func hundred() (orders []order) {
	for i := range 100 {
		orders = append(orders, order{time.Unix(1_700_000_000+int64(i), 0), i % 3, i})
	}
	return orders
}

// A test of a program: however its facts are cut into calls, and in whatever
// order they come within two seconds, the rows are the same.
func Example() {
	var t *testing.T // that of the test
	tidemarktest.Cut(t, revenue, hundred(), tidemarktest.Options{})
	tidemarktest.Permute(t, revenue, hundred(), placed, 2*time.Second, tidemarktest.Options{Tries: 1000})
}

func TestRevenueDependsOnItsFactsAlone(t *testing.T) {
	tidemarktest.Cut(t, revenue, hundred(), tidemarktest.Options{})
	tidemarktest.Permute(t, revenue, hundred(), placed, 2*time.Second, tidemarktest.Options{})
}
