package lint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const (
	module = "github.com/tidemark-go/tidemark"
	root   = "../.."
)

// file is a Go file of the module, or a sample of one.
type file struct {
	path string // slashes, from the root of the module
	src  string
	fset *token.FileSet
	ast  *ast.File
}

func (f *file) dir() string {
	if d := path.Dir(f.path); d != "." {
		return d
	}
	return ""
}

func (f *file) test() bool { return strings.HasSuffix(f.path, "_test.go") }

// say returns a finding at p.
func (f *file) say(p token.Pos, format string, args ...any) string {
	return fmt.Sprintf("%s:%d: %s", f.path, f.fset.Position(p).Line, fmt.Sprintf(format, args...))
}

// excused reports whether a comment that begins with marker and goes on stands
// on the line of p, or alone on the lines above it.
func (f *file) excused(p token.Pos, marker string) bool {
	line := f.fset.Position(p).Line
	for _, g := range f.ast.Comments {
		begin, end := f.fset.Position(g.Pos()), f.fset.Position(g.End())
		alone := strings.TrimSpace(f.src[begin.Offset-begin.Column+1:begin.Offset]) == ""
		if begin.Line != line && !(end.Line == line-1 && alone) {
			continue
		}
		for _, c := range g.List {
			if why, ok := strings.CutPrefix(strings.TrimSpace(strings.TrimPrefix(c.Text, "//")), marker); ok && why != "" {
				return true
			}
		}
	}
	return false
}

// within reports whether dir is top or lies below it.
func within(dir, top string) bool { return dir == top || strings.HasPrefix(dir, top+"/") }

// core reports whether the rules for the core hold for the package in dir.
func core(dir string) bool {
	for _, other := range []string{"examples", "bench", "window/sketch", "internal/lint", "internal/script"} {
		if within(dir, other) {
			return false
		}
	}
	return true
}

func parseFile(fset *token.FileSet, name, src string) (*file, error) {
	f, err := parser.ParseFile(fset, name, src, parser.ParseComments)
	if f == nil {
		return nil, err
	}
	return &file{path: name, src: src, fset: fset, ast: f}, err
}

// sample returns src as the file at name.
func sample(t *testing.T, name, src string) *file {
	t.Helper()
	f, err := parseFile(token.NewFileSet(), name, src)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var tree = sync.OnceValues(func() ([]*file, error) {
	var files []*file
	var mistakes []error
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != root:
			if n := d.Name(); n == "testdata" || n == "vendor" || n[0] == '.' || n[0] == '_' {
				return fs.SkipDir
			}
			if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
				return fs.SkipDir // a module of its own
			}
		case !d.IsDir() && strings.HasSuffix(name, ".go"):
			src, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			f, err := parseFile(fset, filepath.ToSlash(rel), string(src))
			if err != nil {
				mistakes = append(mistakes, err)
			}
			if f != nil {
				files = append(files, f)
			}
		}
		return nil
	})
	return files, errors.Join(append(mistakes, err)...)
})

// files returns the Go files of the module for which keep is true.
func files(t *testing.T, keep func(*file) bool) []*file {
	t.Helper()
	all, err := tree()
	if err != nil {
		t.Error(err)
	}
	var kept []*file
	for _, f := range all {
		if keep(f) {
			kept = append(kept, f)
		}
	}
	if len(kept) == 0 {
		t.Fatal("no file to look at: the rule would hold for nothing")
	}
	return kept
}

func inCore(f *file) bool { return core(f.dir()) && !f.test() }

// hold fails the test with what rule finds in files.
func hold(t *testing.T, files []*file, rule func(*file) []string) {
	t.Helper()
	for _, f := range files {
		for _, found := range rule(f) {
			t.Error(found)
		}
	}
}

// wantFindings checks that there is one finding for each of want, in order,
// that contains it.
func wantFindings(t *testing.T, got []string, want ...string) {
	t.Helper()
	for i, w := range want {
		if i >= len(got) || !strings.Contains(got[i], w) {
			t.Fatalf("finding %d: want one with %q, got %q", i, w, got)
		}
	}
	if len(got) > len(want) {
		t.Errorf("too many findings: %q", got[len(want):])
	}
}

// goCommand runs the go command in the module's root and returns its output.
func goCommand(t *testing.T, args ...string) ([]byte, error) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skipf("there is no go command to ask: %v", err)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, &stderr)
	}
	return out, err
}

// listed is a package as go list tells of it.
type listed struct {
	ImportPath string
	Standard   bool
	Module     *struct{ Path string }
	Imports    []string
	GoFiles    []string
	Export     string
}

func list(t *testing.T, args ...string) []listed {
	t.Helper()
	out, err := goCommand(t, append([]string{"list", "-e", "-json=ImportPath,Standard,Module,Imports,GoFiles,Export"}, args...)...)
	if len(out) == 0 && err != nil {
		t.Fatal(err)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		switch err := d.Decode(&p); err {
		case nil:
			all = append(all, p)
		case io.EOF:
			return all
		default:
			t.Fatal(err)
		}
	}
}

// dirOf returns the folder of a package of this module.
func dirOf(importPath string) (dir string, ok bool) {
	if importPath == module {
		return "", true
	}
	return strings.CutPrefix(importPath, module+"/")
}
