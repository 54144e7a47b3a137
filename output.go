package tidemark

import (
	"iter"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/scan"
	"github.com/tidemark-go/tidemark/row"
)

// Output holds rows until they are drained. Its methods may be called by any
// goroutine, and after Close too.
type Output[R any] struct {
	stateless
	st   *stage
	in   *port[R]
	rows rows[R]
	used rows[R] // drained memory, to be used again
	wipe bool
}

// rows are rows with their stamps: in a column, unless they are in the rows.
type rows[R any] struct {
	vals   []R
	stamps []row.Stamp
	head   int // of vals that are gone already
}

// Collect keeps the rows of s for the program to drain.
func Collect[R any](s Of[R]) *Output[R] {
	in := portOf(s)
	st := newStage("collect", in)
	o := &Output[R]{st: st, in: in, wipe: scan.For[R]()}
	st.op, st.terminal = o, true
	st.p.mu.Lock()
	st.p.outputs = append(st.p.outputs, o)
	st.p.mu.Unlock()
	return o
}

func (o *Output[R]) detail() string { return "" }

// held tells the rows to be drained, and the memory for them and for those to
// come, without what rows point to.
func (o *Output[R]) held() (keys, rows, bytes int64) {
	n := cap(o.rows.vals) + cap(o.used.vals)
	stamps := cap(o.rows.stamps) + cap(o.used.stamps)
	return 0, int64(o.count()), int64(n)*int64(unsafe.Sizeof(*new(R))) + int64(stamps)*int64(unsafe.Sizeof(row.Stamp{}))
}

func (o *Output[R]) run() {
	b := &o.in.batch
	if len(b.facts) == 0 {
		return
	}
	if x := o.in.own; x != nil && o.in.reads == 1 && len(o.rows.vals) == 0 && len(b.facts) > chunk/4 {
		// Nobody else reads them: the memory changes hands.
		o.rows.vals, x.facts = x.facts, o.rows.vals
	} else {
		o.rows.vals = append(o.rows.vals, b.facts...)
	}
	if b.stamp == nil {
		o.rows.stamps = b.appendStamps(o.rows.stamps)
	}
	o.st.counted(len(b.facts))
	o.st.p.crowded = true
}

// count is Len for a caller who holds the lock.
func (o *Output[R]) count() int { return len(o.rows.vals) - o.rows.head }

// Len is the number of rows to drain.
func (o *Output[R]) Len() int {
	if o.st == nil {
		return 0
	}
	o.st.p.mu.Lock()
	defer o.st.p.mu.Unlock()
	return o.count()
}

// Drain returns a single-use iterator over the rows that are there when it is
// ranged over: what is ranged over is gone, and what a break leaves is kept. The
// lock is not held meanwhile: the loop may feed the pipeline.
func (o *Output[R]) Drain() iter.Seq[R] {
	return func(yield func(R) bool) {
		r := o.take()
		defer func() { o.giveBack(r) }()
		for r.head < len(r.vals) {
			r.head++
			if !yield(r.vals[r.head-1]) {
				return
			}
		}
	}
}

// DrainStamped is Drain with the stamp of each row.
func (o *Output[R]) DrainStamped() iter.Seq2[row.Stamp, R] {
	return func(yield func(row.Stamp, R) bool) {
		r := o.take()
		defer func() { o.giveBack(r) }()
		for r.head < len(r.vals) {
			i := r.head
			r.head++
			s := row.Stamp{}
			if i < len(r.stamps) {
				s = r.stamps[i]
			} else {
				s = *o.in.stamp(&r.vals[i])
			}
			if !yield(s, r.vals[i]) {
				return
			}
		}
	}
}

// DrainTo appends all rows to dst.
func (o *Output[R]) DrainTo(dst []R) []R {
	if o.st == nil {
		return dst
	}
	o.st.p.mu.Lock()
	defer o.st.p.mu.Unlock()
	dst = append(dst, o.rows.vals[o.rows.head:]...)
	o.empty(&o.rows)
	return dst
}

// take takes all rows away.
func (o *Output[R]) take() rows[R] {
	if o.st == nil {
		return rows[R]{}
	}
	o.st.p.mu.Lock()
	defer o.st.p.mu.Unlock()
	r := o.rows
	o.rows, o.used = o.used, rows[R]{}
	return r
}

// giveBack returns what take gave, less what has been drained of it.
func (o *Output[R]) giveBack(r rows[R]) {
	if o.st == nil {
		return
	}
	o.st.p.mu.Lock()
	defer o.st.p.mu.Unlock()
	if r.head < len(r.vals) { // the rest comes before what has been added meanwhile
		r.vals = append(r.vals, o.rows.vals[o.rows.head:]...)
		if len(r.stamps) > 0 {
			r.stamps = append(r.stamps, o.rows.stamps[o.rows.head:]...)
		}
		o.rows, r = r, o.rows
		o.st.p.crowded = true
	}
	o.empty(&r)
	if o.count() == 0 { // what has just been read is in the nearer caches: it is written next
		o.rows, r = r, o.rows
	}
	if cap(r.vals) > cap(o.used.vals) {
		o.used = r
	}
}

// empty takes the rows away and keeps the memory.
func (o *Output[R]) empty(r *rows[R]) {
	if o.wipe {
		clear(r.vals)
	}
	r.vals, r.stamps, r.head = r.vals[:0], r.stamps[:0], 0
}
