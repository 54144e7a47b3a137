package main

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/internal/script"
)

// TestScripts runs the program as the scripts say. A script has the commands
//
//	run              the body is the file of readings, one every 400 ms; gives the
//	                 files, each line behind the name of its file, and the ledger
//	flows [delay=D]  the body is the flow log
//	print [flows]    gives what the program prints about what it makes itself
func TestScripts(t *testing.T) {
	script.Dir(t, "testdata", func(t *testing.T, path string) {
		dir := t.TempDir()
		script.Run(t, path, func(b *script.Block) string {
			if b.Name == "print" {
				if b.Has("flows") {
					return try(t, 0, "-madeflows")
				}
				return try(t, 0)
			}
			facts := clitest.Write(t, dir, "facts", b.Body)
			args := []string{"-facts", facts, "-every", "400ms"}
			if b.Name == "flows" {
				args = []string{"-flowlogs", facts, "-delay", b.String("delay", "10m")}
			}
			files := []string{"out", "late", "bad"}
			args = append(args, clitest.Flags(dir, files...)...)
			ledger := try(t, 0, args...)
			return clitest.Lines(t, dir, files...) + ledger[strings.Index(ledger, "\nlines ")+1:]
		})
	})
}

// try runs the program, and returns what it prints.
func try(t testing.TB, code int, args ...string) string {
	t.Helper()
	return clitest.Try(t, program, code, args...)
}

// program is the program with a clock that goes on by a second each time.
func program(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return run(ctx, args, stdout, stderr, steady(begin, time.Second))
}
