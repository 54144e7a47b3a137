package main

import (
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/internal/script"
)

// TestScripts runs the program as the scripts say. A script has the commands
//
//	run [radius=R] [least=N] [records=N]
//	               the body is the file of positions; gives the files, each line
//	               behind the name of its file, and the ledger
//	print [seed=N] gives what the program prints about what it makes itself
func TestScripts(t *testing.T) {
	script.Dir(t, "testdata", func(t *testing.T, path string) {
		dir := t.TempDir()
		script.Run(t, path, func(b *script.Block) string {
			if b.Name == "print" {
				return try(t, 0, "-seed", b.String("seed", "1"))
			}
			args := []string{"-facts", clitest.Write(t, dir, "facts", b.Body),
				"-radius", b.String("radius", "3"), "-least", b.String("least", "3"), "-records", b.String("records", "200")}
			files := []string{"out", "late", "bad"}
			args = append(args, clitest.Flags(dir, files...)...)
			ledger := try(t, 0, args...)
			return clitest.Lines(t, dir, files...) + strings.TrimSuffix(ledger[strings.Index(ledger, "\nlines ")+1:], "not written: picture (-chart)\n")
		})
	})
}

// try runs the program, and returns what it prints.
func try(t testing.TB, code int, args ...string) string {
	t.Helper()
	return clitest.Try(t, run, code, args...)
}
