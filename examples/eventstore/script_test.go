package main

import (
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/internal/script"
)

// all are the flags of the files that are written.
var all = []string{"raw", "standard", "good", "bad", "alarms", "late"}

// TestScripts runs the program as the scripts say. A script has the commands
//
//	run [files=A,B] [delay=D]   the body is the file of events, and behind "meta "
//	                            and "rules " those files; gives the files, each
//	                            line behind the name of its file, and the ledger
//	fail                        is run that ends with 2; gives what it says
//	print [seed=N]              gives what the program prints about what it makes
//	                            itself
func TestScripts(t *testing.T) {
	script.Dir(t, "testdata", func(t *testing.T, path string) {
		dir := t.TempDir()
		script.Run(t, path, func(b *script.Block) string {
			if b.Name == "print" {
				return try(t, 0, "-seed", b.String("seed", "1"))
			}
			bodies := map[string][]string{}
			for _, line := range b.Body {
				of := "facts"
				for _, name := range []string{"meta", "rules"} {
					if rest, ok := strings.CutPrefix(line, name+" "); ok {
						of, line = name, rest
					}
				}
				bodies[of] = append(bodies[of], line)
			}
			args := []string{"-facts", clitest.Write(t, dir, "facts", bodies["facts"]), "-delay", b.String("delay", "30s")}
			for _, name := range []string{"meta", "rules"} {
				if bodies[name] != nil {
					args = append(args, "-"+name, clitest.Write(t, dir, name, bodies[name]))
				}
			}
			if b.Name == "fail" {
				return strings.ReplaceAll(try(t, 2, args...), dir, "DIR")
			}
			files := all
			if some := b.String("files", ""); some != "" {
				files = strings.Split(some, ",")
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
