package hll

import (
	"math"
	"reflect"
	"sync"

	"github.com/tidemark-go/tidemark/internal/keys"
)

// hasher hashes values of T. It is read-only, and there is one a type.
type hasher[T comparable] struct {
	plan *keys.Plan[T]
	bits *keys.Plan[uint64] // if T is a float
}

// hashers has the hasher of each type that was asked for. It changes nothing
// that can be observed: to compile a plan takes up to a microsecond and as much
// memory as a hundred hashes, too much for every pane to have one of its own.
var hashers sync.Map

func hasherOf[T comparable]() *hasher[T] {
	t := reflect.TypeFor[T]()
	if h, ok := hashers.Load(t); ok {
		return h.(*hasher[T])
	}
	h := new(hasher[T])
	if plan, err := keys.Compile[T](); err == nil {
		h.plan = plan
	} else if k := t.Kind(); k == reflect.Float32 || k == reflect.Float64 {
		h.bits, _ = keys.Compile[uint64]()
	}
	known, _ := hashers.LoadOrStore(t, h)
	return known.(*hasher[T])
}

// The hash is the first half of the ID that package keys has for its keys, as
// that is the same in all versions, and its hash is not. The seed must never
// change either: sketches that are merged have to agree on it.
const seedA, seedB = 0x736b657463680001, 0x9e3779b97f4a7c15

// of returns the hash of v, not ok if there is none for T.
func (h *hasher[T]) of(v T) (hash uint64, ok bool) {
	if h.plan != nil {
		hash, _ = h.plan.Lanes(seedA, seedB, &v)
		return hash, true
	}
	if h.bits == nil {
		return 0, false
	}
	b := floatBits(v)
	hash, _ = h.bits.Lanes(seedA, seedB, &b)
	return hash, true
}

// floatBits returns bits that are the same for floats that are.
func floatBits[T comparable](v T) uint64 {
	f := reflect.ValueOf(v).Float()
	switch {
	case f == 0:
		return 0 // for both zeros
	case f != f:
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(f)
}
