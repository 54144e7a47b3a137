package source

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// reference splits data as the manual says: the facts, and the bad lines as
// "number text".
func reference(data string, max int) (facts, bad []string) {
	lines := strings.Split(data, "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	}
	for i, line := range lines {
		line = strings.TrimSuffix(line, "\r")
		if i == 0 {
			line = strings.TrimPrefix(line, "\xef\xbb\xbf")
		}
		switch {
		case len(line) > max:
			bad = append(bad, fmt.Sprint(i+1, " ", line[:max]))
		case strings.Trim(line, " \t") != "":
			facts = append(facts, line)
		}
	}
	return facts, bad
}

// checkLines holds the reader against the reference, from the beginning and
// from some of the positions that it gives.
func checkLines(t *testing.T, data string, seed uint64, max int) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	raw := []byte(data)
	if zipped := random.IntN(5) == 0 || strings.HasPrefix(data, "\x1f\x8b"); zipped {
		cut := random.IntN(len(data) + 1)
		raw = zip(data[:cut], data[cut:])
	}
	wantFacts, wantBad := reference(data, max)
	open := func() (*NDJSON[string], *[]string) {
		bad := new([]string)
		r := over(raw, random)
		r.MaxLine = max
		r.Bad = func(line int, text []byte, err error) {
			if !errors.Is(err, ErrTooLong) {
				t.Errorf("line %d: %v", line, err)
			}
			*bad = append(*bad, fmt.Sprint(line, " ", string(text)))
		}
		return r, bad
	}
	r, bad := open()
	facts, positions, at, err := read(t, r, 1+random.IntN(4))
	if err != nil || !slices.Equal(facts, wantFacts) || !slices.Equal(*bad, wantBad) {
		t.Fatalf("seed %d, max %d: %q:\nfacts %q, bad %q, error %v\nwant  %q, bad %q", seed, max, data, facts, *bad, err, wantFacts, wantBad)
	}
	for range 4 {
		i := random.IntN(len(positions))
		position := positions[i]
		r, bad := open()
		if err := r.Seek(position); err != nil {
			t.Fatal(err)
		}
		rest, _, _, err := read(t, r, 1+random.IntN(4))
		if err != nil || !slices.Equal(rest, wantFacts[at[i]:]) {
			t.Fatalf("seed %d, max %d: %q from %s:\nfacts %q, error %v\nwant  %q", seed, max, data, position, rest, err, wantFacts[at[i]:])
		}
		if n := len(wantBad) - len(*bad); n < 0 || !slices.Equal(*bad, wantBad[n:]) {
			t.Fatalf("seed %d, max %d: %q from %s: bad %q, want the end of %q", seed, max, data, position, *bad, wantBad)
		}
	}
}

var hard = []string{
	"", "\n", "\r\n", "a", "a\n", "a\r", "a\r\n", "\na", "a\n\nb", "\r\r\n", " \t\n", "\xef\xbb\xbf", "\xef\xbb\xbfa\nb", "\xef\xbb", "a\n\xef\xbb\xbf\n",
	"\x00\n\x00", "\xff\xfe\n", "01234567\n", "012345678\n", "01234567\r\n", "012345678\r\n", "\xef\xbb\xbf01234567\r\n", "\xef\xbb\xbf012345678\r\n",
	"0123456789012345678901234567890123456789\nb\n", "a\n0123456789012345678901234567890123456789", "\xef\xbb\xbf01234567\ryyyyyyyyyyyyyyyyyyyyyyyyyyyy\nb\n", "012345678\r", "\x1f\x8b", "\x1f", "                    \n",
}

func TestLinesAreThoseOfTheReference(t *testing.T) {
	for _, data := range hard {
		for seed := range uint64(10) {
			checkLines(t, data, seed, 8)
		}
	}
	random := rand.New(rand.NewPCG(7, 7))
	for seed := range uint64(2000) {
		b := make([]byte, random.IntN(120))
		for i := range b {
			b[i] = "ab \t\r\n\n\n\x00\xef\xbb\xbf"[random.IntN(12)]
		}
		checkLines(t, string(b), seed, 1+random.IntN(20))
	}
}

func FuzzLines(f *testing.F) {
	for i, data := range hard {
		f.Add([]byte(data), uint64(i), 8)
	}
	f.Fuzz(func(t *testing.T, data []byte, seed uint64, max int) {
		checkLines(t, string(data), seed, 1+int(uint(max)%100))
	})
}

// Whatever the bytes, gzip or not, reading comes to an end.
func FuzzBytes(f *testing.F) {
	f.Add(zip("a\nb\n"), uint64(1))
	f.Add(zip("a\nb\n")[:20], uint64(1))
	f.Add([]byte("[1,2]"), uint64(1))
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		r := over(data, rand.New(rand.NewPCG(seed, 2)))
		r.Array = seed%2 == 0
		_, positions, _, _ := read(t, r, 3)
		for _, p := range positions {
			if err := r.Seek(p); err != nil {
				t.Fatal(err)
			}
			read(t, r, 3)
		}
	})
}

func TestLineThatIsTooLongIsPassedOverInBoundedMemory(t *testing.T) {
	data := slices.Concat([]byte("a\n"), bytes.Repeat([]byte("x"), 20<<20), []byte("\nb\n"))
	r := over(data, nil)
	var bad []string
	r.Bad = func(line int, text []byte, err error) { bad = append(bad, fmt.Sprint(line, len(text), err)) }
	facts, _, _, err := read(t, r, 10)
	if err != nil || !slices.Equal(facts, []string{"a", "b"}) || !slices.Equal(bad, []string{"2 1048576 longer than MaxLine"}) {
		t.Errorf("facts %q, bad %q, error %v", facts, bad, err)
	}
	if most := 1<<20 + slack + chunk; len(r.in.buf) > most {
		t.Errorf("buffer of %d bytes, want at most %d", len(r.in.buf), most)
	}
}

func TestMaxLineMayBeWithoutBounds(t *testing.T) {
	r := over(slices.Concat(bytes.Repeat([]byte("x"), 3<<20), []byte("\nb\n")), nil)
	r.MaxLine = math.MaxInt
	if facts, _, _, err := read(t, r, 1); err != nil || len(facts) != 2 || len(facts[0]) != 3<<20 {
		t.Error(len(facts), err)
	}
}

func TestPositionsAreOffsetsAndLines(t *testing.T) {
	r := over([]byte("{\"id\":1}\n{\"id\":2}\n\n{\"id\":3}\n"), nil)
	_, positions, _, _ := read(t, r, 1)
	if want := []string{"9:1", "18:2", "28:4", "28:4"}; !slices.Equal(positions, want) {
		t.Errorf("positions %q, want %q", positions, want)
	}
	for _, bad := range []string{" ", "x", "-1", "1:", ":1", "1:-1", "1:2:3", "1:2:array ", "1:array", "0:0:array", "99999999999999999999", "+1", "1e3"} {
		if err := r.Seek(bad); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", bad)) {
			t.Errorf("Seek(%q): %v", bad, err)
		}
	}
	if err := r.Seek("9"); err != nil {
		t.Fatal(err)
	}
	if facts, _, _, _ := read(t, r, 5); len(facts) != 2 {
		t.Errorf("from the bare offset 9: %q", facts)
	}
}
