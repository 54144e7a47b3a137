package tidemark

import "github.com/tidemark-go/tidemark/watermark"

// misses is the second output of a stage: the facts that it did not count.
type misses[T any] struct {
	st  *stage
	x   items[Missed[T]]
	out *port[Missed[T]]
}

func newMisses[T any](st *stage, label string) misses[T] {
	return misses[T]{st: st, x: newItems[Missed[T]](), out: newPort[Missed[T]](st, label, plain)}
}

// begin empties it for the run at hand.
func (m *misses[T]) begin() {
	if m.out.reads == 0 {
		return
	}
	m.out.begin()
	m.x.begin()
}

// add tells of item i of b, which the stage did not count; w is the watermark
// before the batch.
func (m *misses[T]) add(b *batch[T], i int, w watermark.Time, why Missed[T]) {
	if m.out.reads == 0 {
		return
	}
	why.Fact, why.Time, why.Watermark = b.facts[i], b.times[i], b.before(i, w)
	m.tell(b.cause[i], why)
}

// tell is add for a fact that is not in a batch any more.
func (m *misses[T]) tell(cause uint32, why Missed[T]) {
	if m.out.reads == 0 {
		return
	}
	why.Stage = m.st.name
	m.x.facts = append(m.x.facts, why)
	m.x.times = append(m.x.times, why.goesOn())
	m.x.cause = append(m.x.cause, cause)
}

// give hands them to the port, with the moves of W that the stage passes on.
func (m *misses[T]) give(marks []watermark.Mark, w watermark.Time, idle bool) {
	if m.out.reads > 0 {
		m.x.marks = append(m.x.marks, marks...)
		m.x.give(m.out)
		m.out.moved(w, idle)
	}
}
