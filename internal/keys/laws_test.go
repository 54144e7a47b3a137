package keys

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"unsafe"
)

// The laws are tested on types that reflection makes at random, so on plan and
// not on Plan, which adds the type parameter and nothing else.

type (
	color uint8
	delta int16
	title string
	ip    netip.Addr
)

var leaves = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](), reflect.TypeFor[int32](), reflect.TypeFor[int64](),
	reflect.TypeFor[uint](), reflect.TypeFor[uint8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](),
	reflect.TypeFor[color](), reflect.TypeFor[delta](), reflect.TypeFor[string](), reflect.TypeFor[title](),
	reflect.TypeFor[netip.Addr](), reflect.TypeFor[netip.Prefix](), reflect.TypeFor[netip.AddrPort](), reflect.TypeFor[ip](),
	reflect.TypeFor[struct{}](), reflect.TypeFor[[0]float64](),
}

func randomType(r *rand.Rand, depth int) reflect.Type {
	switch n := r.IntN(10); {
	case depth > 0 && n < 4:
		fields := make([]reflect.StructField, r.IntN(6))
		for i := range fields {
			fields[i] = reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: randomType(r, depth-1)}
		}
		return reflect.StructOf(fields)
	case depth > 0 && n < 6:
		return reflect.ArrayOf(r.IntN(5), randomType(r, depth-1))
	case n < 8: // more numbers, so that words have several
		return leaves[r.IntN(13)]
	}
	return leaves[r.IntN(len(leaves))]
}

var texts = []string{"", "a", "b", "ab", "abc", "a\x00", "\x00", "\x00\x00", "sevenby", "eightbyt", "eightbyu", "ninebytes", "sixteen bytes ok",
	"\x08eightbyt", "\xff", "seventeen bytes o", "seventeen bytes p", "this text has more than thirty-two bytes", "this text has more than thirty-two byteS"}

var addrs = []netip.Addr{{}, netip.MustParseAddr("0.0.0.0"), netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("::ffff:10.0.0.1"),
	netip.MustParseAddr("::"), netip.MustParseAddr("::1"), netip.MustParseAddr("fe80::1"), netip.MustParseAddr("fe80::1%a"), netip.MustParseAddr("fe80::1%b"),
	netip.MustParseAddr("fe80::1%eightbyt"), netip.MustParseAddr("1:2:3:4:5:6:7:8"), netip.MustParseAddr("8:2:3:4:5:6:7:8")}

func randomValue(r *rand.Rand, v reflect.Value) {
	t := v.Type()
	switch {
	case t.ConvertibleTo(reflect.TypeFor[netip.Addr]()):
		v.Set(reflect.ValueOf(addrs[r.IntN(len(addrs))]).Convert(t))
	case t == reflect.TypeFor[netip.Prefix]():
		v.Set(reflect.ValueOf(netip.PrefixFrom(addrs[r.IntN(len(addrs))], r.IntN(4)-1)))
	case t == reflect.TypeFor[netip.AddrPort]():
		v.Set(reflect.ValueOf(netip.AddrPortFrom(addrs[r.IntN(len(addrs))], uint16(r.IntN(3)*200))))
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			randomValue(r, v.Field(i))
		}
	case t.Kind() == reflect.Array:
		for i := range t.Len() {
			randomValue(r, v.Index(i))
		}
	case t.Kind() == reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case t.Kind() == reflect.String:
		v.SetString(texts[r.IntN(len(texts))])
	case v.CanInt():
		v.SetInt([]int64{0, 1, -1, 127, 128, -128, 300, 1 << 31, 1 << 40, -1 << 63}[r.IntN(10)])
	default:
		v.SetUint([]uint64{0, 1, 2, 127, 128, 255, 256, 1 << 31, 1 << 40, 1<<64 - 1}[r.IntN(10)])
	}
}

// randomKeys gives n keys of t in one slice. In half the cases one differs from
// the one before it in one part only, or in nothing. What lies between the
// fields is not zero.
func randomKeys(r *rand.Rand, t reflect.Type, n int) reflect.Value {
	keys := reflect.MakeSlice(reflect.SliceOf(t), n, n)
	if !pointers(t) && t.Size() > 0 {
		raw := unsafe.Slice((*byte)(keys.UnsafePointer()), uintptr(n)*t.Size())
		for i := range raw {
			raw[i] = byte(r.Uint32())
		}
	}
	for i := range n {
		key := keys.Index(i)
		if i > 0 && r.IntN(2) == 0 {
			copyParts(key, keys.Index(i-1))
			for key.Kind() == reflect.Struct || key.Kind() == reflect.Array {
				if k, ok := kindOf(key.Type()); ok && k >= kindAddr {
					break
				}
				if key.Kind() == reflect.Struct && key.NumField() > 0 {
					key = key.Field(r.IntN(key.NumField()))
				} else if key.Kind() == reflect.Array && key.Len() > 0 {
					key = key.Index(r.IntN(key.Len()))
				} else {
					break
				}
			}
		}
		randomValue(r, key)
	}
	return keys
}

