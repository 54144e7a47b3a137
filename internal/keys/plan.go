package keys

import "reflect"

// Plan is how keys of K are hashed, written and compared. Compile makes it.
// It is read-only: any number of goroutines may use it at once. No method
// allocates, but Append where dst is too small.
type Plan[K comparable] struct {
	plan
}

// plan is all of Plan that does not depend on K for the compiler, so that its
// code is there once.
type plan struct {
	size     uintptr // of a key in memory
	parts    []part  // in declared order, for Append and Compare
	steps    []step  // for Hash and ID
	shape    shape
	pointers bool
}

// Compile makes the plan of K. The error, if K cannot be a key, has the form
//
//	key type T: field A.B is a float64: …
//
// and says what to use instead. Cost: reflection over the parts of K, some
// microseconds; make the plan once and keep it.
func Compile[K comparable]() (*Plan[K], error) {
	p, err := compile(reflect.TypeFor[K](), littleEndian())
	if err != nil {
		return nil, err
	}
	return &Plan[K]{p}, nil
}

// Hash sets dst[i] to the hash of keys[i] for all keys; dst must be at least as
// long as keys. All bits are well mixed, so that any of them can choose a slot
// or make a tag. Two keys of a type that fits one word (the package comment
// tells what a word is), such as any integer, never share a hash. Cost: about 1
// ns for the first word, half of that for each further one, 3 ns for a string
// of up to 32 bytes, 4 to 12 ns for an address; a batch of some hundred keys is
// best.
func (p *Plan[K]) Hash(dst []uint64, keys []K) {
	p.hash(dst[:len(keys)], firstOf(keys))
}

// Hash1 returns the hash of one key, as Hash does, which in a batch takes a
// half to a tenth of the time.
func (p *Plan[K]) Hash1(key K) uint64 {
	m := memoryOf(&key)
	if w, ok := p.number(m); ok {
		return mix(opened ^ w)
	}
	var h [1]uint64
	p.hash(h[:], m)
	return h[0]
}

// Append appends the encoding of key to dst. The package comment has the
// format. The encodings of two different keys differ, and neither begins the
// other.
func (p *Plan[K]) Append(dst []byte, key K) []byte { return p.append(dst, memoryOf(&key)) }

// Compare returns -1, 0 or +1: field by field in declared order, numbers by
// value, false before true, strings by their bytes, arrays by element,
// addresses as netip.Addr.Compare has them, then bits or port.
func (p *Plan[K]) Compare(a, b K) int { return p.compare(memoryOf(&a), memoryOf(&b)) }

// ID returns 128 bits over seed and key, the same in all versions. Two keys
// that differ in one word only (the package comment tells what a word is), such
// as any two integers, never share an ID under one seed; any others do with the
// probability of 128 random bits. Cost: about 10 ns for an integer, of which
// the arithmetic is 2 and the rest handing arrays around.
func (p *Plan[K]) ID(seed [2]uint64, key K) [2]uint64 {
	a, b := p.id(seed[0], seed[1], memoryOf(&key))
	return [2]uint64{a, b}
}

// Lanes is ID with the seed and the result as single values, which are a
// third of the cost for an integer: for loops over many keys.
func (p *Plan[K]) Lanes(a, b uint64, key *K) (uint64, uint64) { return p.id(a, b, memoryOf(key)) }

// HasPointers tells whether the garbage collector has to look into keys of K:
// strings and addresses hold pointers, numbers do not.
func (p *Plan[K]) HasPointers() bool { return p.pointers }
