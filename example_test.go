package tidemark_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

type Call struct {
	Org, Agent int
	At         time.Time
}
type Load struct { // an accumulator: a struct of parts, its zero value ready
	Calls  agg.Count
	Agents agg.Distinct[int]
}

func (l *Load) Add(c Call)    { l.Calls.Add(); l.Agents.Add(c.Agent) }
func (l *Load) Merge(o *Load) { l.Calls.Merge(&o.Calls); l.Agents.Merge(&o.Agents) }

func Example() {
	var p tidemark.Pipeline
	in, calls := tidemark.From(&p, "calls", func(c Call) time.Time { return c.At }, watermark.Bounded{Delay: 4 * time.Second})
	byOrg := tidemark.KeyBy(calls, func(c Call) int { return c.Org })
	panes, late := tidemark.Window[Load](byOrg, window.Tumble{Size: 5 * time.Second})
	rows, missed := tidemark.Collect(panes), tidemark.Collect(late)

	ten := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	err := in.Feed(Call{7, 1, ten.Add(time.Second)}, Call{7, 1, ten.Add(4 * time.Second)}, Call{7, 2, ten.Add(9 * time.Second)}, Call{7, 3, ten.Add(2 * time.Second)})
	if err = errors.Join(err, p.Close(context.Background())); err != nil { // the end of input: open windows fire
		panic(err)
	}
	for r := range rows.Drain() {
		fmt.Println(r.Start.UTC().Format("15:04:05"), "org", r.Key, "calls", r.Value.Calls.Value(), "agents", r.Value.Agents.Len())
	}
	for m := range missed.Drain() {
		fmt.Println("agent", m.Fact.Agent, "was", m.Reason, "for", m.Spans)
	}
	// Output:
	// 10:00:00 org 7 calls 2 agents 1
	// 10:00:05 org 7 calls 1 agents 1
	// agent 3 was late for [[2026-11-20T10:00:00Z 2026-11-20T10:00:05Z)]
}