// copyParts copies field by field, so that the bytes between them stay.
func copyParts(dst, src reflect.Value) {
	if _, ok := kindOf(dst.Type()); ok {
		dst.Set(src)
		return
	}
	switch dst.Kind() {
	case reflect.Struct:
		for i := range dst.NumField() {
			copyParts(dst.Field(i), src.Field(i))
		}
	case reflect.Array:
		for i := range dst.Len() {
			copyParts(dst.Index(i), src.Index(i))
		}
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestPlanKeepsToEquality(t *testing.T) {
	const seed, n = 5, 12
	r := rand.New(rand.NewPCG(seed, 0))
	equal, different := 0, 0
	for round := range 3000 {
		typ := randomType(r, 3)
		p, err := compile(typ, littleEndian())
		if err != nil {
			t.Fatalf("seed %d, round %d: %v", seed, round, err)
		}
		slow, err := compile(typ, false)
		if err != nil {
			t.Fatal(err)
		}
		keys := randomKeys(r, typ, n)
		at := func(i int) memory { return memory{keys.UnsafePointer()}.at(uintptr(i) * p.size) }
		var hashes, slowly [n]uint64
		p.hash(hashes[:], at(0))
		slow.hash(slowly[:], at(0))
		if hashes != slowly {
			t.Fatalf("seed %d, round %d: %s: hashes differ if words are made of single numbers:\n%x\n%x", seed, round, typ, hashes, slowly)
		}
		var codes [n][]byte
		var ids [n][2]uint64
		for i := range n {
			codes[i] = p.append(nil, at(i))
			ids[i][0], ids[i][1] = p.id(1, 2, at(i))
			if a, b := slow.id(1, 2, at(i)); ids[i] != [2]uint64{a, b} {
				t.Fatalf("seed %d, round %d: %s: IDs differ if words are made of single numbers", seed, round, typ)
			}
			var one [1]uint64
			if p.hash(one[:], at(i)); one[0] != hashes[i] {
				t.Fatalf("seed %d, round %d: %s: hash %x alone, %x in a batch", seed, round, typ, one[0], hashes[i])
			}
			if c := p.compare(at(i), at(i)); c != 0 {
				t.Fatalf("seed %d, round %d: %s: key compares as %d to itself", seed, round, typ, c)
			}
		}
		for i := range n {
			for j := range i {
				same := keys.Index(i).Interface() == keys.Index(j).Interface()
				c, d := p.compare(at(i), at(j)), p.compare(at(j), at(i))
				got := fmt.Sprintf("same hash %t, same encoding %t, same ID %t, compare %d and %d; one encoding begins the other: %t",
					hashes[i] == hashes[j], bytes.Equal(codes[i], codes[j]), ids[i] == ids[j], c, d,
					bytes.HasPrefix(codes[i], codes[j]) || bytes.HasPrefix(codes[j], codes[i]))
				want := "same hash true, same encoding true, same ID true, compare 0 and 0; one encoding begins the other: true"
				equal += bit(same)
				if !same {
					different++
					if c != 1 && c != -1 {
						t.Fatalf("seed %d, round %d: %s: compare gives %d", seed, round, typ, c)
					}
					want = fmt.Sprintf("same hash false, same encoding false, same ID false, compare %d and %d; one encoding begins the other: false", c, -c)
				}
				if got != want {
					t.Fatalf("seed %d, round %d: %s: keys\n%#v\n%#v\n got %s\nwant %s", seed, round, typ, keys.Index(i), keys.Index(j), got, want)
				}
			}
		}
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(i, j int) int { return p.compare(at(i), at(j)) })
		for i := range order {
			for j := range i { // transitive: what is sorted is in order at any distance
				if p.compare(at(order[j]), at(order[i])) > 0 {
					t.Fatalf("seed %d, round %d: %s: the order is not transitive", seed, round, typ)
				}
			}
		}
	}
	if equal < 1000 || different < 10000 {
		t.Errorf("seed %d: only %d equal and %d different pairs: the test tests nothing", seed, equal, different)
	}
}

func plain[K comparable](t testing.TB) *Plan[K] {
	t.Helper()
	p, err := Compile[K]()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

type inner struct {
	A bool
	B [2]delta
}

type outer struct {
	Name title
	_    float64
	In   [2]inner
	_    *int
	At   netip.AddrPort
	N    int
}

func TestCompareIsByFieldInDeclaredOrder(t *testing.T) {
	p := plain[outer](t)
	at := netip.MustParseAddrPort
	in := func(a bool, b, c delta) inner { return inner{a, [2]delta{b, c}} }
	ascending := []outer{
		{N: 9, In: [2]inner{in(true, 0, 0)}},
		{Name: "a", In: [2]inner{1: in(false, 0, -1)}, N: 99},
		{Name: "a", N: -5},
		{Name: "a", N: 3},
		{Name: "a", N: 20},
		{Name: "a", At: at("1.2.3.4:5"), N: 1},
		{Name: "a", At: at("1.2.3.4:600"), N: 1},
		{Name: "a", At: at("[::]:5"), N: 1},
		{Name: "a", In: [2]inner{in(false, 0, 1)}},
		{Name: "a", In: [2]inner{in(false, 1, -7)}},
		{Name: "a", In: [2]inner{in(true, -7, 0)}},
		{Name: "a\x00"},
		{Name: "b"},
		{Name: "\xff"},
	}
	for i, a := range ascending {
		for j, b := range ascending {
			want := bit(i > j) - bit(i < j)
			if got := p.Compare(a, b); got != want {
				t.Errorf("Compare(%v, %v) = %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestBlankFieldsDoNotCount(t *testing.T) {
	type key struct {
		A uint8
		_ uint8
		B uint16
		_ [3]string
		C string
		_ float64
	}
	p := plain[key](t)
	a, b := key{A: 1, B: 2, C: "c"}, key{A: 1, B: 2, C: "c"}
	reflect.NewAt(reflect.TypeFor[uint8](), unsafe.Add(unsafe.Pointer(&b), 1)).Elem().SetUint(77)
	*(*string)(unsafe.Add(unsafe.Pointer(&b), reflect.TypeFor[key]().Field(3).Offset)) = "blank"
	if a != b {
		t.Fatal("the keys are not equal")
	}
	keys := []key{a, b}
	var h [2]uint64
	p.Hash(h[:], keys)
	if h[0] != h[1] || p.Compare(a, b) != 0 || !bytes.Equal(p.Append(nil, a), p.Append(nil, b)) || p.ID([2]uint64{}, keys[0]) != p.ID([2]uint64{}, keys[1]) {
		t.Error("blank fields count")
	}
	if got, want := p.Append(nil, a), "\x01\x02\x01c"; string(got) != want {
		t.Errorf("encoding %q, want %q", got, want)
	}
}

func TestLongBatchesAreHashedAsSingleKeys(t *testing.T) {
	type key struct {
		A uint64
		B uint32
		C string
		D [3]uint64
	}
	p := plain[key](t)
	for _, n := range []int{0, 1, block - 1, block, block + 1, 3*block + 7} {
		keys, dst := make([]key, n), make([]uint64, n+1)
		for i := range keys {
			keys[i] = key{uint64(i), uint32(i * i), texts[i%len(texts)], [3]uint64{2: uint64(i)}}
		}
		dst[n] = 42
		p.Hash(dst, keys)
		for i, k := range keys {
			if got := p.Hash1(k); got != dst[i] {
				t.Fatalf("of %d keys, key %d: hash %x in the batch, %x alone", n, i, dst[i], got)
			}
		}
		if dst[n] != 42 {
			t.Errorf("of %d keys: wrote beyond the last one", n)
		}
	}
}

func TestNothingIsAllocated(t *testing.T) {
	t.Run("int", func(t *testing.T) { allocates(t, 7, 8) })
	t.Run("int8", func(t *testing.T) { allocates(t, int8(-7), 8) })
	t.Run("string", func(t *testing.T) { allocates(t, "seventeen bytes o", "b") })
	t.Run("Addr", func(t *testing.T) { allocates(t, addrs[9], addrs[8]) })
	t.Run("struct", func(t *testing.T) {
		allocates(t, outer{Name: "a", At: netip.AddrPortFrom(addrs[9], 7)}, outer{Name: "b"})
	})
	t.Run("words", func(t *testing.T) { allocates(t, [5]uint64{1}, [5]uint64{2}) })
	t.Run("Fold", func(t *testing.T) {
		if n := testing.AllocsPerRun(100, func() { use(Fold(Seed("stage"), 1, 2, 3)[0]) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

var used uint64

func use(x uint64) { used += x }

func allocates[K comparable](t *testing.T, a, b K) {
	p := plain[K](t)
	keys, dst, buf := []K{a, b, a}, make([]uint64, 3), make([]byte, 0, 1000)
	for name, f := range map[string]func(){
		"Hash":    func() { p.Hash(dst, keys) },
		"Hash1":   func() { use(p.Hash1(a)) },
		"ID":      func() { use(p.ID([2]uint64{1, 2}, a)[0]) },
		"Compare": func() { use(uint64(p.Compare(a, b))) },
		"Append":  func() { use(uint64(len(p.Append(buf, a)))) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
