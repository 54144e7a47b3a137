package script

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

func TestScripts(t *testing.T) {
	Dir(t, "testdata", func(t *testing.T, path string) { Run(t, path, answer) })
}

// answer is a small command set over what a line can hold.
func answer(b *Block) string {
	var out strings.Builder
	switch b.Name {
	case "show":
		out.WriteString("name=" + b.Name)
		if words := b.Words(); len(words) > 0 {
			out.WriteString(" words=" + strings.Join(words, ","))
		}
		for _, key := range []string{"b", "f", "i", "l", "o"} {
			if b.Has(key) {
				fmt.Fprintf(&out, " %s=%s", key, b.String(key))
			}
		}
	case "body":
		for _, l := range b.Lines() {
			fmt.Fprintf(&out, "%s org=%d", l.Name, l.Int("org"))
			if l.Bool("closed", false) {
				out.WriteString(" closed=true")
			}
			out.WriteString("\n")
		}
	case "lines":
		for i := range b.Int("n") {
			fmt.Fprintf(&out, "line %d\n\n", i+1)
		}
		return strings.TrimSuffix(out.String(), "\n")
	case "times":
		for _, l := range b.Lines() {
			v, err := ParseTime(l.Name)
			if err != nil {
				l.Fatalf("%v", err)
			}
			fmt.Fprintln(&out, FormatTime(v), int64(v))
		}
	case "empty":
	default:
		b.Fatalf("unknown command")
	}
	return out.String()
}

// recorder is a testing.TB that keeps what a test would have failed with.
type recorder struct {
	testing.TB
	failed []string
}

type stopped struct{}

func (r *recorder) Helper()                   {}
func (r *recorder) Errorf(f string, a ...any) { r.failed = append(r.failed, fmt.Sprintf(f, a...)) }
func (r *recorder) Fatalf(f string, a ...any) { r.Errorf(f, a...); panic(stopped{}) }
func (r *recorder) Fatal(a ...any)            { r.Fatalf("%s", fmt.Sprint(a...)) }

// try runs text as a script and returns what it fails with and the file after it.
func try(text string, rewrite bool, f func(*Block) string) (failed []string, after string) {
	r := &recorder{}
	defer func() {
		if v := recover(); v != nil && v != any(stopped{}) {
			panic(v)
		}
		failed = r.failed
	}()
	after = text
	after = run(r, "a.txt", text, rewrite, f)
	return
}

const wrong = `# kept

# kept too
lines n=1
----
line 0
line 1

empty
----
something

lines n=2
----
----
line 1

line 3
----
----
show
----
name=show

# the end`

const right = `# kept

# kept too
lines n=1
----
line 1

empty
----

lines n=2
----
----
line 1

line 2
----
----

show
----
name=show

# the end
`

func TestWrongExpectationFailsWithPlaceAndDiff(t *testing.T) {
	failed, after := try(wrong, false, answer)
	if len(failed) != 3 || after != wrong {
		t.Fatalf("got %d failures, want 3; file changed: %t\n%s", len(failed), after != wrong, failed)
	}
	for i, want := range []string{
		"a.txt:4: lines: gives other lines than expected (- expected, + given; -rewrite takes what is given)\n     6 - line 0\n     7   line 1\n",
		"a.txt:9: empty: gives other lines than expected (- expected, + given; -rewrite takes what is given)\n    11 - something\n",
		"a.txt:13: lines: gives other lines than expected (- expected, + given; -rewrite takes what is given)\n    16   line 1\n    17   \n    18 - line 3\n       + line 2\n",
	} {
		if failed[i] != want {
			t.Errorf("failure %d is\n%s\nwant\n%s", i, failed[i], want)
		}
	}
}

func TestRewriteMendsAndKeepsTheRest(t *testing.T) {
	failed, after := try(wrong, true, answer)
	if failed != nil || after != right {
		t.Errorf("failures %q; rewritten to\n%s\nwant\n%s", failed, after, right)
	}
	if failed, again := try(after, true, answer); failed != nil || again != after {
		t.Errorf("a second -rewrite is not idempotent: failures %q\n%s", failed, again)
	}
	if failed, _ := try(after, false, answer); failed != nil {
		t.Errorf("what was rewritten does not hold: %q", failed)
	}
}

// TestRewriteFlagWritesTheFile goes through Run and the flag itself.
func TestRewriteFlagWritesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte(wrong), 0o666); err != nil {
		t.Fatal(err)
	}
	defer func(old bool) { *rewrite = old }(*rewrite)
	*rewrite = true
	Dir(t, filepath.Dir(path), func(t *testing.T, path string) { Run(t, path, answer) })
	if b, err := os.ReadFile(path); err != nil || string(b) != right {
		t.Errorf("rewritten to %v\n%s", err, b)
	}
	*rewrite = false
	Run(t, path, answer)
}

