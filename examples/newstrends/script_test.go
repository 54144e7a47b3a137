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
//	run [n=N] [delay=D]   the body is the file of actions, and behind "user " the
//	                      file of users; gives the files, each line behind the
//	                      name of its file, and the ledger
//	lost …                is run without any rows
//	print [seed=N]        gives what the program prints about what it makes itself
func TestScripts(t *testing.T) {
	script.Dir(t, "testdata", func(t *testing.T, path string) {
		dir := t.TempDir()
		script.Run(t, path, func(b *script.Block) string {
			if b.Name == "print" {
				return try(t, 0, "-seed", b.String("seed", "1"))
			}
			var actions, users []string
			for _, line := range b.Body {
				if user, ok := strings.CutPrefix(line, "user "); ok {
					users = append(users, user)
				} else {
					actions = append(actions, line)
				}
			}
			args := []string{"-facts", write(t, dir, "facts", actions), "-users", write(t, dir, "users", users), "-n", b.String("n", "10"), "-delay", b.String("delay", "10s")}
			files := []string{"out", "rates", "top", "late", "bad"}
			if b.Name == "lost" {
				files = files[3:]
			}
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
			return out.String() + ledger[strings.LastIndex(ledger, "\n\n")+2:]
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
