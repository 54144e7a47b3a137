package waiting

import (
	"sort"

	"github.com/tidemark-go/tidemark/watermark"
)

// Take takes out a run of values whose times are before w, in their order, with
// all that are of one time in the same run. They are vals.At(p.At) for each p of
// the run, until the next call of anything but Put. The run is empty once there
// are no more.
func (q *Queue[V]) Take(w watermark.Time) (run []Place, vals Values[V]) {
	q.reuse()
	if q.n == 0 {
		return nil, nil
	}
	if len(q.near) == 0 && len(q.behind) == 0 {
		if q.leaves[0].from >= w || q.least() >= w {
			return nil, nil
		}
		q.sort()
	}
	rest := q.near[q.head:]
	if len(q.behind) > 0 && q.behind[0].Time < w {
		run = q.merge(w)
	} else if len(rest) > 0 && rest[0].Time < w {
		run = rest[:before(rest, w)]
		q.head += len(run)
	}
	q.n -= len(run)
	if q.wipe {
		q.taken = run
	}
	return run, q.vals
}

// before returns how many places are before w. There is often but one more.
func before(places []Place, w watermark.Time) int {
	n := len(places)
	if places[n-1].Time < w {
		return n
	}
	step := 1
	for step < n && places[step].Time < w {
		step *= 2
	}
	from := step / 2
	return from + sort.Search(min(step, n)-from, func(i int) bool { return places[from+i].Time >= w })
}

// merge takes what is before w from near and from behind.
func (q *Queue[V]) merge(w watermark.Time) []Place {
	q.merged = q.merged[:0]
	for len(q.behind) > 0 && q.behind[0].Time < w {
		p := q.behind.pop()
		for q.head < len(q.near) && q.near[q.head].Time <= p.Time { // those came before
			q.merged = append(q.merged, q.near[q.head])
			q.head++
		}
		q.merged = append(q.merged, p)
	}
	for q.head < len(q.near) && q.near[q.head].Time < w {
		q.merged = append(q.merged, q.near[q.head])
		q.head++
	}
	return q.merged
}

// All yields what is held, in no order of use.
func (q *Queue[V]) All(yield func(Place, *V) bool) {
	for _, places := range [2][]Place{q.near[q.head:], q.behind} {
		for _, p := range places {
			if !yield(p, q.vals.At(p.At)) {
				return
			}
		}
	}
	for _, l := range q.leaves {
		for i, c := range l.chunks {
			for j, t := range l.times(i) {
				if !yield(Place{t, uint32(i*chunkLen + j), c.nos[j]}, &c.vals[j]) {
					return
				}
			}
		}
	}
}
