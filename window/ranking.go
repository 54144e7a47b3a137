package window

import "github.com/tidemark-go/tidemark/watermark"

// Ranking is the first rows of a key that share an event time, best first. It
// belongs to whom it is sent.
type Ranking[K comparable, T any] struct {
	Key  K
	Time watermark.Time // of the rows: of panes, the end of their span less 1 ns
	Rows []T            // at most as many as were asked for
	Of   int            // rows there were
}
