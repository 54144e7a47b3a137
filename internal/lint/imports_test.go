package lint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows has what the files of a package may import of this module, tests left
// aside; internal/ stands for all below it. Packages under internal that are
// not named share a line.
var arrows = map[string][]string{
	"":                       {"window", "join", "anomaly", "sink", "source", "row", "watermark", "internal/"},
	"watermark":              {"internal/"},
	"row":                    {"watermark", "internal/"},
	"window":                 {"row", "watermark", "internal/"},
	"window/agg":             {"watermark", "internal/"},
	"window/sketch/ddsketch": {"window/agg", "watermark", "internal/"},
	"window/sketch/hll":      {"window/agg", "watermark", "internal/"},
	"window/windowtest":      {"window", "row", "watermark"},
	"join":                   {"row", "watermark", "internal/"},
	"anomaly":                {"row", "watermark", "internal/"},
	"sink":                   {"row", "watermark", "internal/"},
	"source":                 {"row", "watermark", "internal/"},
	"tidemarktest":           {"", "row", "watermark"}, // a program over the library, for tests of its users
	"internal/…":             {"row", "watermark"},
	"internal/script":        {"watermark"},
	"internal/ordered":       {"watermark", "internal/"},
	"internal/waiting":       {"watermark", "internal/"},
	"internal/peers":         {"", "window", "join", "window/agg", "row", "watermark"}, // a program over the library, for tests
	"internal/lint":          {},
}

// forTests may be imported by test files alone.
var forTests = []string{"internal/script", "internal/lint", "internal/peers", "tidemarktest", "window/windowtest", "examples/internal/clitest"}

// arrow returns why the package in the folder from may not import the one in the
// folder to, or "".
func arrow(from, to string, test bool) string {
	for _, top := range []string{"examples", "bench"} {
		if within(from, top) {
			if (within(to, "examples") || within(to, "bench")) && !within(to, top) {
				return "examples and benchmarks stand alone: move what both need into a package"
			}
			return ""
		}
	}
	if within(to, "examples") || within(to, "bench") {
		return "nothing imports an example or a benchmark: move what is needed into a package"
	}
	if !test && slices.Contains(forTests, to) {
		return "it serves tests alone: import it in a _test.go file"
	}
	allowed, ok := arrows[from]
	if !ok && within(from, "internal") {
		allowed, ok = arrows["internal/…"]
	}
	if !ok {
		return "the package is new here: add it to DESIGN.md, and to arrows in this test"
	}
	if test {
		if from == "" || from == "tidemarktest" && to != "" && !slices.Contains(forTests, to) { // whole pipelines
			return ""
		}
		// A test may use the mechanisms below its package and what is internal.
		allowed = append(slices.Clone(allowed), "row", "watermark", "internal/", "window", "window/windowtest")
		if within(to, from) {
			return ""
		}
	}
	for _, a := range allowed {
		if to == a || strings.HasSuffix(a, "/") && strings.HasPrefix(to, a) {
			return ""
		}
	}
	if to == "" {
		return "only the root composes: what you need from it belongs below it, or the test into the root"
	}
	return fmt.Sprintf("imports run one way (DESIGN.md), from here to [%s]: pass a value or function in, or compose both in the root", strings.Join(allowed, " "))
}

func importArrows(f *file) (found []string) {
	for _, s := range f.ast.Imports {
		name, _ := strconv.Unquote(s.Path.Value)
		if name == "testing" && !f.test() && !slices.Contains(forTests, f.dir()) {
			found = append(found, f.say(s.Pos(), "imports testing into what users compile: move it to a _test.go file"))
		}
		to, ok := dirOf(name)
		if !ok {
			continue
		}
		if why := arrow(f.dir(), to, f.test()); why != "" {
			found = append(found, f.say(s.Pos(), "imports %s: %s", name, why))
		}
	}
	return found
}

func TestImportsRunOneWay(t *testing.T) {
	hold(t, files(t, func(*file) bool { return true }), importArrows)
}