func TestRewriteAddsTheSeparator(t *testing.T) {
	const text = "empty\n\nlines n=1\n"
	if failed, _ := try(text, false, answer); len(failed) != 1 || !strings.HasPrefix(failed[0], "a.txt:1: empty: no ---- follows") {
		t.Errorf("without -rewrite: failures %q", failed)
	}
	if _, after := try(text, true, answer); after != "empty\n----\n\nlines n=1\n----\nline 1\n" {
		t.Errorf("rewritten to\n%s", after)
	}
}

func TestRewriteChoosesAFrameThatReadsBack(t *testing.T) {
	for _, output := range []string{
		"", "a", "a\n", "\n", "\n\n", "a\n\nb\n", "a\n\n", "----\na\n", "a\n----\nb\n", "  \n", "# a\n", "a\n\n# b\nc d=e\n----\nf\n\n", "----\na\n\n----\nb\n",
	} {
		f := func(*Block) string { return output }
		failed, after := try("one\n----\nx\ny\n\ntwo\n----\nz\n", true, f)
		if failed != nil {
			t.Errorf("%q: -rewrite fails: %q", output, failed)
		}
		if failed, _ := try(after, false, f); failed != nil {
			t.Errorf("%q: does not hold after -rewrite: %q\n%s", output, failed, after)
		}
	}
	for _, output := range []string{"----\n", "a\n----\n", "----\n----\n", "a\n----\n----\nb\n"} {
		text := "one\n----\nx\n"
		if failed, after := try(text, true, func(*Block) string { return output }); len(failed) != 1 || after != text {
			t.Errorf("%q: cannot be framed: failures %q, file changed: %t", output, failed, after != text)
		}
	}
}

func TestMistakesNameTheLine(t *testing.T) {
	ask := func(b *Block) string {
		switch b.Name {
		case "duration":
			b.Duration("d")
		case "int":
			b.Int("n", 1)
		case "float":
			b.Float("x")
		case "bool":
			b.Bool("ok")
		case "time":
			b.Time("at")
		case "word":
			b.Word(1)
		case "lines":
			for _, l := range b.Lines() {
				l.Int("n")
			}
		case "show":
			b.Words()
		}
		return ""
	}
	for _, c := range []struct{ text, want string }{
		{"", "script: a.txt: has no command"},
		{"# only\n", "script: a.txt: has no command"},
		{"----\nx\n", "script: a.txt:1: no command before ----"},
		{"a\n----\n----\nx\n", "script: a.txt:2: the double ---- is not closed by another"},
		{"a b=\"c\n----\n", "script: a.txt:1: a b=\"c: a quote is not closed, or no Go string: \"c"},
		{"a \"b\"c\n----\n", "script: a.txt:1: a \"b\"c: no space after a quoted value: c"},
		{"a b=1 b=2\n----\n", "script: a.txt:1: a b=1 b=2: b is given twice"},
		{"a =1\n----\n", "script: a.txt:1: a =1: no key before ="},
		{"# x\n\nduration\n----\n", "a.txt:3: duration: d=… is missing"},
		{"duration d=5\n----\n", `a.txt:1: duration: d=5: must be a duration such as 1m30s: time: missing unit in duration "5"`},
		{"int n=5s\n----\n", `a.txt:1: int: n=5s: must be a whole number: strconv.Atoi: parsing "5s": invalid syntax`},
		{"float x=y\n----\n", `a.txt:1: float: x=y: must be a number: strconv.ParseFloat: parsing "y": invalid syntax`},
		{"bool ok=maybe\n----\n", `a.txt:1: bool: ok=maybe: must be true or false: strconv.ParseBool: parsing "maybe": invalid syntax`},
		{"bool\n----\n", `a.txt:1: bool: ok=… is missing`},
		{"time at=25:00:00\n----\n", `a.txt:1: time: at=25:00:00: must be a time such as 10:00:01: script: time "25:00:00": must be like 10:00:01.5, 10:00:01+1d, 2026-11-20, 2026-11-20T10:00:01Z, min or max`},
		{"word a\n----\n", "a.txt:1: word: an argument is missing: word a"},
		{"show a b=1 c=2\n----\n", "script: a.txt:1: show: unknown: b=1, c=2"},
		{"word a b c\n----\n", "script: a.txt:1: word: unknown: a, c"},
		{"lines\nx n=1\ny n=2 m=3\n----\n", "script: a.txt:3: y: unknown: m=3"},
		{"lines\nx n=1\ny n=\"2\n----\n", "a.txt:3: y n=\"2: a quote is not closed, or no Go string: \"2"},
		{"other a b=1\n----\n", ""}, // none was read: the command may take all as text
	} {
		failed, _ := try(c.text, false, ask)
		if got := strings.Join(failed, "\n"); got != c.want {
			t.Errorf("%q: fails with\n%s\nwant\n%s", c.text, got, c.want)
		}
	}
}

