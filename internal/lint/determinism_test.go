package lint

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/types"
	"io"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// banned is a function that may not be used, or all of a package but some.
type banned struct {
	pkg    string
	names  []string // nil: all
	but    []string
	remedy string
}

var (
	theClock = banned{"time", []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}, nil,
		"the core never asks for the time: take it from the facts, or from a Clock that the caller gives"}
	theDice = []banned{
		{"math/rand", nil, []string{"New", "NewSource", "NewZipf", "Rand", "Source", "Source64", "Zipf"}, "randomness has a seed: use rand.New with a source seeded by a field"},
		{"math/rand/v2", nil, []string{"New", "NewPCG", "NewChaCha8", "NewZipf", "Rand", "Source", "PCG", "ChaCha8", "Zipf"}, "randomness has a seed: use rand.New with a source seeded by a field"},
		{"crypto/rand", nil, nil, "the same facts give the same rows: use math/rand/v2 with a seed"},
	}
	sleeping = banned{"time", []string{"Sleep"}, nil, "a test never sleeps: use testing/synctest, or feed the time"}
)

// uses finds what f uses of b, called or passed on as a value.
func uses(f *file, b banned) (found []string) {
	name := ""
	for _, s := range f.ast.Imports {
		if p, _ := strconv.Unquote(s.Path.Value); p == b.pkg {
			name = strings.TrimSuffix(p, "/v2")
			name = path.Base(name)
			if s.Name != nil {
				name = s.Name.Name
			}
			if name == "." {
				return []string{f.say(s.Pos(), "imports %s by a dot: give it its name", b.pkg)}
			}
		}
	}
	if name == "" {
		return nil
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		// An identifier that the parser could resolve is a variable that hides the package.
		if id, ok := sel.X.(*ast.Ident); ok && id.Name == name && id.Obj == nil &&
			(b.names == nil || slices.Contains(b.names, sel.Sel.Name)) && !slices.Contains(b.but, sel.Sel.Name) {
			found = append(found, f.say(sel.Pos(), "uses %s.%s: %s", b.pkg, sel.Sel.Name, b.remedy))
		}
		return true
	})
	return found
}

func noClock(f *file) []string { return uses(f, theClock) }

func noDice(f *file) (found []string) {
	for _, b := range theDice {
		found = append(found, uses(f, b)...)
	}
	return found
}

func noSleep(f *file) []string { return uses(f, sleeping) }

func noGoroutine(f *file) (found []string) {
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if g, ok := n.(*ast.GoStmt); ok {
			found = append(found, f.say(g.Pos(), "starts a goroutine: the core works on its caller's"))
		}
		return true
	})
	return found
}

func TestCoreAsksForNoTime(t *testing.T)        { hold(t, files(t, inCore), noClock) }
func TestCoreThrowsNoUnseededDice(t *testing.T) { hold(t, files(t, inCore), noDice) }
func TestCoreStartsNoGoroutine(t *testing.T)    { hold(t, files(t, inCore), noGoroutine) }
func TestNoTestSleeps(t *testing.T)             { hold(t, files(t, (*file).test), noSleep) }

func TestDeterminismRulesCanFail(t *testing.T) {
	f := sample(t, "window/x.go", `package window
import (
	"math/rand/v2"
	old "math/rand"
	secret "crypto/rand"
	"time"
)
func a(time struct{ Now int }) int { return time.Now }
func b() { go a(struct{ Now int }{}); time.Sleep(1); _ = time.Second }
var clock = time.Now
var _ = rand.New(rand.NewPCG(1, 2)).IntN(3)
var _ = rand.IntN(3)
var _ = old.Intn(3)
var _ = secret.Reader
`)
	wantFindings(t, noClock(f), "x.go:9: uses time.Sleep", "x.go:10: uses time.Now")
	wantFindings(t, noSleep(f), "x.go:9: uses time.Sleep")
	wantFindings(t, noGoroutine(f), "x.go:9: starts a goroutine")
	wantFindings(t, noDice(f), "x.go:13: uses math/rand.Intn", "x.go:12: uses math/rand/v2.IntN", "x.go:14: uses crypto/rand.Reader")
	wantFindings(t, noSleep(sample(t, "x.go", "package x\nimport . \"time\"\nvar _ = Sleep")), "x.go:2: imports time by a dot")
}

