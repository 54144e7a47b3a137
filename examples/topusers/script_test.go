package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/internal/script"
)

// TestScripts runs the program as the scripts say. A script has the commands
//
//	run [zone=PLACE] [table=NAME] [n=N]   the body is the file of posts; gives the
//	                                      files, each line behind the name of its
//	                                      file, and the ledger
//	days …                                is run without the rows of the hop
//	lost …                                is run without any rows
//	print [seed=N]                        gives what the program prints about what
//	                                      it makes itself
func TestScripts(t *testing.T) {
	script.Dir(t, "testdata", func(t *testing.T, path string) {
		dir := t.TempDir()
		script.Run(t, path, func(b *script.Block) string {
			if b.Name == "print" {
				return try(t, 0, "-seed", b.String("seed", "1"))
			}
			args := []string{"-facts", clitest.Write(t, dir, "facts", b.Body), "-n", b.String("n", "10"), "-zone", b.String("zone", "UTC")}
			if table := b.String("table", ""); table != "" {
				args = append(args, "-table", table)
			}
			files := []string{"out", "missed", "bad"}
			if b.Name == "lost" {
				files = files[1:]
			}
			args = append(args, clitest.Flags(dir, files...)...)
			ledger := try(t, 0, args...)
			var out strings.Builder
			for _, f := range files {
				for line := range strings.Lines(clitest.Read(t, filepath.Join(dir, f))) {
					if b.Name == "days" && strings.HasPrefix(line, `{"window":"hop"`) {
						continue
					}
					out.WriteString(f + " " + line)
				}
			}
			return out.String() + ledger[strings.Index(ledger, "\nlines ")+1:]
		})
	})
}

// try runs the program, and returns what it prints.
func try(t testing.TB, code int, args ...string) string {
	t.Helper()
	return clitest.Try(t, run, code, args...)
}
