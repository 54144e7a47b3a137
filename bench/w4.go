package bench

import "slices"

const gap = 1_000 // milliseconds

// handSessions is W4 by hand: a short list of sessions a key, looked through
// once a second of event time.
type handSessions struct {
	keys     map[uint64][]*handSession
	greatest int64
	swept    int64
	rows     int
	sum      int64
}

type handSession struct {
	start, last int64
	plain[uint64]
}

func newHandSessions() *handSessions { return &handSessions{keys: map[uint64][]*handSession{}} }

func (h *handSessions) feed(facts []fact[uint64], _ int) {
	for _, f := range facts {
		h.add(f)
	}
}

func (h *handSessions) add(f fact[uint64]) {
	var into *handSession
	list := h.keys[f.Key]
	for i := 0; i < len(list); i++ {
		s := list[i]
		switch {
		case f.MS <= s.start-gap || f.MS >= s.last+gap:
			continue
		case into == nil:
			s.start, s.last = min(s.start, f.MS), max(s.last, f.MS)
			s.Add(f)
			into = s
		default: // the fact joins two
			into.start, into.last = min(into.start, s.start), max(into.last, s.last)
			into.Merge(&s.plain)
			list = slices.Delete(list, i, i+1)
			i--
		}
	}
	if into == nil {
		into = &handSession{start: f.MS, last: f.MS}
		into.Add(f)
		list = append(list, into)
	}
	h.keys[f.Key] = list
	if f.MS > h.greatest {
		h.greatest = f.MS
		if w := f.MS - delay; w >= h.swept+1000 {
			h.sweep(w)
			h.swept = w
		}
	}
}

// sweep closes the sessions that W has passed.
func (h *handSessions) sweep(w int64) {
	for k, list := range h.keys { // order: only the sums are looked at
		n := 0
		for _, s := range list {
			if s.last+gap <= w {
				h.rows++
				h.sum += s.Sum
				continue
			}
			list[n] = s
			n++
		}
		if n == 0 {
			delete(h.keys, k)
		} else if n < len(list) {
			h.keys[k] = list[:n]
		}
	}
}
