package source

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

type fact struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

func write(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestGzipIsKnownByItsBytesNotItsName(t *testing.T) {
	lines := string(numbered(5000))
	for name, data := range map[string][]byte{"a.gz": []byte(lines), "b.ndjson": zip(lines), "c": zip(lines[:777], "", lines[777:])} {
		r := &NDJSON[fact]{Path: write(t, name, data)}
		facts, positions, at, err := read(t, r, 64)
		if err != nil || len(facts) != 5000 || facts[4999].ID != 4999 {
			t.Fatalf("%s: %d facts, %v", name, len(facts), err)
		}
		for i := 0; i < len(positions); i += 17 {
			if err := r.Seek(positions[i]); err != nil {
				t.Fatal(err)
			}
			rest, _, _, err := read(t, r, 100)
			if err != nil || !slices.Equal(rest, facts[at[i]:]) {
				t.Fatalf("%s: from %s: %d facts, want %d, %v", name, positions[i], len(rest), len(facts)-at[i], err)
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestTruncatedGzipIsNoEnd(t *testing.T) {
	lines := numbered(300)
	whole := zip(string(lines[:1000]), string(lines[1000:]))
	first := len(zip(string(lines[:1000])))
	for cut := 2; cut < len(whole); cut++ {
		r := over(whole[:cut], rand.New(rand.NewPCG(uint64(cut), 3)))
		facts, _, _, err := read(t, r, 7)
		if cut == first { // between two members: nothing tells
			continue
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasPrefix(err.Error(), "source: test: ") {
			t.Fatalf("cut at %d of %d: %d facts, error %v", cut, len(whole), len(facts), err)
		}
		if cut > 12 && !strings.Contains(err.Error(), "byte ") {
			t.Fatalf("cut at %d: no offset: %v", cut, err)
		}
		for i, f := range facts {
			if f != fmt.Sprintf("{\"id\":%d}", i) {
				t.Fatalf("cut at %d: fact %d is %q", cut, i, f)
			}
		}
		if cut >= first && len(facts) < 90 {
			t.Fatalf("cut at %d: only %d facts", cut, len(facts))
		}
	}
	// The checksum of the last member is wrong: an error, behind all facts.
	whole[len(whole)-6] ^= 1
	facts, _, _, err := read(t, over(whole, nil), 7)
	if len(facts) != 300 || err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("%d facts, error %v", len(facts), err)
	}
}

func TestBadLineEndsReadAfterTheFactsBefore(t *testing.T) {
	r := &NDJSON[fact]{Path: write(t, "bad", []byte("{\"id\":1}\n\n{\"id\":2}\n{\"id\":x}\n{\"id\":3}\n"))}
	ctx, dst := context.Background(), make([]fact, 10)
	n, position, err := r.Read(ctx, dst)
	if n != 2 || position != "19:3" || err != nil {
		t.Fatalf("%d, %s, %v", n, position, err)
	}
	for range 3 {
		n, position, err = r.Read(ctx, dst)
		if n != 0 || position != "19:3" || err == nil || !strings.HasPrefix(err.Error(), "source: "+r.Path+": line 4: byte 19: invalid character 'x'") {
			t.Fatalf("%d, %s, %v", n, position, err)
		}
	}
	if _, ok := errors.AsType[*json.SyntaxError](err); !ok {
		t.Errorf("the cause is lost: %v", err)
	}
	// A new run from there meets the same line under the same number.
	again := &NDJSON[fact]{Path: r.Path}
	if err := again.Seek(position); err != nil {
		t.Fatal(err)
	}
	if _, _, err := again.Read(ctx, dst); err == nil || !strings.Contains(err.Error(), "line 4:") {
		t.Error(err)
	}
	var bad []string
	r.Bad = func(line int, text []byte, err error) { bad = append(bad, fmt.Sprintf("%d %s", line, text)) }
	n, _, err = r.Read(ctx, dst)
	if n != 1 || dst[0].ID != 3 || err != nil || !slices.Equal(bad, []string{`4 {"id":x}`}) {
		t.Errorf("%d, %v, %q, %v", n, dst[0], bad, err)
	}
	if n, position, err := r.Read(ctx, dst); n != 0 || err != io.EOF || position != "37:5" {
		t.Errorf("%d, %s, %v", n, position, err)
	}
}

func TestFactsDoNotKeepWhatDstHeld(t *testing.T) {
	r := over2[fact]([]byte("{\"id\":1,\"name\":\"a\"}\n{\"id\":2}\n{\"id\":5,\"name\":7}\n"))
	r.Bad = func(int, []byte, error) {}
	dst := []fact{{9, "old"}}
	for _, want := range []fact{{1, "a"}, {2, ""}} {
		if _, _, err := r.Read(context.Background(), dst); err != nil || dst[0] != want {
			t.Errorf("%v, want %v, %v", dst[0], want, err)
		}
	}
	if _, _, err := r.Read(context.Background(), dst); err != io.EOF || dst[0] != (fact{}) {
		t.Errorf("after a bad line: %v, %v", dst[0], err)
	}
}

func over2[T any](data []byte) *NDJSON[T] {
	r := &NDJSON[T]{Path: "test"}
	r.in.open = func(string) (file, error) { return memory{Reader: bytes.NewReader(data)}, nil }
	return r
}

func TestCancelledReadLosesNothing(t *testing.T) {
	r := over(numbered(1000), rand.New(rand.NewPCG(1, 1)))
	var ids []string
	dst := make([]string, 10)
	for i := 0; ; i++ {
		ctx, cancel := context.WithCancel(context.Background())
		if i%3 == 0 {
			cancel()
		} else if i%3 == 1 { // in the middle of a Read
			r.Decode = func(line []byte, fact *string) error { cancel(); return text(line, fact) }
		}
		before := r.in.at.String()
		n, position, err := r.Read(ctx, dst)
		cancel()
		r.Decode = text
		ids = append(ids, dst[:n]...)
		if i%3 == 0 && err != context.Canceled {
			t.Fatalf("cancelled before: %d facts, %v", n, err)
		}
		if err == io.EOF {
			break
		} else if err != nil && (err != context.Canceled || n > 0 || (before != position)) {
			t.Fatalf("%d facts, from %s to %s, %v", n, before, position, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	long := over(numbered(1000), rand.New(rand.NewPCG(1, 1)))
	long.Decode = func(line []byte, fact *string) error { cancel(); return text(line, fact) }
	if n, _, err := long.Read(ctx, make([]string, 1000)); n == 0 || n > 10 || err != nil {
		t.Errorf("cancelled in a Read: %d facts, %v", n, err)
	}
	if got := strings.Join(ids, "\n") + "\n"; got != string(numbered(1000)) {
		t.Errorf("%d lines, not the same", len(ids))
	}
}

func TestErrorOfTheFileComesAfterTheFacts(t *testing.T) {
	broken := errors.New("broken")
	r := &NDJSON[string]{Path: "disk", Decode: text}
	r.in.open = func(string) (file, error) {
		return failing{memory{Reader: bytes.NewReader(nil), stream: true}, io.MultiReader(strings.NewReader("a\nb\nc"), iotest.ErrReader(&fs.PathError{Op: "read", Path: "disk", Err: broken}))}, nil
	}
	facts, positions, _, err := read(t, r, 10)
	if !slices.Equal(facts, []string{"a", "b"}) || !errors.Is(err, broken) || err.Error() != "source: disk: byte 5: broken" {
		t.Errorf("%q, %v", facts, err)
	}
	if want := []string{"4:2", "4:2"}; !slices.Equal(positions, want) {
		t.Errorf("positions %q, want %q", positions, want)
	}
}

type failing struct {
	memory
	r io.Reader
}

func (f failing) Read(p []byte) (int, error) { return f.r.Read(p) }

func TestWrongFilesAreErrorsWithTheirPath(t *testing.T) {
	ctx, dst := context.Background(), make([]fact, 1)
	short := write(t, "short", []byte("{}\n"))
	zipped := write(t, "zipped", zip("{}\n"))
	for _, c := range []struct {
		path, position, want string
	}{
		{filepath.Join(t.TempDir(), "none"), "", "no such file"},
		{t.TempDir(), "", "is a directory"},
		{short, "4:1", "ends at byte 3, before the position, byte 4"},
		{zipped, "4:1", "ends at byte 3, before the position, byte 4"},
	} {
		r := &NDJSON[fact]{Path: c.path}
		if err := r.Seek(c.position); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			_, position, err := r.Read(ctx, dst)
			if err == nil || err == io.EOF || !strings.HasPrefix(err.Error(), "source: "+c.path+": ") || !strings.Contains(err.Error(), c.want) || strings.Count(err.Error(), c.path) != 1 {
				t.Errorf("%v, want %q", err, c.want)
			}
			if c.position != "" && position != c.position {
				t.Errorf("position %s, want %s", position, c.position)
			}
		}
	}
	for _, data := range [][]byte{zip("{}\n")[:5], []byte("{}\n")} {
		closed := 0
		r := &NDJSON[fact]{Path: "test"}
		r.in.open = func(string) (file, error) { return memory{Reader: bytes.NewReader(data), closed: &closed}, nil }
		if err := r.Seek("99"); err != nil {
			t.Fatal(err)
		}
		if _, _, err := r.Read(ctx, dst); err == nil || closed != 1 {
			t.Errorf("%v, closed %d times", err, closed)
		}
	}
	r := &NDJSON[fact]{}
	if _, _, err := r.Read(ctx, dst); err == nil || err.Error() != "source: NDJSON: Path is empty, must be set" {
		t.Error(err)
	}
	r.Path = short
	if _, _, err := r.Read(ctx, nil); err == nil {
		t.Error("an empty dst is no error")
	}
	r.MaxLine = -1
	if _, _, err := r.Read(ctx, dst); err == nil {
		t.Error("a negative MaxLine is no error")
	}
}

func TestCloseReleasesTheFileAndSeekOpensItAgain(t *testing.T) {
	var closed, opened int
	r := &NDJSON[string]{Path: "test", Decode: text}
	r.in.open = func(string) (file, error) {
		opened++
		return memory{Reader: bytes.NewReader(numbered(10)), closed: &closed}, nil
	}
	if err := r.Close(); err != nil || closed != 0 {
		t.Fatal(err, closed)
	}
	for i := 1; i < 4; i++ {
		if err := r.Seek(""); err != nil {
			t.Fatal(err)
		}
		if facts, _, _, err := read(t, r, 4); err != nil || len(facts) != 10 {
			t.Fatal(len(facts), err)
		}
		if err := errors.Join(r.Close(), r.Close()); err != nil || closed != i || opened != i {
			t.Fatalf("%v: opened %d, closed %d", err, opened, closed)
		}
		if _, _, err := r.Read(context.Background(), make([]string, 1)); !errors.Is(err, fs.ErrClosed) {
			t.Fatal(err)
		}
	}
	if err := errors.Join(r.Seek(""), r.Seek("9:1"), r.Seek("18:2")); err != nil || closed != opened {
		t.Error(err, opened, closed)
	}
}

func TestNothingIsAllocatedPerLine(t *testing.T) {
	data := numbered(10000)
	r := over2[int](data)
	r.Decode = func(line []byte, n *int) error { *n = len(line); return nil }
	dst := make([]int, 1000)
	allocs := testing.AllocsPerRun(10, func() {
		if err := r.Seek(""); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			if n, _, err := r.Read(context.Background(), dst); n != 1000 || err != nil {
				t.Fatal(n, err)
			}
		}
	})
	if allocs > 30 { // of 10,000 lines in 10 batches: the positions and the opening
		t.Errorf("%v allocations", allocs)
	}
}
