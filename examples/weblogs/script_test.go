package main

import (
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
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
				args = append(args, "-logs", clitest.Write(t, dir, "log", b.Body))
			}
			for _, name := range []string{"from", "to", "delay", "requests", "bytes", "request", "seed"} {
				if v := b.String(name, ""); v != "" {
					args = append(args, "-"+name, v)
				}
			}
			if b.Name == "print" {
				return try(t, 0, args...)
			}
			args = append(args, clitest.Flags(dir, files...)...)
			ledger := try(t, 0, args...)
			return clitest.Lines(t, dir, files...) + ledger[strings.Index(ledger, "\nlines ")+1:]
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
	return clitest.Try(t, run, code, args...)
}
