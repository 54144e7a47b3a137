package anomaly

import (
	"fmt"
	"math"
	"strconv"
	"unsafe"

	"github.com/tidemark-go/tidemark/watermark"
)

// Spotter keeps the last points of a Hotspots and finds the regions among them;
// Hotspots.New makes it, a zero one takes no point. It is not safe for concurrent
// use, reading calls included.
//
// Points lie in a grid of squares over two of the dimensions, with sides of a
// little more than Radius, so that what is near a point is in its square or one of
// the eight around it. Of more dimensions those are taken that tell most apart; it is
// looked which once for each window of points. To add a point costs a look at the points there, for it and
// for the one that leaves; Regions costs about that of adding all points, less
// where many lie in one place. Nothing is allocated per point once the window is
// full.
type Spotter struct {
	set   Hotspots // with its defaults
	dims  int
	now   watermark.Time // of the last point
	first int            // place of the oldest point
	n     int            // points; that of age i is at place (first+i) mod len(spots)

	spots  []spot
	values []float64 // dims of each place
	heads  []int32   // first place of each list of a grid, by the hash of a square
	grid   [2]int    // the dimensions of the grid
	laid   int       // points that came since it was looked which
	due    bool

	left  lists   // points that no region has yet
	queue []int32 // places
	of    []int32 // region of each place, by the order in which they were found; -1: none
	order []int32 // of the regions, as they are told: by which number each was found
	found []Region
}

// spot is a point.
type spot struct {
	square square
	time   watermark.Time
	next   int32 // in the list of its square, -1: none
	prev   int32
	near   int32 // points near it, itself among them
}

// lists are those of the grid, to take points out of.
type lists struct{ heads, next, prev []int32 }

func (s *Spotter) at(place int32) []float64 {
	return s.values[int(place)*s.dims : (int(place)+1)*s.dims]
}

// place returns where the point of age i is, the oldest being 0.
func (s *Spotter) place(i int) int32 {
	if i += s.first; i >= len(s.spots) {
		i -= len(s.spots)
	}
	return int32(i)
}

// close reports whether x and y are near: in radii, so that no square of a
// difference overflows or vanishes that matters.
func (s *Spotter) close(x, y []float64) bool {
	sum := 0.0
	for d, v := range x {
		r := (v - y[d]) / s.set.Radius
		sum += float64(r * r)
	}
	return sum < 1
}

// Len returns how many points there are.
func (s *Spotter) Len() int { return s.n }

// Add adds x, and lets the oldest point go if there are Records. With a Span x is
// taken to be of the time of the point before it. The error is a *ValueError or has
// ErrDims; on one, nothing has changed.
func (s *Spotter) Add(x []float64) error { return s.AddAt(s.now, x) }

// AddAt is Add for a point of time t. A time before that of the last point counts
// as that. Points at or before t - Span go. Without a Span t matters for Due alone.
func (s *Spotter) AddAt(t watermark.Time, x []float64) error {
	if s.dims == 0 {
		return errNotGrown
	}
	if len(x) != s.dims {
		return fmt.Errorf("anomaly: a point of %d dimensions for hotspots of %d: %w", len(x), s.dims, ErrDims)
	}
	for d, v := range x {
		if v != v || math.IsInf(v, 0) {
			return &ValueError{Dim: d, Name: strconv.Itoa(d), Value: v}
		}
	}
	before := s.now
	s.now = max(s.now, t)
	s.due = s.set.Every == 0 || before == watermark.Min || s.now.Floor(s.set.Every, 0) > before.Floor(s.set.Every, 0)
	if s.set.Span > 0 {
		for s.n > 0 && gone(s.spots[s.first].time, s.now, s.set.Span.Nanoseconds()) {
			s.drop()
		}
	}
	if s.n == s.set.Records {
		s.drop()
	}
	if s.n == len(s.spots) {
		s.grow(min(2*s.n, s.set.Records))
	}
	p := s.place(s.n)
	s.n++
	copy(s.at(p), x)
	s.spots[p] = spot{square: s.squareOf(x), time: s.now}
	s.count(p, 1)
	s.link(p)
	if s.laid++; s.laid >= len(s.spots) && s.dims > 2 {
		s.lay()
	}
	return nil
}

// Due reports whether the point that was added last is the first at or after a
// multiple of Every; with no Every, that there is one. One before which no point had
// a time is always due.
func (s *Spotter) Due() bool { return s.due }

// gone reports whether t is at or before now - span. The difference of two times
// may be beyond int64, but not beyond uint64.
func gone(t, now watermark.Time, span int64) bool {
	return uint64(now)-uint64(t) >= uint64(span)
}

// count adds by to what each point near p has near it, and counts for p itself.
func (s *Spotter) count(p int32, by int32) {
	x, near := s.at(p), int32(1)
	s.around(s.spots[p].square, func(q square) {
		for i := s.heads[s.list(q)]; i >= 0; i = s.spots[i].next {
			if o := &s.spots[i]; o.square == q && i != p && s.close(x, s.at(i)) {
				o.near += by
				near++
			}
		}
	})
	s.spots[p].near = near
}

func (s *Spotter) link(p int32) {
	head := &s.heads[s.list(s.spots[p].square)]
	s.spots[p].next, s.spots[p].prev = *head, -1
	if *head >= 0 {
		s.spots[*head].prev = p
	}
	*head = p
}

// linkAll makes the lists anew.
func (s *Spotter) linkAll() {
	for i := range s.heads {
		s.heads[i] = -1
	}
	for i := range s.n {
		s.link(s.place(i))
	}
}

// drop lets the oldest point go.
func (s *Spotter) drop() {
	p := int32(s.first)
	s.count(p, -1)
	o := s.spots[p]
	if o.prev >= 0 {
		s.spots[o.prev].next = o.next
	} else {
		s.heads[s.list(o.square)] = o.next
	}
	if o.next >= 0 {
		s.spots[o.next].prev = o.prev
	}
	s.first = int(s.place(1))
	s.n--
}

// grow makes room for so many points.
func (s *Spotter) grow(room int) {
	spots, values := make([]spot, room), make([]float64, 0, room*s.dims)
	for i := range s.n {
		p := s.place(i)
		spots[i] = s.spots[p]
		values = append(values, s.at(p)...)
	}
	s.spots, s.values, s.first = spots, values[:room*s.dims], 0
	lists := 16
	for lists < 2*room {
		lists *= 2
	}
	s.heads = make([]int32, lists)
	s.linkAll()
}

// Bytes returns the bytes that s owns.
func (s *Spotter) Bytes() int {
	n := int(unsafe.Sizeof(*s)) + bytes(s.spots) + bytes(s.values) + bytes(s.heads) + bytes(s.left.heads) + bytes(s.left.next) + bytes(s.left.prev) +
		bytes(s.queue) + bytes(s.of) + bytes(s.order) + bytes(s.found)
	for _, r := range s.found[:cap(s.found)] {
		n += bytes(r.Low) + bytes(r.High)
	}
	return n
}
