package window

import (
	"cmp"
	"unsafe"
)

// firsts are the keys with an open session, by the order in which those sessions
// would be told of: by End, Start, then first fact, or key if that is asked for. It
// takes the place of the timers where MaxKeys lets keys go, as a timer knows the End
// alone. An End that rises is not noted: no entry of a key lies behind its session,
// and one that lies before it is put in anew when it is looked at.
type firsts[K comparable] []sessionFirst[K]

type sessionFirst[K comparable] struct {
	Span
	number uint64
	n      uint32 // the position of the key
	key    K
}

func (s *sessions[K, A, T, P]) before(a, b *sessionFirst[K]) bool {
	c := byEnd(a.Span, b.Span)
	if c == 0 && s.set.Sorted {
		c = s.keys.Compare(a.key, b.key)
	}
	return cmp.Or(c, cmp.Compare(a.number, b.number)) < 0
}

// firstOf returns the entry of the open session of key n.
func (s *sessions[K, A, T, P]) firstOf(n uint32) sessionFirst[K] {
	e := &s.table.Entries[n]
	x := &s.all[e.Value.open]
	return sessionFirst[K]{x.Span, x.number, n, e.Key}
}

// await puts the open session of key n in. What entries mean nothing any more go
// when there are as many as others.
func (s *sessions[K, A, T, P]) await(n uint32) {
	if len(s.firsts) < 2*s.live+64 {
		s.push(s.firstOf(n))
		return
	}
	s.firsts = s.firsts[:0]
	for i := range s.table.Entries {
		if s.table.Entries[i].Value.open != 0 {
			s.push(s.firstOf(uint32(i)))
		}
	}
}

func (s *sessions[K, A, T, P]) push(x sessionFirst[K]) {
	s.firsts = append(s.firsts, x)
	h := s.firsts
	i := len(h) - 1
	for ; i > 0 && s.before(&x, &h[(i-1)/2]); i = (i - 1) / 2 {
		h[i] = h[(i-1)/2]
	}
	h[i] = x
}

func (s *sessions[K, A, T, P]) pop() sessionFirst[K] {
	h := s.firsts
	top, x := h[0], h[len(h)-1]
	h[len(h)-1] = sessionFirst[K]{}
	h = h[:len(h)-1]
	s.firsts = h
	if len(h) == 0 {
		return top
	}
	i := 0
	for {
		down := 2*i + 1
		if down+1 < len(h) && s.before(&h[down+1], &h[down]) {
			down++
		}
		if down >= len(h) || !s.before(&h[down], &x) {
			break
		}
		h[i], i = h[down], down
	}
	h[i] = x
	return top
}

// first takes the key out whose open session would be told of first; ok is false if
// there is none.
func (s *sessions[K, A, T, P]) first() (x sessionFirst[K], ok bool) {
	for len(s.firsts) > 0 {
		x = s.pop()
		e := &s.table.Entries[x.n]
		if e.Value.open == 0 || e.Key != x.key {
			continue
		}
		is := s.firstOf(x.n)
		if is == x {
			return x, true
		}
		if s.before(&x, &is) { // else there is another entry
			s.push(is)
		}
	}
	return x, false
}

// ripenFirsts is ripen where there are firsts.
func (s *sessions[K, A, T, P]) ripenFirsts() {
	for len(s.firsts) > 0 && s.firsts[0].End <= s.w {
		x, ok := s.first()
		switch {
		case !ok:
			return
		case x.End > s.w:
			s.push(x)
		default:
			s.ripe = append(s.ripe, x.n)
			s.end(x.n)
		}
	}
}

func (f firsts[K]) bytes() int64 { return int64(cap(f)) * int64(unsafe.Sizeof(sessionFirst[K]{})) }
