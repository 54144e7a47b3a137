package source

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"testing"
)

// stdin puts a pipe in the place of standard input.
func stdin(t *testing.T) (in *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stdin
	os.Stdin = r
	t.Cleanup(func() { os.Stdin = old; r.Close(); w.Close() })
	return w
}

func TestStandardInputGivesWhatIsThere(t *testing.T) {
	in := stdin(t)
	r := &NDJSON[string]{Path: "-", Decode: text}
	dst := make([]string, 10)
	for _, c := range []struct {
		text string
		want []string
	}{{"a\nb\nc", []string{"a", "b"}}, {"c\nd\n", []string{"cc", "d"}}} {
		io.WriteString(in, c.text)
		n, _, err := r.Read(context.Background(), dst) // would block if it waited for more
		if err != nil || !slices.Equal(dst[:n], c.want) {
			t.Fatalf("%q, %v, want %q", dst[:n], err, c.want)
		}
	}
	io.WriteString(in, "e")
	in.Close()
	if n, _, err := r.Read(context.Background(), dst); err != nil || n != 1 || dst[0] != "e" {
		t.Errorf("%q, %v", dst[:n], err)
	}
	if _, _, err := r.Read(context.Background(), dst); err != io.EOF {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stdin.Stat(); err != nil {
		t.Errorf("standard input was closed: %v", err)
	}
	if err := r.Seek(""); !errors.Is(err, fs.ErrClosed) {
		t.Error(err)
	}
}

func TestStandardInputIsNotSoughtWithinALineThatIsTooLong(t *testing.T) {
	in := stdin(t)
	io.WriteString(in, "a\n0123456789012345678901234567890123456789\nb\n")
	in.Close()
	r := &NDJSON[string]{Path: "-", Decode: text, MaxLine: 4}
	r.in.buf = make([]byte, 8)
	dst := make([]string, 1)
	for _, want := range []error{nil, ErrTooLong, ErrTooLong} {
		_, position, err := r.Read(context.Background(), dst)
		if !errors.Is(err, want) || position != "2:1" {
			t.Fatal(position, err)
		}
		if err := r.Seek(position); err != nil {
			t.Fatal(err)
		}
	}
	if r.Seek("20:1") == nil {
		t.Error("went into the line")
	}
	r.Bad = func(int, []byte, error) {}
	if _, _, err := r.Read(context.Background(), dst); err != nil || dst[0] != "b" {
		t.Error(dst, err)
	}
}

func TestStandardInputIsSoughtForwardOnly(t *testing.T) {
	lines := numbered(20) // 9 bytes a line, from 10 on 10
	for _, data := range [][]byte{lines, zip(string(lines))} {
		in := stdin(t)
		in.Write(data)
		in.Close()
		r := &NDJSON[string]{Path: "-", Decode: text}
		dst := make([]string, 1)
		next := func(want string) {
			t.Helper()
			if _, _, err := r.Read(context.Background(), dst); err != nil || dst[0] != want {
				t.Fatalf("%q, %v, want %q", dst[0], err, want)
			}
		}
		seek := func(position string) {
			t.Helper()
			if err := r.Seek(position); err != nil {
				t.Fatal(err)
			}
		}
		seek("18:2")
		seek("9:1")
		next(`{"id":1}`)
		seek("18:2") // where it stands
		next(`{"id":2}`)
		seek("45:5")
		seek("36:4") // not read yet
		next(`{"id":4}`)
		seek("100:11")
		next(`{"id":11}`)
		if err := r.Seek("100:11"); err == nil {
			t.Error("went back")
		}
		next(`{"id":12}`)
		seek("191")
		if _, _, err := r.Read(context.Background(), dst); err == nil || err == io.EOF {
			t.Errorf("beyond the end: %v", err)
		}
	}
}
