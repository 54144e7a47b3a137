package keys

import (
	"net/netip"
	"strings"
	"testing"
	"time"
	"unique"
	"unsafe"
)

type instant time.Time

type hidden struct{ p *int }

func TestCompileRefusesWhatIsNotAValue(t *testing.T) {
	type nested struct {
		Org  int
		Body struct {
			Score [3]float64
		}
	}
	type embedded struct {
		netip.Addr
		hidden
	}
	_ = embedded{hidden: hidden{p: nil}}
	for _, c := range []struct {
		err  error
		want []string // what is in the text behind "key type ", in this order
	}{
		{refused[float64](), []string{"float64: ", "NaN", "use an integer"}},
		{refused[float32](), []string{"float32: ", "NaN"}},
		{refused[complex128](), []string{"complex128: ", "NaN"}},
		{refused[*int](), []string{"*int: ", "by address", "use the value"}},
		{refused[any](), []string{"interface {}: ", "concrete type"}},
		{refused[error](), []string{"error: ", "concrete type"}},
		{refused[chan int](), []string{"chan int: ", "channel", "use a name"}},
		{refused[uintptr](), []string{"uintptr: ", "uint64"}},
		{refused[unsafe.Pointer](), []string{"unsafe.Pointer: ", "address"}},
		{refused[time.Time](), []string{"time.Time: ", "equal instants", "UnixNano"}},
		{refused[instant](), []string{"keys.instant: ", "UnixNano"}},
		{refused[unique.Handle[string]](), []string{"unique.Handle[string]: ", "use the value"}},
		{refused[nested](), []string{"keys.nested: field Body.Score[i] is a float64: ", "NaN"}},
		{refused[struct{ At [2]struct{ T time.Time } }](), []string{": field At[i].T is a time.Time: ", "UnixNano"}},
		{refused[[2]*int](), []string{"[2]*int: field [i] is a *int: "}},
		{refused[embedded](), []string{"keys.embedded: field hidden.p is a *int: "}},
		{refused[[maxSize + 1]byte](), []string{"[65537]uint8: takes 65537 bytes", "65536"}},
	} {
		if c.err == nil {
			t.Errorf("not refused: want %q", c.want)
			continue
		}
		rest, ok := strings.CutPrefix(c.err.Error(), "key type ")
		for _, w := range c.want {
			if ok {
				_, rest, ok = strings.Cut(rest, w)
			}
		}
		if !ok {
			t.Errorf("error %q: want %q", c.err, c.want)
		}
	}
}

func refused[K comparable]() error { _, err := Compile[K](); return err }

func TestCompileTakesWhatEqualsByValue(t *testing.T) {
	type address netip.Addr
	type blank struct {
		A int
		_ *int
		_ float64
		_ any
	}
	for name, err := range map[string]error{
		"nothing":                 refused[struct{}](),
		"much of nothing":         refused[[1 << 30]struct{}](),
		"much of nothing in much": refused[[1 << 30]struct{ A [0]time.Time }](),
		"the longest":             refused[[maxSize]byte](),
		"named address":           refused[address](),
		"prefix, nested":          refused[[2]struct{ P [1]netip.Prefix }](),
		"embedded":                refused[struct{ netip.AddrPort }](),
		"duration":                refused[time.Duration](),
		"blank":                   refused[blank](),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHasPointersIsWhatTheCollectorSees(t *testing.T) {
	for name, c := range map[string]struct{ got, want bool }{
		"numbers": {plain[struct {
			A int
			B [3]uint8
		}](t).HasPointers(), false},
		"string":    {plain[string](t).HasPointers(), true},
		"[0]string": {plain[[0]string](t).HasPointers(), false},
		"address":   {plain[struct{ A [1]netip.Addr }](t).HasPointers(), true},
		"blank": {plain[struct {
			A int
			_ *int
		}](t).HasPointers(), true},
		"nothing": {plain[struct{}](t).HasPointers(), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: HasPointers = %t", name, c.got)
		}
	}
}
