package anomaly

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc64"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

var errDamaged = errors.New("the bytes are damaged")

// UnmarshalBinary implements Model. The forest has to be made with the settings of
// the one that was written, but for those of the result alone (OutputAfter, Noise,
// Missing, Names, Attribution, Threshold, Gate, Least); the error names those that differ. What
// the bytes say is checked before it is believed, and no more memory is taken than
// a forest of these settings may need.
func (m *RandomCutForest) UnmarshalBinary(b []byte) error {
	if m.dims == 0 {
		return errors.New("anomaly: this forest was not made by Forest.Grow: it cannot take a state")
	}
	fresh := *m
	if err := fresh.read(b); err != nil {
		return fmt.Errorf("anomaly: state of a forest: %w", err)
	}
	*m = fresh
	return nil
}

func (m *RandomCutForest) read(b []byte) error {
	r := reader{b: b}
	if string(r.take(len(stateMark))) != stateMark {
		return errors.New("these bytes are none")
	}
	if v := r.u16(); v != stateVersion && !r.short {
		return fmt.Errorf("version %d, and this program knows %d", v, stateVersion)
	}
	if n := len(b) - 8; n < 0 || crc64.Checksum(b[:n], crc) != binary.LittleEndian.Uint64(b[n:]) {
		return fmt.Errorf("%w: the checksum is another", errDamaged)
	}
	r.b = r.b[:len(r.b)-8]
	var differ []error
	for _, s := range m.settings() {
		if v := r.u64(); v != s.value && !r.short {
			differ = append(differ, fmt.Errorf("%s is %s there and %s here", s.name, s.text(v), s.text(s.value)))
		}
	}
	if len(differ) > 0 {
		return fmt.Errorf("the settings are others: %w", errors.Join(differ...))
	}
	m.start()
	m.parts, m.sides = nil, nil
	m.seen = r.u64()
	m.decay.weight, m.decay.sum = r.f64(), r.f64()
	m.decay.time = watermark.Time(r.u64())
	r.must(m.seen < 1<<62)
	r.must(m.decay.weight >= 1 && m.decay.weight < 1<<32 && m.decay.sum >= 0 && m.decay.sum < math.MaxFloat64)
	r.reals(m.rows.origin, math.MaxFloat64)
	r.reals(m.rows.last, math.MaxFloat64)
	m.readRank(&r)
	m.readPoints(&r)
	for i := range m.trees {
		t := &m.trees[i]
		t.dice, m.next[i] = dice(r.u64()), r.f64()
		r.must(m.next[i] >= 0 && m.next[i] <= math.MaxFloat64)
		m.readTree(t, &r)
	}
	r.must(!slices.Contains(m.points.refs, 0) && len(r.b) == 0)
	return r.err()
}

func (m *RandomCutForest) readRank(r *reader) {
	n, at := r.u32(), r.u32()
	r.must(n <= uint32(m.set.Recent) && (at == 0 || at < n && n == uint32(m.set.Recent)))
	if r.wants(int(n), 8) {
		recent := make([]float64, n)
		r.reals(recent, math.MaxFloat64)
		m.rank.recent, m.rank.sorted, m.rank.at = recent, slices.Sorted(slices.Values(recent)), int(at)
	}
}

func (m *RandomCutForest) readPoints(r *reader) {
	n := r.u32()
	r.must(uint64(n) <= uint64(m.set.Trees)*uint64(m.set.Sample) && (n == 0 || m.all > 1))
	if r.wants(int(n), 4*m.all) {
		m.points.refs = make([]uint32, n)
		m.points.values = make([]float32, int(n)*m.all)
		m.points.used = int(n)
		for i := range m.points.values {
			m.points.values[i] = r.f32()
			r.must(math.Abs(float64(m.points.values[i])) <= farthest)
		}
	}
}

