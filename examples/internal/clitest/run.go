// Package clitest is what the tests of the examples have in common: it runs a
// program with arguments, and judges what it prints and writes.
package clitest

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Main is a program: it returns what the process ends with.
type Main func(ctx context.Context, args []string, stdout, stderr io.Writer) int

// Try runs a program that is to end with code, and returns what it prints, or, if
// that is not 0, what it says of its mistake: it must not do both.
func Try(t testing.TB, run Main, code int, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(t.Context(), args, &out, &errs); got != code {
		t.Fatalf("%q ends with %d, want %d: %s", args, got, code, errs.String())
	}
	if code != 0 {
		if out.Len() > 0 {
			t.Errorf("%q prints a table beside its error:\n%s", args, out.String())
		}
		return errs.String()
	}
	if errs.Len() > 0 {
		t.Errorf("%q tells of errors: %s", args, errs.String())
	}
	return out.String()
}

// Ledger runs a program on input that may be anything, and returns what it prints
// behind the last blank line; ok is false if it refuses the input, in one line, as
// it does a gzip file that is none.
func Ledger(t testing.TB, run Main, args ...string) (ledger string, ok bool) {
	t.Helper()
	var out, errs bytes.Buffer
	switch code := run(t.Context(), args, &out, &errs); {
	case code == 2 && out.Len() == 0 && strings.Count(errs.String(), "\n") == 1:
		return "", false
	case code != 0 || errs.Len() > 0:
		t.Fatalf("ends with %d, says %s", code, errs.String())
	}
	return out.String()[strings.LastIndex(out.String(), "\n\n")+2:], true
}

// Interrupted asserts that an interrupt is no mistake: a program whose context is
// over prints what it has, and ends with 0.
func Interrupted(t *testing.T, run Main, args ...string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for range 20 { // goroutines may see it in any order
		var out, errs bytes.Buffer
		if code := run(ctx, args, &out, &errs); code != 0 || !strings.Contains(out.String(), "\nlines ") {
			t.Fatalf("ends with %d, prints %s%s", code, out.String(), errs.String())
		}
	}
}

// Write writes a file of lines, the last without its end, and returns its path.
func Write(t testing.TB, dir, name string, lines []string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// Read returns what is in a file.
func Read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Flags are those that make a program write files into dir, each under the name of
// its flag.
func Flags(dir string, files ...string) (args []string) {
	for _, f := range files {
		args = append(args, "-"+f, filepath.Join(dir, f))
	}
	return args
}

// Lines returns all lines of files in dir, each behind the name of its file.
func Lines(t testing.TB, dir string, files ...string) string {
	t.Helper()
	var out strings.Builder
	for _, f := range files {
		for line := range strings.Lines(Read(t, filepath.Join(dir, f))) {
			out.WriteString(f + " " + line)
		}
	}
	return out.String()
}
