// Hello is the smallest program with a window: internal/lint weighs it.
package main

import (
	"context"
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

type hello struct{ from, sec int64 }

func (h hello) at() time.Time { return time.Unix(h.sec, 0) }
func (h hello) key() int64    { return h.from }

func main() {
	var p tidemark.Pipeline
	in, hellos := tidemark.From(&p, "hellos", hello.at, watermark.Bounded{Delay: 4 * time.Second})
	panes, _ := tidemark.Window[agg.Facts[hello]](tidemark.KeyBy(hellos, hello.key), window.Tumble{Size: 5 * time.Second})
	out := tidemark.Collect(panes)
	if err := in.Feed(hello{1, 1}, hello{2, 4}, hello{1, 3}, hello{1, 9}); err != nil {
		panic(err)
	}
	if err := p.Close(context.Background()); err != nil {
		panic(err)
	}
	for pane := range out.Drain() {
		fmt.Println(pane.Start.UTC().Second(), pane.End.UTC().Second(), pane.Key, pane.Facts)
	}
}
