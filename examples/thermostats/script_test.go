package main

import (
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
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
				args = []string{"-settings", clitest.Write(t, dir, "settings", b.Body)}
				return ""
			case "print":
				return try(t, 0, "-seed", b.String("seed", "1"))
			}
			args := append([]string(nil), args...)
			args = append(args, "-facts", clitest.Write(t, dir, "facts", b.Body), "-threshold", b.String("threshold", "0.05"), "-delay", b.String("delay", "5m"))
			args = append(args, clitest.Flags(dir, files...)...)
			ledger := try(t, 0, args...)
			return clitest.Lines(t, dir, files...) + ledger[strings.Index(ledger, "\nlines ")+1:]
		})
	})
}

// try runs the program, and returns what it prints.
func try(t testing.TB, code int, args ...string) string {
	t.Helper()
	return clitest.Try(t, run, code, args...)
}
