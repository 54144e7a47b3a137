package source

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// elements gives the elements of an array by encoding/json; ok if data is one array.
func elements(data []byte) (texts []string, ok bool) {
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return nil, false
	}
	for d.More() {
		var raw json.RawMessage
		if d.Decode(&raw) != nil {
			return nil, false
		}
		texts = append(texts, string(raw))
	}
	if _, err := d.Token(); err != nil {
		return nil, false
	}
	_, err := d.Token()
	return texts, err == io.EOF
}

func checkArray(t *testing.T, data []byte, seed uint64) {
	t.Helper()
	want, ok := elements(bytes.TrimPrefix(data, []byte(bom)))
	random := rand.New(rand.NewPCG(seed, 5))
	r := over(data, random)
	r.Array = true
	if !ok {
		read(t, r, 2) // no panic, and an end
		return
	}
	facts, positions, at, err := read(t, r, 1+random.IntN(3))
	if err != nil || !slices.Equal(facts, want) {
		t.Fatalf("seed %d: %q:\nfacts %q, error %v\nwant  %q", seed, data, facts, err, want)
	}
	for i, p := range positions {
		if err := r.Seek(p); err != nil {
			t.Fatal(err)
		}
		rest, last, _, err := read(t, r, 1+random.IntN(3))
		if err != nil || !slices.Equal(rest, want[at[i]:]) || last[len(last)-1] != positions[len(positions)-1] {
			t.Fatalf("seed %d: %q from %s:\nfacts %q, error %v\nwant  %q", seed, data, p, rest, err, want[at[i]:])
		}
	}
}

var arrays = []string{
	`[]`, ` [ ] `, `[1]`, `[1,2,3]`, "\n[\n{\"a\":[1,{}]},\n \"x]\\\"\\\\\",\r\n true , -1.5e3\n]\n", "\xef\xbb\xbf[\"\xef\xbb\xbf\"]", `[[[]],{},""]`, `["[{\"]`,
	`[1 2]`, `[1,,2]`, `[,]`, `[1,]`, `[1]x`, `[1`, `[{"a":1}`, `[{]}`, `[}]`, `["`, `[`, `[1,`,
}

func TestArrayIsThatOfEncodingJSON(t *testing.T) {
	for _, data := range arrays {
		for seed := range uint64(20) {
			checkArray(t, []byte(data), seed)
		}
	}
	random := rand.New(rand.NewPCG(8, 8))
	valid := 0
	for seed := range uint64(3000) {
		var b bytes.Buffer
		b.WriteString("[")
		for i := range random.IntN(5) {
			if i > 0 {
				b.WriteString(",")
			}
			b.WriteString(strings.Repeat(" \n\t", random.IntN(2)))
			b.WriteString([]string{`{"a":"b,c]"}`, `[]`, `null`, `12`, `"\"\\"`, `"a`, `}`, "[{\n}]"}[random.IntN(8)])
		}
		b.WriteString(strings.Repeat(" \n", random.IntN(2)))
		b.WriteString("]")
		if _, ok := elements(b.Bytes()); ok {
			valid++
		}
		checkArray(t, b.Bytes(), seed)
	}
	if valid < 500 {
		t.Errorf("only %d arrays are valid", valid)
	}
}

func FuzzArray(f *testing.F) {
	for i, data := range arrays {
		f.Add([]byte(data), uint64(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		if !bytes.HasPrefix(data, []byte("\x1f\x8b")) {
			checkArray(t, data, seed)
		}
	})
}

func TestBrokenArrayIsAnErrorBehindItsElements(t *testing.T) {
	for data, want := range map[string]string{
		"[1,\n2 3]":  `2 facts: source: test: line 2: byte 6: '3' behind an element of the array, must be , or ]`,
		"[1,,2]":     `1 facts: source: test: line 1: byte 3: ',' in place of an element of the array`,
		"[1,]":       `1 facts: source: test: line 1: byte 3: ']' in place of an element of the array`,
		"[1]\n\n x":  `1 facts: source: test: line 3: byte 6: 'x' behind the array, must be the end`,
		"[1,\n2,":    `2 facts: source: test: line 2: byte 6: the array does not end: unexpected EOF`,
		"[1, 2]\n\n": `2 facts: <nil>`,
	} {
		for seed := range uint64(10) {
			r := over([]byte(data), rand.New(rand.NewPCG(seed, 1)))
			r.Array = true
			facts, _, _, err := read(t, r, 1)
			if got := fmt.Sprintf("%d facts: %v", len(facts), err); got != want {
				t.Errorf("%q: %s\nwant %s", data, got, want)
			}
			_, _, again := r.Read(context.Background(), make([]string, 1))
			if err == nil {
				err = io.EOF
			}
			if again == nil || again.Error() != err.Error() {
				t.Errorf("%q: first %v, then %v", data, err, again)
			}
		}
	}
	r := over([]byte("[1,"), nil)
	r.Array = true
	if _, _, _, err := read(t, r, 1); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

func TestBadElementIsPassedOverWithItsLine(t *testing.T) {
	data := "[{\"id\":1},\n{\"id\":x},\n\"" + strings.Repeat("y", 500) + "\",\n{\"id\":\n2}, 7]"
	r := over2[fact]([]byte(data))
	r.Array, r.MaxLine = true, 100
	r.in.buf = make([]byte, 16)
	var bad []int
	r.Bad = func(line int, text []byte, err error) { bad = append(bad, line) }
	facts, _, _, err := read(t, r, 10)
	if err != nil || !slices.Equal(facts, []fact{{ID: 1}, {ID: 2}}) || !slices.Equal(bad, []int{2, 3, 5}) {
		t.Errorf("%v, bad lines %v, %v", facts, bad, err)
	}
	if most := 100 + slack + chunk; len(r.in.buf) > most {
		t.Errorf("buffer of %d bytes", len(r.in.buf))
	}
}

func TestLinesAreNoArrayUnlessAskedFor(t *testing.T) {
	data := []byte("[1]\n[2]\n")
	if facts, _, _, err := read(t, over(data, nil), 5); err != nil || !slices.Equal(facts, []string{"[1]", "[2]"}) {
		t.Errorf("%q, %v", facts, err)
	}
	for _, data := range []string{"", strings.Repeat("\n \n", 1<<20) + "a\n", "\n \n", "{}\n[1]\n", "\xef\xbb\xbf{}\n", "\xef\xbb", "x"} {
		a, b := over([]byte(data), nil), over([]byte(data), nil)
		a.Array = true
		got, at, _, err := read(t, a, 1)
		want, places, _, _ := read(t, b, 1)
		if err != nil || !slices.Equal(got, want) || !slices.Equal(at, places) {
			t.Errorf("%q: %q at %q, want %q at %q, %v", data, got, at, want, places, err)
		}
	}
}
