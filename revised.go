package tidemark

import (
	"fmt"
	"sort"
	"time"

	"github.com/tidemark-go/tidemark/row"
)

// replaced is the row that an item of a batch takes the place of: it was sent
// before, under the same ID. It travels beside the item, through the same
// functions, so that a stage can tell what it has made of it without
// remembering it.
type replaced[T any] struct {
	at    int // the item
	fact  T
	stamp row.Stamp
}

// replacedBy returns the row that item i takes the place of, nil if there is none.
func (b *batch[T]) replacedBy(i int) *replaced[T] {
	if len(b.olds) == 0 {
		return nil
	}
	n := sort.Search(len(b.olds), func(k int) bool { return b.olds[k].at >= i })
	if n == len(b.olds) || b.olds[n].at != i {
		return nil
	}
	return &b.olds[n]
}

// replace notes that the item appended last takes the place of a row.
func (x *items[T]) replace(fact T, stamp row.Stamp) {
	x.olds = append(x.olds, replaced[T]{len(x.facts) - 1, fact, stamp})
}

// withdraw appends the row that item i of b takes the place of, as one that
// does not hold any more.
func (x *items[T]) withdraw(b *batch[T], i int, fact T, id row.ID, o *port[T]) {
	s := b.stampOf(i)
	s.Kind, s.ID = row.Withdrawn, id
	x.facts = append(x.facts, fact)
	x.times = append(x.times, b.times[i])
	x.cause = append(x.cause, b.cause[i])
	switch o.mode {
	case columned:
		x.stamps = append(x.stamps, s)
	case embedded:
		*o.stamp(&x.facts[len(x.facts)-1]) = s
	}
	if b.keys != nil {
		if x.keys == nil {
			x.keys = b.keys.empty()
		}
		x.keys.push(b.keys, i)
	}
	o.of.ledger.Out.Withdrawn++
}

// revision is what a port tells of the rows to come: whether some take the
// place of others, and how far behind W they may.
type revision struct {
	by     string        // the window, or join, that makes them; "": none does
	kept   bool          // it is a join that keeps rows for late versions
	behind time.Duration // the greatest lateness of the windows before, and of late versions
	unsure bool          // what a row takes the place of may have been another: a join did not wait for its versions
}

// inherits takes over what the streams that a stage reads tell.
func (o *port[T]) inherits(from ...reader) {
	for _, f := range from {
		r := f.revised()
		if o.rev.by == "" {
			o.rev.by, o.rev.kept = r.by, r.kept
		}
		o.rev.behind, o.rev.unsure = max(o.rev.behind, r.behind), o.rev.unsure || r.unsure
	}
}

func (o *port[T]) revised() revision {
	if o == nil {
		return revision{}
	}
	return o.rev
}

// once refuses a stream whose rows can come again, which does what (to count
// each) would do twice.
func once(r reader, does string) error {
	by := r.revised().by
	if by == "" {
		return nil
	}
	if r.revised().kept {
		return fmt.Errorf("%s, and %s sends rows again, as Corrections by late versions: a row would count twice. Leave History out there, or build this stage on a second JoinAsOf of the same facts without it", does, by)
	}
	return fmt.Errorf("%s, and %s sends rows again, as Early or Correction: a row would count twice. Leave EarlyEvery, Lateness, Deadline and Stagger.Arrival out there, or build this stage on a second Window of the same facts without them", does, by)
}
