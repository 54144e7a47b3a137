package window_test

import (
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// words counts words; it keeps nothing else.
type words struct{ n int }

func (w *words) Add(string)     { w.n++ }
func (w *words) Merge(o *words) { w.n += o.n }

// A store works without a pipeline: facts in, W forward, panes out.
func ExampleStore() {
	s, err := window.NewStore[words, string, string](window.Tumble{Size: time.Minute}, window.Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	at := func(sec int) watermark.Time { return watermark.Time(sec) * watermark.Time(time.Second) }
	s.Add("en", at(10), "hello", nil)
	s.Add("en", at(59), "world", nil)
	s.Add("fr", at(61), "bonjour", nil)
	s.Advance(at(60), func(p window.Pane[string, words]) { fmt.Println(p.Key, p.Value.n, p.End) })
	fmt.Println("late for", s.Add("en", at(59), "again", nil))
	// Output:
	// en 2 1970-01-01T00:01:00Z
	// late for [[1970-01-01T00:00:00Z 1970-01-01T00:01:00Z)]
}
