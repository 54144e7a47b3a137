package main

import (
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/internal/script"
)

// TestScripts runs the program as the scripts say. A script has the commands
//
//	orgs              the body is the file of organisations, from here on
//	run [org=NAME]    the body is the file of calls; gives the files, each line
//	                  behind the name of its file, and the ledger
//	lost              is run without the rows
//	print [seed=N] …  gives what the program prints
//
// Without a body and orgs they are about what the program makes itself.
func TestScripts(t *testing.T) {
	script.Dir(t, "testdata", func(t *testing.T, path string) {
		dir := t.TempDir()
		var args []string
		script.Run(t, path, func(b *script.Block) string {
			if b.Name == "orgs" {
				args = []string{"-orgs", clitest.Write(t, dir, "orgs", b.Body)}
				return ""
			}
			args := append([]string(nil), args...)
			if len(b.Body) > 0 {
				args = append(args, "-facts", clitest.Write(t, dir, "calls", b.Body))
			}
			if org := b.String("org", ""); org != "" {
				args = append(args, "-org", org)
			}
			if b.Name == "print" {
				if seed := b.String("seed", ""); seed != "" {
					args = append(args, "-seed", seed)
				}
				return try(t, 0, args...)
			}
			files := []string{"out", "late", "bad"}
			args = append(args, clitest.Flags(dir, files...)...)
			ledger := try(t, 0, args...)
			if b.Name == "lost" {
				files = files[1:]
			}
			return clitest.Lines(t, dir, files...) + ledger[strings.Index(ledger, "\nlines ")+1:]
		})
	})
}

// try runs the program, and returns what it prints.
func try(t testing.TB, code int, args ...string) string {
	t.Helper()
	return clitest.Try(t, run, code, args...)
}
