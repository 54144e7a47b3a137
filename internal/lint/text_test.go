package lint

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

type text struct{ name, text string }

// tracked has the text files that git tracks or would; without git, all that
// are not hidden.
var tracked = sync.OnceValues(func() ([]text, error) {
	var names []string
	git := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	git.Dir = root
	if out, err := git.Output(); err == nil {
		names = strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	} else if err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != root && d.Name()[0] == '.' && d.Name() != ".ci":
			return fs.SkipDir
		case d.Type().IsRegular():
			rel, err := filepath.Rel(root, name)
			names = append(names, filepath.ToSlash(rel))
			return err
		}
		return nil
	}); err != nil {
		return nil, err
	}
	var texts []text
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if os.IsNotExist(err) {
			continue // deleted, and not yet from the index
		} else if err != nil {
			return nil, err
		}
		if utf8.Valid(b) && !strings.ContainsRune(string(b), 0) {
			texts = append(texts, text{name, string(b)})
		}
	}
	return texts, nil
})

func texts(t *testing.T) []text {
	t.Helper()
	all, err := tracked()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no file to look at: the rule would hold for nothing")
	}
	return all
}

// The patterns are put together here, so that this file does not match them.
var machine = []struct {
	what *regexp.Regexp
	why  string
}{
	{regexp.MustCompile(`(^|[^\w.)}/-])/(wor` + `k|ro` + `ot|ho` + `me|Use` + `rs)/`), "a path of one machine: make it relative to the module, or a temporary folder"},
	{regexp.MustCompile(`\b(proxy\.gol` + `ang\.org|sum\.gol` + `ang\.org|registry\.np` + `mjs\.org|pypi\.o` + `rg|crates\.i` + `o|repo1\.ma` + `ven\.org|deb\.deb` + `ian\.org)\b`), "the address of a package registry: leave it to the settings of whoever builds"},
}

func anyMachine(name, text string) (found []string) {
	for i, line := range strings.Split(text, "\n") {
		for _, m := range machine {
			if s := m.what.FindString(line); s != "" {
				found = append(found, fmt.Sprintf("%s:%d: has %q, %s", name, i+1, strings.TrimSpace(s), m.why))
			}
		}
	}
	return found
}

func TestTextsHoldOnAnyMachine(t *testing.T) {
	for _, f := range texts(t) {
		for _, found := range anyMachine(f.name, f.text) {
			t.Error(found)
		}
	}
}

func TestTextsHoldOnAnyMachineCanFail(t *testing.T) {
	wantFindings(t, anyMachine("a.md", strings.Join([]string{
		"cd /wor" + "k/main",
		"(/ro" + "ot/x) and \"/ho" + "me/me/x\"",
		"/Use" + "rs/me",
		"GOPROXY=https://proxy.gol" + "ang.org,direct",
		"../shared/golden, example.org/wor" + "k/x, a/ho" + "me/b, /workers/",
		"pypi.o" + "rg",
	}, "\n")), "a.md:1:", "a.md:2:", "a.md:3:", "a.md:4:", "a.md:6:")
}