func TestDefaultsServeForWhatIsNotGiven(t *testing.T) {
	l, err := parseLine(t, "a.txt", 1, "a s=x n=-3 x=1.5 d=1m at=10:00:01 yes no=false")
	if err != nil {
		t.Fatal(err)
	}
	if l.String("s", "y") != "x" || l.Int("n", 1) != -3 || l.Float("x", 1) != 1.5 || l.Duration("d", 1) != time.Minute || FormatTime(l.Time("at", 1)) != "10:00:01" || !l.Bool("yes") || l.Bool("no", true) {
		t.Error("a value given is not the one read")
	}
	if err := l.Unused(); err != nil {
		t.Error(err)
	}
	if l.String("S", "y") != "y" || l.Int("N", 1) != 1 || l.Float("X", 2) != 2 || l.Duration("D", 3) != 3 || l.Time("At", 4) != 4 || !l.Bool("Yes", true) || l.Has("Yes") || !l.Has("yes") || !l.Has("no") {
		t.Error("a default does not serve, or Has is wrong")
	}
}

func TestFirstWordIsTheNameWhateverItHolds(t *testing.T) {
	for text, want := range map[string]string{"a=b c=d": "a=b", `"a b" c`: "a b", "  10:00:01 c": "10:00:01"} {
		if l, err := parseLine(t, "a.txt", 1, text); err != nil || l.Name != want {
			t.Errorf("%q: the name is %q, want %q, error %v", text, l.Name, want, err)
		}
	}
}

func TestTimesReadBack(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	times := []watermark.Time{watermark.Min, watermark.Min + 1, -1, 0, 1, watermark.Max - 1, watermark.Max}
	base, _ := ParseTime(Day)
	for range 2000 {
		times = append(times, watermark.Time(r.Uint64()), base.Add(time.Duration(r.Int64N(int64(48*time.Hour)))), base.Add(time.Duration(r.Int64N(86400))*time.Second))
	}
	for _, v := range times {
		s := FormatTime(v)
		if back, err := ParseTime(s); err != nil || back != v {
			t.Errorf("%d is written %s and read as %d, %v", v, s, back, err)
		}
	}
	for _, bad := range []string{"", "10", "10:00", "10:00:01+d", "10:00:01+1", "10:00:01d", "10:00:01+9999999d", "10:00:01+100000d", "2026-13-01", "2300-01-01", "1600-01-01", "2026-11-20 10:00:01", "2026-11-20T10:00:01", "now"} {
		if v, err := ParseTime(bad); err == nil || !strings.HasPrefix(err.Error(), "script: time ") {
			t.Errorf("%q is read as %s, error %v", bad, FormatTime(v), err)
		}
	}
	for text, want := range map[string]time.Time{
		"0001-01-01T00:00:00Z": {}, "2300-01-01": time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC), "10:00:01+100000d": time.Date(2026, 11, 20+100_000, 10, 0, 1, 0, time.UTC),
		"10:00:01.5": time.Date(2026, 11, 20, 10, 0, 1, 5e8, time.UTC), "min": watermark.Min.UTC(), "max": watermark.Max.UTC(),
	} {
		if got, err := ParseUTC(text); err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("ParseUTC(%s) gives %v, %v, want %v", text, got, err, want)
		}
	}
	if got := FormatSpan(base, base.Add(5*time.Second)); got != "[00:00:00 00:00:05)" {
		t.Errorf("FormatSpan gives %s", got)
	}
}

// FuzzRewriteHolds: whatever the file and whatever a command gives, -rewrite
// leaves a file that holds, or the file as it was.
func FuzzRewriteHolds(f *testing.F) {
	f.Add(wrong, "line 1\n")
	f.Add(right, "a\n\nb")
	f.Add("a\n----\n----\nb\n----\n----\nc\n----\n", "----\n")
	f.Fuzz(func(t *testing.T, text, output string) {
		give := func(*Block) string { return output }
		failed, after := try(text, true, give)
		if failed != nil {
			if after != text {
				t.Fatalf("-rewrite fails (%q) and has changed the file:\n%s", failed, after)
			}
			return
		}
		if failed, again := try(after, true, give); failed != nil || again != after {
			t.Fatalf("a second -rewrite changes the file: %q\n%s\n%s", failed, after, again)
		}
		if failed, _ := try(after, false, give); failed != nil {
			t.Fatalf("what was rewritten does not hold: %q\n%s", failed, after)
		}
	})
}
