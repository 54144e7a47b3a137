package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// TestFromGivesWhatAFileGives: the same facts and positions, plain or gzip, as
// lines or as an array, however the reads are cut.
func TestFromGivesWhatAFileGives(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	lines := numbered(300)
	array := []byte("[" + strings.ReplaceAll(strings.TrimSpace(string(lines)), "\n", ",\n") + "]")
	for name, data := range map[string][]byte{"lines": lines, "gzip": zip(string(lines)), "array": array, "array gzip": zip(string(array)), "empty": nil} {
		file := &NDJSON[fact]{Path: write(t, "file", data), Array: true}
		want, _, _, err := read(t, file, 1)
		if err != nil || len(want) != 300 && data != nil {
			t.Fatalf("%s: %d facts, %v", name, len(want), err)
		}
		from := &NDJSON[fact]{From: memory{Reader: bytes.NewReader(data), random: random}, Array: true}
		got, _, _, err := read(t, from, 1+random.IntN(400))
		if err != nil || !slices.Equal(got, want) || from.in.at != file.in.at {
			t.Errorf("%s: %d facts, want %d; stands at %v, want %v; %v", name, len(got), len(want), from.in.at, file.in.at, err)
		}
	}
}

func TestFromStaysOpenAndGoesForward(t *testing.T) {
	in := strings.NewReader("a\nbb\nccc\n")
	r := &NDJSON[string]{From: in, Path: "letters", Decode: text}
	if err := r.Seek("2:1"); err != nil {
		t.Fatal(err)
	}
	dst := make([]string, 1)
	if _, position, err := r.Read(context.Background(), dst); err != nil || dst[0] != "bb" || position != "5:2" {
		t.Fatalf("%q, %s, %v", dst, position, err)
	}
	if err := r.Seek("2:1"); err == nil || err.Error() != `source: letters: position "2:1": a stream cannot go back to byte 2, it stands at byte 5` {
		t.Error(err)
	}
	if _, _, err := r.Read(context.Background(), dst); err != nil || dst[0] != "ccc" {
		t.Errorf("%q, %v", dst, err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, _, err := r.Read(context.Background(), dst); !errors.Is(err, fs.ErrClosed) {
		t.Error(err)
	}
}

// TestAnErrorTellsWhere: the file, the line, and the byte at which it begins.
func TestAnErrorTellsWhere(t *testing.T) {
	for _, c := range []struct {
		path, text, want string
		array            bool
	}{
		{"", "{}\n\n{x\n", "source: NDJSON: line 3: byte 4: invalid character 'x'", false},
		{"feed", "{}\r\n{x}", "source: feed: line 2: byte 4: invalid character 'x'", false},
		{"feed", "[{},\n {\"id\":\n\"x\"}]", "source: feed: line 2: byte 6: json: cannot unmarshal string", true},
		{"feed", "[{},\n {}", "source: feed: line 2: byte 8: the array does not end", true},
	} {
		for _, in := range []io.Reader{strings.NewReader(c.text), bytes.NewReader(zip(c.text))} {
			r := &NDJSON[fact]{Path: c.path, From: in, Array: c.array}
			if _, _, _, err := read(t, r, 10); err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%q: says %v, want %s", c.text, err, c.want)
			}
		}
	}
	broken := &NDJSON[fact]{Path: "feed", From: io.MultiReader(strings.NewReader("{}\n{"), iotest.ErrReader(errors.New("broken")))}
	if facts, _, _, err := read(t, broken, 10); len(facts) != 1 || err == nil || err.Error() != "source: feed: byte 4: broken" {
		t.Errorf("%d facts, %v", len(facts), err)
	}
}

// TestLineIsThatOfTheFact, with blank lines, bad ones, and elements of an array
// that have several lines.
func TestLineIsThatOfTheFact(t *testing.T) {
	for text, want := range map[string]string{
		"a\n\n!\nb\r\nc":         "a1 !3 b4 c5 ",
		"[a,!,\n b\n,\n\"c\n\"]": "a1 !1 b2 \"c\n\"4 ",
	} {
		var got strings.Builder
		r := &NDJSON[string]{From: strings.NewReader(text), Array: true}
		tell := func(line []byte) { fmt.Fprintf(&got, "%s%d ", line, r.Line()) }
		r.Decode = func(line []byte, fact *string) error {
			if string(line) == "!" {
				return errors.New("no letter")
			}
			tell(line)
			return nil
		}
		r.Bad = func(line int, text []byte, err error) {
			if line != r.Line() {
				t.Errorf("Bad is told of line %d, Line is %d", line, r.Line())
			}
			tell(text)
		}
		if _, _, _, err := read(t, r, 2); err != nil || got.String() != want {
			t.Errorf("%q: lines are %q, want %q; %v", text, got.String(), want, err)
		}
	}
}
