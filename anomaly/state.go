package anomaly

import (
	"encoding/binary"
	"fmt"
	"hash/crc64"
	"math"
	"unsafe"
)

// The bytes of a forest: a mark and a version; the settings that shape it; what all
// trees share; the trees, each from its root on, the left side first; a checksum.
// All numbers are little-endian. What follows from the rest is not written: boxes,
// sums, and how many leaves hold a point. Of one dimension there is no list of
// points, and a leaf has the value instead of a number.
const (
	stateMark    = "tmforest"
	stateVersion = 2
)

var crc = crc64.MakeTable(crc64.ECMA)

// settings are those that shape the state: a forest with others cannot take it.
func (m *RandomCutForest) settings() []setting {
	f := m.set
	return []setting{
		{"dimensions", uint64(m.dims), whole},
		{"Trees", uint64(f.Trees), whole},
		{"Sample", uint64(f.Sample), whole},
		{"Shingle", uint64(f.Shingle), whole},
		{"Seed", f.Seed, whole},
		{"Recent", uint64(f.Recent), whole},
		{"Decay", math.Float64bits(max(f.Decay, 0)), real},
		{"HalfLife", uint64(f.HalfLife), duration},
		{"InitialAccept", math.Float64bits(f.InitialAccept), real},
	}
}

type setting struct {
	name  string
	value uint64
	text  func(uint64) string
}

// AppendBinary implements Model, and encoding.BinaryAppender. The size is about 18
// bytes for each point of each sample, and 4 a dimension for each point of any.
func (m *RandomCutForest) AppendBinary(b []byte) ([]byte, error) {
	if m.dims == 0 {
		return b, fmt.Errorf("anomaly: this forest was not made by Forest.Grow: it has no state")
	}
	from := len(b)
	w := writer{append(b, stateMark...)}
	w.u16(stateVersion)
	for _, s := range m.settings() {
		w.u64(s.value)
	}
	w.u64(m.seen)
	w.f64(m.decay.weight, m.decay.sum)
	w.u64(uint64(m.decay.time))
	w.f64(m.rows.origin...)
	w.f64(m.rows.last...)
	w.u32(uint32(len(m.rank.recent)))
	w.u32(uint32(m.rank.at))
	w.f64(m.rank.recent...)

	// Points are numbered as they come up, so that equal forests have equal bytes.
	numbers, order := make([]uint32, len(m.points.refs)), make([]uint32, 0, m.points.used)
	for i := range m.trees {
		t := &m.trees[i]
		t.walk(t.root, func(ref uint16) {
			if ref&isLeaf != 0 && m.all > 1 {
				if p := t.leaves[ref&^isLeaf].point; numbers[p] == 0 {
					order = append(order, p)
					numbers[p] = uint32(len(order))
				}
			}
		})
	}
	w.u32(uint32(len(order)))
	for _, p := range order {
		w.f32(m.points.at(p)...)
	}
	leafNumbers := make([]uint16, m.set.Sample)
	for i := range m.trees {
		t := &m.trees[i]
		w.u64(uint64(t.dice))
		w.f64(m.next[i])
		w.u16(uint16(len(t.marks)))
		n := uint16(0)
		t.walk(t.root, func(ref uint16) {
			if ref&isLeaf == 0 {
				w.u16(t.nodes[ref].dim)
				w.f32(t.nodes[ref].cut)
				return
			}
			l := &t.leaves[ref&^isLeaf]
			w.u16(nothing)
			w.u16(l.mass)
			if m.all > 1 {
				w.u32(numbers[l.point] - 1)
			} else {
				w.u32(l.point)
			}
			leafNumbers[ref&^isLeaf] = n
			n++
		})
		w.f32(t.marks...)
		for _, l := range t.sampler.leaves {
			w.u16(leafNumbers[l])
		}
	}
	w.u64(crc64.Checksum(w.b[from:], crc))
	return w.b, nil
}

// MarshalBinary implements encoding.BinaryMarshaler; see AppendBinary.
func (m *RandomCutForest) MarshalBinary() ([]byte, error) { return m.AppendBinary(nil) }

// walk calls f with ref and all below it, the left side first.
func (t *tree) walk(ref uint16, f func(uint16)) {
	if ref == nothing {
		return
	}
	f(ref)
	if ref&isLeaf == 0 {
		t.walk(t.nodes[ref].left, f)
		t.walk(t.nodes[ref].right, f)
	}
}

// Bytes implements Sized.
func (m *RandomCutForest) Bytes() int {
	n := int(unsafe.Sizeof(*m)) + bytes(m.trees) + bytes(m.next) + bytes(m.points.values) + bytes(m.points.refs) + bytes(m.points.one) +
		bytes(m.rank.recent) + bytes(m.rank.sorted) + bytes(m.per) + bytes(m.log) + 2*bytes(m.path[0]) + bytes(m.every) + bytes(m.list) + bytes(m.sides) + bytes(m.parts) +
		bytes(m.rows.row) + bytes(m.rows.last) + bytes(m.rows.origin) + bytes(m.rows.point) + bytes(m.names)
	for i := range m.trees {
		t := &m.trees[i]
		n += bytes(t.nodes) + bytes(t.boxes) + bytes(t.sums) + bytes(t.leaves) + bytes(t.marks) + bytes(t.sampler.leaves)
	}
	return n
}

func bytes[T any](s []T) int { return cap(s) * int(unsafe.Sizeof(*new(T))) }

type writer struct{ b []byte }

func (w *writer) u16(v uint16) { w.b = binary.LittleEndian.AppendUint16(w.b, v) }
func (w *writer) u32(v uint32) { w.b = binary.LittleEndian.AppendUint32(w.b, v) }
func (w *writer) u64(v uint64) { w.b = binary.LittleEndian.AppendUint64(w.b, v) }

func (w *writer) f32(vs ...float32) {
	for _, v := range vs {
		w.u32(math.Float32bits(v))
	}
}

func (w *writer) f64(vs ...float64) {
	for _, v := range vs {
		w.u64(math.Float64bits(v))
	}
}
