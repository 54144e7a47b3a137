package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/internal/script"
)

// files are the flags for files of rows, and the names that tests give them.
var files = []string{"out", "live", "daily", "fleet", "top", "missed", "bad"}

// TestScripts runs the program as the scripts say. A script has the commands
//
//	settings                       the body is the file of settings, from here on
//	run [threshold=X] [delay=D]    the body is the file of readings; gives the files,
//	                               each line behind the name of its file, and the ledger
//	print [seed=N]                 gives what the program prints about what it makes
//	                               itself
func TestScripts(t *testing.T) {
	script.Dir(t, "testdata", func(t *testing.T, path string) {
		dir := t.TempDir()
		var args []string
		script.Run(t, path, func(b *script.Block) string {
			switch b.Name {
			case "settings":
				args = []string{"-settings", write(t, dir, "settings", b.Body)}
				return ""
			case "print":
				return try(t, 0, "-seed", b.String("seed", "1"))
			}
			args := append([]string(nil), args...)
			args = append(args, "-facts", write(t, dir, "facts", b.Body), "-threshold", b.String("threshold", "0.05"), "-delay", b.String("delay", "5m"))
			for _, f := range files {
				args = append(args, "-"+f, filepath.Join(dir, f))
			}
			ledger := try(t, 0, args...)
			var out strings.Builder
			for _, f := range files {
				for line := range strings.Lines(read(t, filepath.Join(dir, f))) {
					out.WriteString(f + " " + line)
				}
			}
			return out.String() + ledger[strings.Index(ledger, "\nlines ")+1:]
		})
	})
}

// try runs the program, and returns what it prints.
func try(t testing.TB, code int, args ...string) string {
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

func write(t testing.TB, dir, name string, lines []string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
