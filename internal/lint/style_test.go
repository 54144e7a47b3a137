package lint

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// packageComments finds the packages among files that have no comment.
func packageComments(files []*file) (found []string) {
	commented, first := map[string]bool{}, map[string]*file{}
	var dirs []string
	for _, f := range files {
		dir := f.dir()
		if first[dir] == nil {
			first[dir] = f
			dirs = append(dirs, dir)
		}
		name := f.ast.Name.Name
		if doc := f.ast.Doc.Text(); doc != "" && (name == "main" || strings.HasPrefix(doc, "Package "+name+" ")) {
			commented[dir] = true
		}
	}
	for _, dir := range dirs {
		if f := first[dir]; !commented[dir] {
			found = append(found, fmt.Sprintf("%s: package %s has no comment: write its manual above the package clause, in doc.go if it is long, beginning with its name", f.path, f.ast.Name.Name))
		}
	}
	return found
}

// docComments finds exported identifiers without a comment. In a group of
// constants or variables the group's comment, or one at the line's end, will do;
// Error says what every Error says.
func docComments(f *file) (found []string) {
	say := func(id *ast.Ident, docs ...*ast.CommentGroup) {
		if id.IsExported() && !slices.ContainsFunc(docs, func(d *ast.CommentGroup) bool { return d.Text() != "" }) {
			found = append(found, f.say(id.Pos(), "%s has no comment: give its meaning, unit, default, zero value, errors and cost, as far as it has them", id.Name))
		}
	}
	if f.ast.Name.Name == "main" {
		return nil // nobody can import it
	}
	for _, d := range f.ast.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil || ast.IsExported(receiver(d)) && d.Name.Name != "Error" {
				say(d.Name, d.Doc)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					if d.Lparen.IsValid() {
						say(s.Name, s.Doc)
					} else {
						say(s.Name, s.Doc, d.Doc)
					}
				case *ast.ValueSpec:
					for _, id := range s.Names {
						say(id, s.Doc, s.Comment, d.Doc)
					}
				}
			}
		}
	}
	return found
}

// receiver returns the name of the type that d is a method of.
func receiver(d *ast.FuncDecl) string {
	for x := d.Recv.List[0].Type; ; {
		switch y := x.(type) {
		case *ast.StarExpr:
			x = y.X
		case *ast.ParenExpr:
			x = y.X
		case *ast.IndexExpr:
			x = y.X
		case *ast.IndexListExpr:
			x = y.X
		case *ast.Ident:
			return y.Name
		default:
			return ""
		}
	}
}

const maxLines = 600

func fileLength(f *file) []string {
	if n := strings.Count(f.src, "\n"); n > maxLines {
		return []string{fmt.Sprintf("%s: has %d lines, at most %d: split it by subject, one thing a file", f.path, n, maxLines)}
	}
	return nil
}

func noPanic(f *file) (found []string) {
	ast.Inspect(f.ast, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "panic" && id.Obj == nil && !f.excused(call.Pos(), "bug:") {
			found = append(found, f.say(call.Pos(), "panics: return an error; if only a bug in tidemark itself can lead here, say in a comment on this line or above how: // bug: …"))
		}
		return true
	})
	return found
}

var unfinished = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`)

func notUnfinished(name, text string) (found []string) {
	for i, line := range strings.Split(text, "\n") {
		if word := unfinished.FindString(line); word != "" {
			found = append(found, fmt.Sprintf("%s:%d: says %s: finish it, or open an issue and take it out", name, i+1, word))
		}
	}
	return found
}

func TestPackagesHaveAComment(t *testing.T) {
	for _, found := range packageComments(files(t, func(f *file) bool { return !f.test() })) {
		t.Error(found)
	}
}

func TestExportedNamesHaveAComment(t *testing.T) {
	hold(t, files(t, func(f *file) bool { return !f.test() }), docComments)
}

func TestFilesAreShort(t *testing.T) {
	hold(t, files(t, func(f *file) bool { return !f.test() }), fileLength)
}

func TestCorePanicsOnlyForItsOwnBugs(t *testing.T) { hold(t, files(t, inCore), noPanic) }

func TestNothingIsUnfinished(t *testing.T) {
	for _, f := range texts(t) {
		for _, found := range notUnfinished(f.name, f.text) {
			t.Error(found)
		}
	}
}

func TestStyleRulesCanFail(t *testing.T) {
	f := sample(t, "x/x.go", `package x

type A struct{}

func (A) M()  {}
func (*b[T]) M() {}
func (A) Error() string { return "" }

// B has one.
type B[T any] struct{}

func (*B[T]) N() {}

type (
	// C has one.
	C int
	D int
)

// All have one.
const (
	E = 1
	F = 2
)

var (
	G = 1 // has one
	H = 2
	i = 3
)

func J() { panic("a") }

// K has one.
func K(panic func(string)) { panic("mine") }

type b[T any] struct{}

func l() {
	// bug: cannot be,
	// by what J says
	panic("b")
	panic("c") // bug: nor this
	panic("d") // a bug: no
}
`)
	wantFindings(t, docComments(f), "x.go:3: A has", "x.go:5: M has", "x.go:12: N has", "x.go:17: D has", "x.go:28: H has", "x.go:32: J has")
	wantFindings(t, noPanic(f), "x.go:32: panics", "x.go:44: panics")
	wantFindings(t, docComments(sample(t, "m.go", "package main\ntype A int")))
	wantFindings(t, packageComments([]*file{
		f,
		sample(t, "y/y.go", "// Package y is good.\npackage y"),
		sample(t, "y/z.go", "package y"),
		sample(t, "z/z.go", "// package z is not.\npackage z"),
		sample(t, "m/m.go", "// A command.\npackage main"),
		sample(t, "n/n.go", "package main"),
	}), "x/x.go: package x", "z/z.go: package z", "n/n.go: package main")
	wantFindings(t, fileLength(&file{path: "a.go", src: strings.Repeat("\n", maxLines)}))
	wantFindings(t, fileLength(&file{path: "a.go", src: strings.Repeat("\n", maxLines+1)}), "a.go: has 601 lines")
	wantFindings(t, notUnfinished("a", "x\nTO"+"DO: y\nTO"+"DOS\n// XX"+"X"), "a:2:", "a:4:")
}
