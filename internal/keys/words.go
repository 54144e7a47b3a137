package keys

import "reflect"

// step gives the next of the words that Hash and ID absorb. What the words of
// a key are depends on its type and value alone; the kind of a step says only
// how this machine finds the word fastest.
type step struct {
	kind stepKind
	place
	pieces []piece
}

// place is where a word lies in one piece; of the other steps, off alone
// counts. It is apart from step to be small enough for registers.
type place struct {
	off   uintptr
	mask  uint64
	shift uint8
}

// word gives the word of the key at m.
func (p place) word(m memory) uint64 { return m.at(p.off).le64() >> (p.shift & 63) & p.mask }

type stepKind uint8

const (
	stepWhole  stepKind = iota // the 8 bytes at off
	stepPart                   // some of them
	stepNarrow                 // some of those of a key that has fewer
	stepPieces                 // number by number
	stepString
	stepAddr
	stepPrefix
	stepAddrPort
)

// piece is a number within a word.
type piece struct {
	kind  kind
	shift uint8
	off   uintptr
	mask  uint64
}

// extent is the size and alignment of t where words are laid out: a
// little-endian 64-bit machine, whatever the machine at hand.
func extent(t reflect.Type) (size, align uint64) {
	switch t.Kind() {
	case reflect.Int, reflect.Uint, reflect.Uintptr, reflect.Pointer, reflect.UnsafePointer, reflect.Chan:
		return 8, 8
	case reflect.String, reflect.Interface:
		return 16, 8
	case reflect.Complex64, reflect.Complex128:
		return uint64(t.Size()), uint64(t.Size()) / 2
	case reflect.Array:
		size, align = extent(t.Elem())
		return size * uint64(t.Len()), align
	case reflect.Struct:
		align = 1
		for i := range t.NumField() {
			s, a := extent(t.Field(i).Type)
			size, align = up(size, a)+s, max(align, a)
		}
		return up(size, align), align
	}
	return uint64(t.Size()), uint64(t.Size()) // numbers
}

// up rounds n up to a multiple of align, a power of two.
func up(n, align uint64) uint64 { return (n + align - 1) &^ (align - 1) }

// steps makes the steps for parts of a key with size bytes in memory.
func steps(parts []part, size uintptr, little bool) []step {
	w := writer{size: size, little: little}
	for _, p := range parts {
		width := uint64(p.size) // in the words
		if p.kind == kindInt || p.kind == kindUint {
			width = 8
		}
		for i := range p.n {
			off, spot := p.off+uintptr(i)*p.size, p.spot+uint64(i)*width
			if !p.kind.number() {
				w.flush()
				w.steps = append(w.steps, step{kind: stepString + stepKind(p.kind-kindString), place: place{off: off}})
				continue
			}
			if spot/8 != w.word {
				w.flush()
				w.word = spot / 8
			}
			w.add(piece{p.kind, uint8(spot % 8 * 8), off, ^uint64(0) >> (64 - 8*width)}, uint64(p.size) == width)
		}
	}
	w.flush()
	return w.steps
}

// writer gathers the pieces of a word and makes a step of them.
type writer struct {
	size   uintptr
	little bool
	steps  []step
	word   uint64
	pieces []piece
	exact  bool // all pieces are as wide in memory as in the word
}

func (w *writer) add(p piece, exact bool) {
	w.exact = exact && (w.exact || len(w.pieces) == 0)
	w.pieces = append(w.pieces, p)
}

func (w *writer) flush() {
	if len(w.pieces) == 0 {
		return
	}
	w.steps = append(w.steps, w.step())
	w.pieces = nil
}

// step makes one load of the pieces if they lie in memory as in the word.
func (w *writer) step() step {
	slow := step{kind: stepPieces, pieces: w.pieces}
	first := w.pieces[0]
	start := int(first.off) - int(first.shift/8) // of the word, in memory
	if !w.little || !w.exact || start < 0 {
		return slow
	}
	var mask uint64
	for _, p := range w.pieces {
		if int(p.off) != start+int(p.shift/8) {
			return slow
		}
		mask |= p.mask << p.shift
	}
	switch size := int(w.size); {
	case start+8 <= size && mask == ^uint64(0):
		return step{kind: stepWhole, place: place{off: uintptr(start), mask: mask}}
	case start+8 <= size:
		return step{kind: stepPart, place: place{off: uintptr(start), mask: mask}}
	case size >= 8: // the word ends beyond the key: load the last 8 bytes of the key
		return step{kind: stepPart, place: place{w.size - 8, mask, uint8(8 * (start + 8 - size))}}
	case start == 0:
		return step{kind: stepNarrow, place: place{mask: mask}}
	}
	return slow
}

// load gives the word of a step that is no string and no address, from the key
// of size bytes at m.
func (s *step) load(m memory, size uintptr) uint64 {
	switch s.kind {
	case stepWhole, stepPart:
		return s.word(m)
	case stepNarrow:
		return m.narrow(size) & s.mask
	}
	var w uint64
	for _, p := range s.pieces {
		w |= m.at(p.off).number(p.kind) & p.mask << p.shift
	}
	return w
}
