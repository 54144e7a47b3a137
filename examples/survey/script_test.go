package main

import (
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/internal/script"
)

// TestScripts runs the program as the scripts say. A script has the commands
//
//	contacts                     the body is the file of contacts, from here on
//	run [zone=PLACE] [delay=D]   the body is the file of answers; gives the files,
//	                             each line behind the name of its file, and the ledger
//	print [seed=N]               gives what the program prints about what it makes
//	                             itself
func TestScripts(t *testing.T) {
	script.Dir(t, "testdata", func(t *testing.T, path string) {
		dir := t.TempDir()
		var args []string
		script.Run(t, path, func(b *script.Block) string {
			switch b.Name {
			case "contacts":
				args = []string{"-contacts", clitest.Write(t, dir, "contacts", b.Body)}
				return ""
			case "print":
				return try(t, 0, "-seed", b.String("seed", "1"))
			}
			args := append([]string(nil), args...)
			args = append(args, "-facts", clitest.Write(t, dir, "facts", b.Body), "-zone", b.String("zone", "UTC"), "-delay", b.String("delay", "10m"))
			files := []string{"out", "missed", "bad"}
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
