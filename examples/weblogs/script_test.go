package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/internal/script"
)

// TestScripts runs the program as the scripts say. A script has the commands
//
//	run [from=T] [to=T] [delay=D] [requests=N] [bytes=N] [request=N]
//	                  the body is the log; gives the files, each line behind the
//	                  name of its file, and the ledger
//	print [seed=N] …  gives what the program prints
//
// Without a body they are about what the program makes itself.
func TestScripts(t *testing.T) {
	script.Dir(t, "testdata", func(t *testing.T, path string) {
		dir := t.TempDir()
		script.Run(t, path, func(b *script.Block) string {
			var args []string
			if len(b.Body) > 0 {
				args = append(args, "-logs", write(t, dir, "log", b.Body))
			}
			for _, name := range []string{"from", "to", "delay", "requests", "bytes", "request", "seed"} {
				if v := b.String(name, ""); v != "" {
					args = append(args, "-"+name, v)
				}
			}
			if b.Name == "print" {
				return try(t, 0, args...)
			}
			var out strings.Builder
			for _, f := range files {
				args = append(args, "-"+f, filepath.Join(dir, f))
			}
			ledger := try(t, 0, args...)
			for _, f := range files {
				for line := range strings.Lines(read(t, filepath.Join(dir, f))) {
					out.WriteString(f + " " + line)
				}
			}
			return out.String() + ledger[strings.Index(ledger, "\nlines ")+1:]
		})
	})
}

// files are the flags for files of rows, and the names that tests give them.
var files = []string{"out", "merged", "alerts", "late", "bad"}

// less is n, or a tenth of it where time is short, as under the race detector.
func less(n int) int {
	if testing.Short() {
		return (n + 9) / 10
	}
	return n
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
