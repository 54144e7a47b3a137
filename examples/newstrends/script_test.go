package main

import (
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
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
			args := []string{"-facts", clitest.Write(t, dir, "facts", actions), "-users", clitest.Write(t, dir, "users", users), "-n", b.String("n", "10"), "-delay", b.String("delay", "10s")}
			files := []string{"out", "rates", "top", "late", "bad"}
			if b.Name == "lost" {
				files = files[3:]
			}
			args = append(args, clitest.Flags(dir, files...)...)
			ledger := try(t, 0, args...)
			return clitest.Lines(t, dir, files...) + ledger[strings.LastIndex(ledger, "\n\n")+2:]
		})
	})
}

// try runs the program, and returns what it prints.
func try(t testing.TB, code int, args ...string) string {
	t.Helper()
	return clitest.Try(t, run, code, args...)
}