func TestImportsRunOneWayCanFail(t *testing.T) {
	wantFindings(t, importArrows(sample(t, "window/x.go", `package window
import (
	"testing"
	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/internal/script"
	"github.com/tidemark-go/tidemark/bench/rivals"
)`)), "x.go:3: imports testing", "only the root composes", "imports run one way", "tests alone", "nothing imports")
	for _, c := range []struct {
		from, to string
		test, ok bool
	}{
		{"", "window", false, true}, {"", "internal/keys", false, true}, {"", "window/agg", false, false}, {"", "window/agg", true, true},
		{"watermark", "row", false, false}, {"row", "watermark", false, true}, {"row", "window", false, false},
		{"window/agg", "watermark", false, true}, {"window/agg", "window", false, false}, {"window/agg", "row", false, false},
		{"window/sketch/hll", "window/agg", false, true}, {"window/sketch/hll", "internal/keys", false, true}, {"window/sketch/hll", "window", false, false}, {"window/sketch/hll", "window/windowtest", true, true},
		{"window/sketch/hll", "window/sketch/ddsketch", false, false}, {"window/sketch/ddsketch", "window/sketch/hll", true, false}, {"window/sketch/ddsketch", "window/agg", true, true}, {"window/sketch/ddsketch", "window", false, false},
		{"", "window/sketch/hll", false, false}, {"window", "window/sketch/ddsketch", false, false}, {"window/agg", "window/sketch/hll", true, false}, {"internal/keys", "window/sketch/hll", false, false},
		{"window/sketch", "window/sketch/hll", false, false},
		{"window", "window/agg", false, false}, {"window", "window/agg", true, true}, {"window", "internal/script", true, true},
		{"window", "", true, false}, {"join", "window", false, false}, {"sink", "source", false, false},
		{"window/windowtest", "window", false, true}, {"window/agg", "window/windowtest", true, true}, {"window/agg", "window/windowtest", false, false},
		{"internal/keys", "row", false, true}, {"internal/keys", "internal/table", false, false}, {"internal/keys", "window", false, false}, {"internal/table", "internal/script", true, true},
		{"internal/script", "watermark", false, true}, {"internal/script", "", false, false},
		{"examples/a", "", false, true}, {"examples/a", "examples/a/b", false, true}, {"bench", "bench/rivals", false, true}, {"bench", "examples/a", false, false},
		{"tidemarktest", "", false, true}, {"tidemarktest", "window", false, false}, {"tidemarktest", "join", true, true}, {"", "tidemarktest", false, false}, {"", "tidemarktest", true, true}, {"examples/a", "tidemarktest", true, true},
		{"", "examples/a", true, false}, {"brandnew", "row", false, false},
	} {
		if why := arrow(c.from, c.to, c.test); (why == "") != c.ok {
			t.Errorf("%q to %q, in a test %t: want ok %t, got %q", c.from, c.to, c.test, c.ok, why)
		}
	}
}

// outside has the modules that the core may compile.
var outside = []string{
	"github.com/cespare/xxhash/v2",
	"github.com/RoaringBitmap/roaring/v2",
	"github.com/bits-and-blooms/bitset", // what roaring brings
	"golang.org/x/exp",
}

// strangers returns what is compiled beside the standard library, this module
// and outside, and who imports it.
func strangers(all []listed) (found []string) {
	for _, p := range all {
		if p.Standard || p.Module == nil || p.Module.Path == module || slices.Contains(outside, p.Module.Path) {
			continue
		}
		var by []string
		for _, q := range all {
			if slices.Contains(q.Imports, p.ImportPath) {
				by = append(by, q.ImportPath)
			}
		}
		found = append(found, fmt.Sprintf("the core compiles %s of module %s, imported by %s: do without, or give it a package of its own outside the core (as window/sketch/hll) or a nested module",
			p.ImportPath, p.Module.Path, strings.Join(by, ", ")))
	}
	return found
}

func TestCoreCompilesThreeDependencies(t *testing.T) {
	args := []string{"-deps"}
	for _, p := range list(t, "./...") {
		if dir, ok := dirOf(p.ImportPath); ok && core(dir) {
			args = append(args, p.ImportPath)
		}
	}
	if len(args) == 1 {
		t.Fatal("no core package found")
	}
	for _, found := range strangers(list(t, args...)) {
		t.Error(found)
	}
}

func TestCoreCompilesThreeDependenciesCanFail(t *testing.T) {
	of := func(path string) *struct{ Path string } { return &struct{ Path string }{path} }
	wantFindings(t, strangers([]listed{
		{ImportPath: "fmt", Standard: true},
		{ImportPath: module + "/window", Module: of(module), Imports: []string{"fmt", "example.org/x/y"}},
		{ImportPath: "github.com/cespare/xxhash/v2", Module: of("github.com/cespare/xxhash/v2")},
		{ImportPath: "example.org/x/y", Module: of("example.org/x")},
	}), "compiles example.org/x/y of module example.org/x, imported by "+module+"/window")
}

// beside has what a package over a library compiles, tests left aside, beside
// the standard library, this module and outside.
var beside = map[string][]string{
	"window/sketch/ddsketch": {"github.com/DataDog/sketches-go", "google.golang.org/protobuf"},
	"window/sketch/hll":      {"github.com/axiomhq/hyperloglog", "github.com/dgryski/go-metro", "github.com/kamstrup/intmap"},
}

// modulesBeside returns the modules of all beside this one and outside.
func modulesBeside(all []listed) (found []string) {
	for _, p := range all {
		if p.Module != nil && p.Module.Path != module && !slices.Contains(outside, p.Module.Path) && !slices.Contains(found, p.Module.Path) {
			found = append(found, p.Module.Path)
		}
	}
	slices.Sort(found)
	return found
}

// TestLibrariesStayWithTheirPackages: a program with one window and all parts of
// package agg compiles none of them, and each package over a library its own.
func TestLibrariesStayWithTheirPackages(t *testing.T) {
	for _, dir := range []string{".", "window/agg", "window/sketch", "internal/lint/testdata/hello", "window/sketch/ddsketch", "window/sketch/hll"} {
		all := list(t, "-deps", "./"+dir)
		if i := len(all) - 1; i < 0 || len(all[i].GoFiles) == 0 {
			t.Errorf("%s is no package, which tests nothing", dir)
		}
		if got := modulesBeside(all); !slices.Equal(got, beside[dir]) {
			t.Errorf("%s compiles the modules %q, want %q: give what needs a library a package of its own", dir, got, beside[dir])
		}
		for _, p := range all {
			if other, _ := dirOf(p.ImportPath); within(other, "window/sketch") && other != dir {
				t.Errorf("%s compiles %s", dir, other)
			}
		}
	}
}