func (m *RandomCutForest) readTree(t *tree, r *reader) {
	n := int(r.u16())
	r.must(n <= m.set.Sample)
	if n == 0 || r.bad() {
		return
	}
	t.root = m.readNode(t, nothing, n, r)
	masses := make([]uint16, len(t.leaves))
	if !r.wants(n, 6) {
		return
	}
	t.marks, t.sampler.leaves = double(t.marks, n, m.set.Sample/n), double(t.sampler.leaves, n, m.set.Sample/n)
	for i := range t.marks {
		t.marks[i] = r.f32()
		r.must(t.marks[i] > 0 && t.marks[i] <= mostMark && t.marks[i] <= t.marks[max(0, (i-1)/2)])
	}
	for i := range t.sampler.leaves {
		l := r.u16()
		if r.must(int(l) < len(masses)); r.bad() {
			return
		}
		t.sampler.leaves[i] = l
		masses[l]++
	}
	for i, mass := range masses {
		r.must(mass == t.leaves[i].mass)
	}
}

// readNode reads what is below ref, of a tree of n points.
func (m *RandomCutForest) readNode(t *tree, parent uint16, n int, r *reader) uint16 {
	dim := r.u16()
	if dim == nothing {
		l := leaf{mass: r.u16(), point: r.u32(), parent: parent}
		known := int(l.point) < len(m.points.refs)
		if m.all == 1 {
			known = math.Abs(float64(math.Float32frombits(l.point))) <= farthest
		}
		if r.must(l.mass > 0 && known && len(t.leaves) < n); r.bad() {
			return nothing
		}
		t.mass += int(l.mass)
		m.points.hold(l.point)
		i := len(t.leaves)
		t.leaves = double(t.leaves, 1, m.set.Sample)
		t.leaves[i] = l
		return uint16(i) | isLeaf
	}
	cut := r.f32()
	if r.must(int(dim) < m.all && len(t.nodes) < n-1); r.bad() {
		return nothing
	}
	i := t.newNode(m.set.Sample)
	t.nodes[i].parent = parent
	left := m.readNode(t, i, n, r)
	if r.bad() {
		return nothing
	}
	right := m.readNode(t, i, n, r)
	if r.bad() {
		return nothing
	}
	t.nodes[i] = node{cut: cut, left: left, right: right, dim: dim, parent: parent}
	box := t.box(i)
	for d := range box {
		box[d] = t.sideOf(left, d, &m.points).join(t.sideOf(right, d, &m.points))
	}
	t.setSum(i)
	r.must(t.sideOf(left, int(dim), &m.points).high <= cut && cut < t.sideOf(right, int(dim), &m.points).low)
	return i
}

// reader reads numbers, and remembers if there was anything wrong.
type reader struct {
	b            []byte
	short, wrong bool
}

func (r *reader) bad() bool { return r.short || r.wrong }

func (r *reader) must(ok bool) { r.wrong = r.wrong || !ok }

func (r *reader) err() error {
	if r.bad() {
		return errDamaged
	}
	return nil
}

// wants reports whether n things of size bytes can still come.
func (r *reader) wants(n, size int) bool {
	r.must(n <= len(r.b)/size)
	return !r.bad()
}

func (r *reader) take(n int) []byte {
	if n > len(r.b) {
		r.short, r.b = true, nil
		return make([]byte, n)
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) u16() uint16  { return binary.LittleEndian.Uint16(r.take(2)) }
func (r *reader) u32() uint32  { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *reader) u64() uint64  { return binary.LittleEndian.Uint64(r.take(8)) }
func (r *reader) f32() float32 { return math.Float32frombits(r.u32()) }
func (r *reader) f64() float64 { return math.Float64frombits(r.u64()) }

// reals fills vs with numbers of at most that magnitude.
func (r *reader) reals(vs []float64, most float64) {
	for i := range vs {
		vs[i] = r.f64()
		r.must(math.Abs(vs[i]) <= most)
	}
}

func whole(v uint64) string    { return strconv.FormatUint(v, 10) }
func real(v uint64) string     { return strconv.FormatFloat(math.Float64frombits(v), 'g', -1, 64) }
func duration(v uint64) string { return time.Duration(v).String() }