// mapOrder finds what depends on the order of a map: a range over one, and the
// iterators over one that are not sorted at once.
func mapOrder(f *file, info *types.Info) (found []string) {
	say := func(n ast.Node, what string) {
		if !f.excused(n.Pos(), "order:") {
			found = append(found, f.say(n.Pos(), "%s, in no fixed order: keep a slice beside the map, sort the keys, or say in a comment on this line or above why it does not matter: // order: …", what))
		}
	}
	sorted := map[ast.Expr]bool{}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.RangeStmt:
			if isMap(info.TypeOf(n.X)) {
				say(n, "ranges over a map")
			}
		case *ast.CallExpr:
			switch name := callee(info, n); {
			case strings.HasPrefix(name, "slices.Sorted") && len(n.Args) > 0:
				sorted[n.Args[0]] = true
			case slices.Contains([]string{"maps.Keys", "maps.Values", "maps.All", "(reflect.Value).MapKeys", "(reflect.Value).MapRange", "(*sync.Map).Range"}, name) && !sorted[n]:
				say(n, "calls "+name)
			}
		}
		return true
	})
	return found
}

func isMap(t types.Type) bool {
	if t == nil {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Map:
		return true
	case *types.Interface: // a type parameter: is it of maps?
		for i := range u.NumEmbeddeds() {
			switch e := u.EmbeddedType(i).(type) {
			case *types.Union:
				for j := range e.Len() {
					if isMap(e.Term(j).Type()) {
						return true
					}
				}
			default:
				if isMap(e) {
					return true
				}
			}
		}
	}
	return false
}

// callee returns the full name of the function that is called, or "".
func callee(info *types.Info, call *ast.CallExpr) string {
	fun := call.Fun
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	}
	var id *ast.Ident
	switch x := fun.(type) {
	case *ast.Ident:
		id = x
	case *ast.SelectorExpr:
		id = x.Sel
	}
	if fn, ok := info.Uses[id].(*types.Func); ok {
		return fn.FullName()
	}
	return ""
}

// check finds the types in files, as far as they can be found: what does not
// compile is told by the compiler.
func check(importPath string, files []*file, exports map[string]string) (*types.Info, error) {
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	var first error
	config := types.Config{
		Importer: importer.ForCompiler(files[0].fset, "gc", func(p string) (io.ReadCloser, error) {
			if exports[p] == "" {
				return nil, fmt.Errorf("no export data of %s", p)
			}
			return os.Open(exports[p])
		}),
		Error: func(err error) {
			if first == nil {
				first = err
			}
		},
	}
	var asts []*ast.File
	for _, f := range files {
		asts = append(asts, f.ast)
	}
	_, _ = config.Check(importPath, files[0].fset, asts, info) // its error is the first
	return info, first
}

func exportsOf(all []listed) map[string]string {
	exports := map[string]string{}
	for _, p := range all {
		exports[p.ImportPath] = p.Export
	}
	return exports
}

func TestCoreDependsOnNoMapOrder(t *testing.T) {
	byPath := map[string]*file{}
	for _, f := range files(t, inCore) {
		byPath[f.path] = f
	}
	all := list(t, "-export", "-deps", "./...")
	exports := exportsOf(all)
	looked := 0
	for _, p := range all {
		dir, ok := dirOf(p.ImportPath)
		if !ok || !core(dir) {
			continue
		}
		var fs []*file
		for _, name := range p.GoFiles {
			if f := byPath[path.Join(dir, name)]; f != nil {
				fs = append(fs, f)
			}
		}
		if len(fs) == 0 {
			continue
		}
		info, err := check(p.ImportPath, fs, exports)
		if err != nil {
			t.Logf("%s does not compile, so that some maps may not be seen: %v", p.ImportPath, err)
		}
		for _, f := range fs {
			looked++
			for _, found := range mapOrder(f, info) {
				t.Error(found)
			}
		}
	}
	if looked == 0 {
		t.Fatal("no file was looked at")
	}
}

func TestMapOrderRuleCanFail(t *testing.T) {
	f := sample(t, "x.go", `package x
import (
	"cmp"
	"maps"
	"reflect"
	"slices"
)
type named map[string]int
func a[K cmp.Ordered, M ~map[K]int](m named, g M, s []int) {
	for range m {
	}
	for range g {
	}
	for range s {
	}
	// order: they are counted
	// one by one
	for range m {
	}
	for range m { // order: they are counted
	}
	// order:
	for range m {
	}
	_ = slices.Sorted(maps.Keys(g))
	_ = slices.Collect(maps.Keys(m))
	for range maps.All(m) {
	}
	_ = reflect.ValueOf(m).MapKeys()
}
`)
	exports := exportsOf(list(t, "-export", "-deps", "cmp", "maps", "reflect", "slices"))
	info, err := check("x", []*file{f}, exports)
	if err != nil {
		t.Fatal(err)
	}
	wantFindings(t, mapOrder(f, info), "x.go:10: ranges", "x.go:12: ranges", "x.go:23: ranges", "x.go:26: calls maps.Keys", "x.go:27: calls maps.All", "x.go:29: calls (reflect.Value).MapKeys")
}
