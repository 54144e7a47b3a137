package tidemark

import (
	"cmp"
	"slices"

	"github.com/tidemark-go/tidemark/row"
)

// meeting puts the revisions of a row in order that come of one cause by several
// arguments of a Merge: branches that part a stream may each have some of them. A
// sink that deletes what is withdrawn forgets its revision too, so that it may not
// get an older one afterwards.
type meeting struct {
	all   []met
	order []int          // of all, as they are to be given
	last  map[row.ID]int // the last of an ID in all, plus 1; only looked up
	chain []int          // those of one ID
}

// met is an item of an argument.
type met struct {
	arg, at  int
	id       row.ID
	before   int // the one before it of the same ID, plus 1
	revision uint32
	gone     bool // it is withdrawn
}

// meet notes the items of cause, and reports whether they have to be given in
// another order than that of the arguments.
func (op *merger[S, T]) meet(cause uint32) (turned bool) {
	m := &op.met
	m.all = m.all[:0]
	if m.last == nil {
		m.last = map[row.ID]int{}
	}
	clear(m.last)
	for i := range op.in {
		a := &op.in[i]
		if !a.fed() {
			continue
		}
		for at := a.at; at < len(a.cause) && a.cause[at] == cause; at++ {
			s := a.stampOf(at)
			x := met{arg: i, at: at, id: s.ID, revision: s.Revision, gone: s.Kind == row.Withdrawn}
			if x.id != (row.ID{}) {
				if x.before = m.last[x.id]; x.before > 0 && m.all[x.before-1].compare(x) > 0 {
					turned = true
				}
				m.last[x.id] = len(m.all) + 1
			}
			m.all = append(m.all, x)
		}
	}
	return turned
}

// compare is the order of the rows of one ID: by revision, and what is withdrawn
// first, as what another branch sends takes its place.
func (x met) compare(y met) int {
	c := cmp.Compare(x.revision, y.revision)
	switch {
	case c != 0 || x.gone == y.gone:
		return c
	case x.gone:
		return -1
	}
	return 1
}

// takeMet takes the items that met: in the order of the arguments, but those of
// one ID by revision, in the places that these have.
func (op *merger[S, T]) takeMet(cause uint32) {
	m := &op.met
	m.order = m.order[:0]
	for i := range m.all {
		m.order = append(m.order, i)
	}
	for i := range m.all {
		if m.last[m.all[i].id] != i+1 { // not the last of its ID, or without one
			continue
		}
		m.chain = m.chain[:0]
		for n := i + 1; n > 0; n = m.all[n-1].before {
			m.chain = append(m.chain, n-1)
		}
		slices.Sort(m.chain)
		places := len(m.order)
		m.order = append(m.order, m.chain...)
		slices.SortStableFunc(m.order[places:], func(a, b int) int { return m.all[a].compare(m.all[b]) })
		for k, at := range m.chain {
			m.order[at] = m.order[places+k]
		}
		m.order = m.order[:places]
	}
	for _, i := range m.order {
		x := m.all[i]
		b := op.in[x.arg].batch
		b.keys = op.cols[x.arg]
		op.x.take(&b, x.at, cause, op.out.mode)
		op.in[x.arg].at = max(op.in[x.arg].at, x.at+1)
	}
	op.st.counted(len(m.all))
}
