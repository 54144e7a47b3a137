package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// linesOf reads all blocks as the program does: each line without its end, a long
// one by its beginning.
func linesOf(r *blocks) (lines []string, err error) {
	for {
		b, err := r.next()
		if err != nil {
			return lines, err
		}
		if b.long {
			lines = append(lines, "long "+string(b.text))
			continue
		}
		for text := range bytes.Lines(b.text) {
			line := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
			if len(line) > maxLine {
				line = "long " + line[:maxLine]
			}
			lines = append(lines, line)
		}
	}
}

// pieces gives what it has in pieces of random sizes, some of them empty.
type pieces struct {
	text string
	r    *rand.Rand
	most int
}

func (p *pieces) Read(b []byte) (int, error) {
	n := min(p.r.IntN(p.most+1), len(p.text), len(b))
	copy(b, p.text[:n])
	p.text = p.text[n:]
	if p.text == "" && (n == 0 || p.r.IntN(2) == 0) {
		return n, io.EOF // with the last piece, or behind it
	}
	return n, nil
}

func TestBlocksHaveTheLinesHoweverTheyCome(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range less(30) {
		var want []string
		var text strings.Builder
		for range r.IntN(60) {
			n := r.IntN(1 + []int{5, 500, 50_000, 300_000}[r.IntN(4)])
			switch r.IntN(10) {
			case 0:
				n = maxLine + r.IntN(5) - 2
			case 1:
				n = r.IntN(2) * (blockSize + r.IntN(5) - 2)
			}
			line := strings.Repeat(string(rune('a'+len(want)%26)), n)
			text.WriteString(line + []string{"\n", "\r\n"}[r.IntN(2)])
			if n > maxLine {
				line = "long " + line[:maxLine]
			}
			want = append(want, line)
		}
		all := text.String()
		if r.IntN(2) == 0 && strings.HasSuffix(all, "\n") { // the last line lacks its end
			if all = strings.TrimRight(all, "\r\n"); want[len(want)-1] == "" {
				all = text.String()
			}
		}
		for name, r := range map[string]*blocks{
			"whole":  {in: strings.NewReader(all)},
			"live":   {in: strings.NewReader(all), live: true},
			"pieces": {in: &pieces{all, r, 1 << r.IntN(20)}, live: true},
			"filled": {in: &pieces{all, r, 1 << 12}},
			"eof":    {in: iotest.DataErrReader(strings.NewReader(all))},
		} {
			got, err := linesOf(r)
			if err != io.EOF || !slices.Equal(got, want) {
				i := 0
				for i < min(len(got), len(want)) && got[i] == want[i] {
					i++
				}
				t.Fatalf("%s: %v; %d lines, want %d; the first other is %d", name, err, len(got), len(want), i)
			}
			if _, err := r.next(); err != io.EOF {
				t.Errorf("%s: after the end: %v", name, err)
			}
		}
	}
}

// TestALineOfTheGreatestLengthIsNotTooLong, wherever the pieces end.
func TestALineOfTheGreatestLengthIsNotTooLong(t *testing.T) {
	x := strings.Repeat("x", maxLine)
	for _, end := range []string{"", "\r", "\n", "\r\n"} {
		for cut := range len(end) + 1 {
			in := io.MultiReader(strings.NewReader(x+end[:cut]), strings.NewReader(end[cut:]))
			if got, err := linesOf(&blocks{in: in, live: true}); err != io.EOF || len(got) != 1 || got[0] != x {
				t.Errorf("%q cut at %d: %d lines, %v", end, cut, len(got), err)
			}
		}
	}
}

// TestABlockIsGoodUntilTheNextButOne: the loop reads one while the next is filled.
func TestABlockIsGoodUntilTheNextButOne(t *testing.T) {
	var text strings.Builder
	for n := range 50_000 {
		fmt.Fprintf(&text, "line %d %s\n", n, strings.Repeat("x", n%200))
	}
	r := &blocks{in: &pieces{text.String(), rand.New(rand.NewPCG(1, 0)), 1 << 16}, live: true}
	var got strings.Builder
	last, err := r.next()
	for err == nil {
		var b block
		b, err = r.next()
		got.Write(last.text) // of which nothing may have changed
		last = b
	}
	if err != io.EOF || got.String() != text.String() {
		t.Errorf("%v; gives %d bytes, want %d", err, got.Len(), text.Len())
	}
}

func TestWhatComesBeforeAnErrorIsGiven(t *testing.T) {
	broken := errors.New("broken")
	got, err := linesOf(&blocks{in: io.MultiReader(strings.NewReader("a\nb\nhalf"), iotest.ErrReader(broken))})
	if !errors.Is(err, broken) || !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("%q, %v", got, err)
	}
	got, err = linesOf(&blocks{in: io.MultiReader(strings.NewReader("a\n"+strings.Repeat("x", 3*blockSize)), iotest.ErrReader(broken))})
	if !errors.Is(err, broken) || len(got) != 2 {
		t.Errorf("%d lines, %v", len(got), err)
	}
}

func TestALiveLineIsGivenAsItComes(t *testing.T) {
	in, out := io.Pipe()
	r := &blocks{in: &unzipped{from: in}, live: true}
	for n := range 3 {
		want := fmt.Sprintf("line %d\n", n)
		go io.WriteString(out, want)
		if b, err := r.next(); err != nil || string(b.text) != want {
			t.Errorf("%q, %v", b.text, err)
		}
	}
}

func TestReadingAllocatesItsBuffersAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("measures allocations")
	}
	text := made(50_000)
	r := &blocks{in: bytes.NewReader(text)}
	r.next()
	r.next()
	n := testing.AllocsPerRun(1, func() {
		for {
			if _, err := r.next(); err != nil {
				return
			}
		}
	})
	if n > 0 {
		t.Errorf("allocates %v times", n)
	}
}
