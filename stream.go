package tidemark

import (
	"github.com/tidemark-go/tidemark/watermark"
)

// Stream is a typed point in a pipeline. It is a small value, to be passed around.
type Stream[T any] struct{ port *port[T] }

// Keyed is a stream whose facts have a key; state downstream is per key.
type Keyed[K comparable, T any] struct {
	Stream[T]
	key func(T) K // nil: the batches have a column of keys
}

// Of is any stream of T: a Stream[T] or a Keyed[K, T].
type Of[T any] interface{ stream() Stream[T] }

// Same is S itself, a Stream[T] or a Keyed[K, T]: what goes through an operator
// that takes Same keeps its key.
type Same[S, T any] interface {
	Of[T]
	with(Stream[T]) S
	withKeys(Stream[T]) S
	keysOf(b *batch[T], into column) column
}

// portOf returns the port of a stream, nil if there is none.
func portOf[T any](s Of[T]) *port[T] {
	if s == nil {
		return nil
	}
	return s.stream().port
}

func (s Stream[T]) stream() Stream[T] { return s }

func (s Stream[T]) with(t Stream[T]) Stream[T] { return t }

func (s Stream[T]) withKeys(t Stream[T]) Stream[T] { return t }

func (s Stream[T]) keysOf(*batch[T], column) column { return nil }

func (s Keyed[K, T]) with(t Stream[T]) Keyed[K, T] { return Keyed[K, T]{t, s.key} }

// withKeys is with for a stream whose batches have a column of keys.
func (s Keyed[K, T]) withKeys(t Stream[T]) Keyed[K, T] { return Keyed[K, T]{t, nil} }

// keysOf gives the keys of b as a column, in that of the run before.
func (s Keyed[K, T]) keysOf(b *batch[T], into column) column {
	c, ok := into.(*keyColumn[K])
	if !ok {
		c = new(keyColumn[K])
	}
	if s.key == nil {
		c.keys = append(c.keys[:0], s.keys(b, nil)...)
	} else {
		c.keys = s.keys(b, c.keys)
	}
	return c
}

// keys gives the keys of b, in buf if they have to be made.
func (s Keyed[K, T]) keys(b *batch[T], buf []K) []K {
	if s.key == nil {
		if b.keys == nil { // a stream of a zero value
			return make([]K, len(b.facts))
		}
		return b.keys.(*keyColumn[K]).keys
	}
	if cap(buf) < len(b.facts) {
		buf = make([]K, max(len(b.facts), chunk))
	}
	buf = buf[:len(b.facts)]
	for i := range b.facts {
		buf[i] = s.key(b.facts[i])
	}
	return buf
}

// port is an output of a stage: what it gave in the run at hand, and how far
// its watermark has come.
type port[T any] struct {
	batch[T]
	of     *stage
	label  string // of a second output: "late"; "" for the main one
	name   string // given by Named to a second output
	mode   stampMode
	w      watermark.Time // after the run
	idle   bool           // others need not wait for it
	epoch  uint64         // the run that filled it
	reads  int            // stages that read it
	orders bool           // one of them needs the times and causes of rows that have a stamp in them
	rev    revision       // of the rows to come, once the stage is open
	own    *items[T]      // whose memory the batch is, if it is not that of another stage
}

// stampMode is where the stamps of a port's rows are.
type stampMode uint8

const (
	plain    stampMode = iota // facts: there are none but the time
	embedded                  // in the facts themselves, which are panes
	columned                  // in a column of the batch
)

// fed reports whether the port was filled in the run at hand.
func (o *port[T]) fed() bool { return o.epoch == o.of.p.epoch }

// begin marks the port as filled in the run at hand. Whoever fills it sets all
// columns that its rows have.
func (o *port[T]) begin() { o.epoch = o.of.p.epoch }

// moved takes W and idleness over from what feeds the stage.
func (o *port[T]) moved(w watermark.Time, idle bool) { o.w, o.idle = w, idle }

// String names the port, as errors and Explain do.
func (o *port[T]) String() string {
	switch {
	case o.label == "":
		return o.of.name
	case o.name != "":
		return o.name
	}
	return o.of.name + ":" + o.label
}
