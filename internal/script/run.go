package script

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write what scripts give into them as what is expected")

// Dir runs a subtest for each file *.txt in dir, named by the file. A folder
// without scripts fails: it would test nothing.
func Dir(t *testing.T, dir string, file func(t *testing.T, path string)) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Fatalf("script: %s: has no script (*.txt)", dir)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) { file(t, path) })
	}
}

// Run gives the blocks of the script at path to f, in order, and compares what f
// returns with what is expected; the last newline makes no difference. With the
// flag -rewrite it is written into the file instead.
func Run(t *testing.T, path string, f func(b *Block) string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	after := run(t, path, string(text), *rewrite, f)
	if after == string(text) {
		return
	}
	t.Logf("script: %s: rewritten", path)
	if err := os.WriteFile(path, []byte(after), 0o666); err != nil {
		t.Fatal(err)
	}
}

// run returns what the file shall be, which is text unless rewrite is set.
func run(tb testing.TB, path, text string, rewrite bool, f func(b *Block) string) string {
	tb.Helper()
	lines := split(text)
	blocks, err := parse(tb, path, lines)
	if err != nil {
		tb.Fatalf("script: %v", err)
	}
	if len(blocks) == 0 {
		tb.Fatalf("script: %s: has no command", path)
	}
	var out []string // the file anew, up to line done
	done := 0
	for _, b := range blocks {
		if b.open && !rewrite {
			b.Fatalf("no %s follows: add it, or run with -rewrite", separator)
		}
		got := f(b)
		if err := b.unused(); err != nil {
			tb.Fatalf("script: %v", err)
		}
		if got != "" && !strings.HasSuffix(got, "\n") {
			got += "\n"
		}
		if got == b.Expected && !b.open {
			continue
		}
		if !rewrite {
			tb.Errorf("%s:%d: %s: gives other lines than expected (- expected, + given; -rewrite takes what is given)\n%s",
				path, b.No, b.Name, diff(split(b.Expected), split(got), b.at+1))
			continue
		}
		framed, err := frame(got)
		if err != nil {
			b.Fatalf("%v", err)
		}
		out = append(append(out, lines[done:b.from]...), framed...)
		if done = b.to; done < len(lines) && strings.TrimSpace(lines[done]) != "" {
			out = append(out, "") // a single frame ends at a blank line
		}
	}
	if done == 0 {
		return text
	}
	return join(append(out, lines[done:]...))
}
