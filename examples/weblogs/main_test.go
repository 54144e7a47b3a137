package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/examples/internal/report"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window/windowtest"
)

// compare runs the program on lines, and compares its files and its ledger with
// the reference.
func compare(t *testing.T, dir string, lines []string, args ...string) {
	t.Helper()
	args = append(args, "-logs", clitest.Write(t, dir, "log", lines))
	for _, f := range files {
		args = append(args, "-"+f, filepath.Join(dir, f))
	}
	c, err := parse(args, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	ledger := try(t, 0, args...)
	want := naively(lines, c)
	for name, want := range map[string]string{"out": want.out, "merged": want.merged, "alerts": want.alerts, "late": want.late} {
		if got := clitest.Read(t, filepath.Join(dir, name)); got != want {
			a, b := strings.SplitAfter(got, "\n"), strings.SplitAfter(want, "\n")
			i := 0
			for i < len(a) && i < len(b) && a[i] == b[i] {
				i++
			}
			t.Fatalf("%s: has %d lines, want %d; line %d:\n%.300s\nwant\n%.300s", name, len(a), len(b), i+1, strings.Join(a[i:min(i+1, len(a))], ""), strings.Join(b[i:min(i+1, len(b))], ""))
		}
	}
	var bad []int
	for text := range strings.Lines(clitest.Read(t, filepath.Join(dir, "bad"))) {
		var b badLine
		if err := json.Unmarshal([]byte(text), &b); err != nil {
			t.Fatal(err)
		}
		if was := strings.TrimSuffix(lines[b.Line-1], "\r"); utf8.ValidString(was) && b.Text != was[:min(len(was), maxLine)] || b.Reason == "" {
			t.Errorf("line %d is kept as %s", b.Line, text)
		}
		bad = append(bad, int(b.Line))
	}
	if !slices.Equal(bad, want.bad) {
		t.Errorf("lines %v are bad, want %v", bad, want.bad)
	}
	late := int64(strings.Count(want.late, "\n"))
	for _, line := range []string{
		fmt.Sprintf("\nlines %d = counted %d + late %d + bad %d\n", want.lines, want.counted, late, len(want.bad)),
		fmt.Sprintf("\nclients by minute %d = ", want.clients),
		fmt.Sprintf("\nalerts %d = ", strings.Count(want.alerts, "\n")),
	} {
		if !strings.Contains(ledger, line) {
			t.Errorf("prints\n%s\nwithout %s", ledger, line)
		}
	}
}

func TestRowsAreThoseOfALoopOverAMap(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	zones := []*time.Location{time.UTC, time.FixedZone("", 3.5*3600), time.FixedZone("", -8*3600)}
	clients := []string{"10.0.0.1", "10.0.0.2", "::ffff:10.0.0.1", "2001:db8::1", "2001:DB8:0::1", "a.example", "::fffe:0:1"}
	for range less(25) {
		var lines []string
		disorder := 1 + r.IntN(200)
		for n := range r.IntN(600) {
			at := begin.Add(time.Duration(n) * 800 * time.Millisecond).Add(-time.Duration(r.IntN(disorder)) * time.Second)
			size := fmt.Sprint(r.Uint64N(uint64(1) << (1 + r.IntN(30))))
			if r.IntN(10) == 0 {
				size = "-"
			}
			request := "GET / HTTP/1.1"
			if r.IntN(10) == 0 {
				request = "\\\"\xff<>&"
			}
			line := fmt.Sprintf(`%s - - [%s] "%s" 200 %s "-" "agent"`, clients[r.IntN(len(clients))], at.In(zones[r.IntN(len(zones))]).Format(stampLayout), request, size)
			switch r.IntN(30) {
			case 0:
				line = line[:r.IntN(len(line))]
			case 1:
				line = ""
			case 2:
				line += "\r"
			}
			lines = append(lines, line)
		}
		from := begin.Add(time.Duration(r.IntN(8)) * 30 * time.Second)
		args := []string{"-requests", fmt.Sprint(r.IntN(20)), "-bytes", fmt.Sprint(r.IntN(1 << 30)), "-request", fmt.Sprint(r.IntN(1 << 28)), "-delay", fmt.Sprintf("%dms", r.IntN(90_000))}
		if r.IntN(2) == 0 {
			args = append(args, "-from", from.Format(time.RFC3339))
		}
		if r.IntN(2) == 0 {
			args = append(args, "-to", from.Add(time.Duration(1+r.IntN(240))*time.Second).Format(time.RFC3339))
		}
		compare(t, dir, lines, args...)
	}
}

func TestRowsOfTheMadeLogAreThoseOfALoopOverAMap(t *testing.T) {
	for seed := range uint64(less(3)) {
		text, _ := io.ReadAll(newMaker(less(20_000), seed, 0.02)) // never fails
		compare(t, t.TempDir(), strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), "-requests", "60", "-bytes", "20000000", "-request", "1000000")
	}
}

func TestWhatCannotBeReadOrWrittenEndsWithTwoAndALine(t *testing.T) {
	dir := t.TempDir()
	zip := clitest.Zip(string(made(2000)))
	for name, text := range map[string]string{"log": string(made(50)), "torn.gz": zip[:len(zip)/2], "head.gz": zip[:5], "wrong.gz": zip[:len(zip)-8] + "12345678"} {
		clitest.Write(t, dir, name, []string{text})
	}
	links := os.Symlink(filepath.Join(dir, "log"), filepath.Join(dir, "link"))
	for _, c := range []struct{ args, want string }{
		{"-logs DIR/none", "-logs: open DIR/none: no such file"},
		{"-logs DIR", "-logs: DIR: is a directory"},
		{"-logs DIR/torn.gz", "-logs: DIR/torn.gz: behind line "},
		{"-logs DIR/torn.gz", ": unexpected EOF"},
		{"-logs DIR/head.gz", ": behind line 0: unexpected EOF"},
		{"-logs DIR/wrong.gz", ": behind line 2000: gzip: invalid checksum"},
		{"-out DIR/none/rows", "-out: sink: DIR/none/rows: no such file"},
		{"-merged DIR/none/rows", "-merged: sink: DIR/none/rows: no such file"},
		{"-alerts DIR/none/rows", "-alerts: sink: DIR/none/rows: no such file"},
		{"-late DIR/none/rows", "-late: sink: DIR/none/rows: no such file"},
		{"-bad DIR/none/rows", "-bad: sink: DIR/none/rows: no such file"},
		{"-html DIR/none/page", "-html: open DIR/none/page: no such file"},
		{"-vega DIR/none/spec", "-vega: open DIR/none/spec: no such file"},
		{"-out DIR", "is a directory"},
		{"-html DIR", "is a directory"},
		{"-out DIR/none/rows -bad DIR/none/bad", "no such file or directory; -bad: "},
		{"-html DIR/none/page -vega DIR/none/spec", "no such file or directory; -vega: "},
		{"-out -", "-out is -: must be a file"},
		{"-html -", "-html is -: must be a file"},
		{"-out DIR/a -late DIR/./a", "-out and -late are the same file"},
		{"-html DIR/a -vega DIR/a", "-html and -vega are the same file"},
		{"-logs DIR/log -bad DIR/log", "-logs and -bad are the same file"},
		{"-logs DIR/log -html DIR/link", "-logs and -html are the same file"},
		{"-from yesterday", `-from is "yesterday": must be a time like 2026-11-20T10:00:00Z`},
		{"-to 2026-11-20", `-to is "2026-11-20": must be a time`},
		{"-to 1600-01-01T00:00:00Z", `must be a time`},
		{"-from 2026-11-20T10:00:00Z -to 2026-11-20T10:00:00Z", "the range must not be empty"},
		{"-delay -1s", "-delay is -1s: must not be negative"},
		{"-requests -1", "-requests is -1: must not be negative"},
		{"-bytes -1", "-bytes is -1: must not be negative"},
		{"-request -1", "-request is -1: must not be negative"},
		{"-broken 1.5", "-broken is 1.5: must be 0 to 1"},
		{"-broken NaN", "-broken is NaN: must be 0 to 1"},
		{"-logs DIR/log -seed 3", "-seed and -broken have no meaning beside -logs"},
		{"-generate 10", "-generate goes with -o"},
		{"-generate 0 -o DIR/x", "-generate is 0: must be above 0"},
		{"-o DIR/x", "-generate is 0: must be above 0"},
		{"-generate 10 -o DIR/x -out DIR/y", "-out has no meaning beside -generate"},
		{"-generate 10 -o DIR/x -logs DIR/log", "-logs has no meaning beside -generate"},
		{"-generate 10 -o DIR/none/x", "-o: open DIR/none/x: no such file"},
		{"more", `argument "more"`},
	} {
		if strings.Contains(c.args, "link") && links != nil {
			t.Logf("no symbolic links here: %v", links)
			continue
		}
		got := try(t, 2, strings.Fields(strings.ReplaceAll(c.args, "DIR", dir))...)
		if want := strings.ReplaceAll(c.want, "DIR", dir); !strings.Contains(got, want) || !strings.HasPrefix(got, "weblogs: ") || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: says %q, want a line with %q", c.args, got, want)
		}
	}
	if clitest.Read(t, filepath.Join(dir, "log")) != string(made(50)) {
		t.Error("the log was written to")
	}
}

// TestAFlagThatIsEmptyIsRefused: an unset variable of the shell must not run the
// program on lines that are made up.
func TestAFlagThatIsEmptyIsRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	clitest.EmptyFlags(t, run, "weblogs", "-logs", "-out", "-merged", "-from", "-to", "-html", "-vega", "-alerts", "-late", "-bad", "-o")
	clitest.Usage(t, run, "weblogs", []string{"-log", "x"}, []string{"-seed", "-1"}, []string{"-delay", "2"}, []string{"-logs"})
}

func TestNothingIsOverwrittenForWantOfInput(t *testing.T) {
	dir := t.TempDir()
	for _, flag := range []string{"-out", "-html"} {
		out := clitest.Write(t, dir, "file", []string{"yesterday's"})
		for _, name := range []string{"none", "."} {
			try(t, 2, "-logs", filepath.Join(dir, name), flag, out)
		}
		if got := clitest.Read(t, out); got != "yesterday's" {
			t.Errorf("%s: has %q", flag, got)
		}
	}
}

func TestWithoutFlagsNoFileIsLeft(t *testing.T) {
	t.Chdir(t.TempDir())
	if got := try(t, 0); !strings.Contains(got, fmt.Sprintf("\nlines %d = ", madeLines)) {
		t.Errorf("prints\n%s", got)
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}

// TestOneLogInAnyForm: plain, gzip, standard input, with the ends of lines of
// another system, all give the same files.
func TestOneLogInAnyForm(t *testing.T) {
	dir := t.TempDir()
	text := string(made(4000)) // more than a block
	want := everything(t, dir, clitest.Write(t, dir, "plain", []string{text}))
	half := strings.Index(text, "\n") + 7
	for name, text := range map[string]string{
		"unended": strings.TrimSuffix(text, "\n"), "crlf": strings.ReplaceAll(text, "\n", "\r\n"), "bom": "\xef\xbb\xbf" + text,
		"gz": clitest.Zip(text), "members": clitest.Zip(text[:half]) + clitest.Zip(text[half:]), "bom.gz": clitest.Zip("\xef\xbb\xbf" + text), "-": text, "- gz": clitest.Zip(text),
	} {
		if name[0] == '-' {
			stdin(t, text)
			name = "-"
		} else {
			name = clitest.Write(t, dir, name, []string{text})
		}
		if everything(t, dir, name) != want {
			t.Errorf("%s gives other files", name)
		}
	}
}

// everything runs the program, and returns what it prints and all files.
func everything(t *testing.T, dir, log string) string {
	t.Helper()
	args := []string{"-logs", log}
	all := append([]string{"html", "vega"}, files...)
	for _, f := range all {
		args = append(args, "-"+f, filepath.Join(dir, f))
	}
	got := try(t, 0, args...)
	for _, f := range all {
		got += clitest.Read(t, filepath.Join(dir, f))
	}
	return got
}

// stdin puts text in the place of standard input, through a pipe.
func stdin(t *testing.T, text string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stdin
	os.Stdin = r
	go func() {
		io.WriteString(w, text)
		w.Close()
	}()
	t.Cleanup(func() { os.Stdin = old; r.Close() })
}

func TestFilesAreWrittenAnew(t *testing.T) {
	dir := t.TempDir()
	large, small := clitest.Write(t, dir, "large", []string{string(made(500))}), clitest.Write(t, dir, "small", []string{good})
	if want, before := everything(t, t.TempDir(), small), everything(t, dir, large); before == want || everything(t, dir, small) != want {
		t.Error("files have something from the run before")
	}
}

func TestAnEmptyLogIsNoError(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{"", "\n", " \r\n\n"} {
		args := []string{"-logs", clitest.Write(t, dir, "log", []string{text})}
		for _, f := range append(files, "html", "vega") {
			args = append(args, "-"+f, filepath.Join(dir, f))
		}
		if got, want := try(t, 0, args...), "lines 0 = counted 0 + late 0 + bad 0\n"; !strings.Contains(got, want) || !strings.Contains(got, "no minute of the log in the range") {
			t.Errorf("%q: prints\n%s", text, got)
		}
	}
}

// TestABadLineIsKeptToTheByte, also where JSON has no string for it.
func TestABadLineIsKeptToTheByte(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad")
	lines := []string{"caf\xe9", "café", "\xff\xfe{\x00}\x00", strings.Repeat("x", maxLine+1)}
	try(t, 0, "-logs", clitest.Write(t, dir, "log", lines), "-bad", bad)
	lines[3] = lines[3][:maxLine]
	var got []string
	for line := range strings.Lines(clitest.Read(t, bad)) {
		var b struct{ Text, Base64 string }
		if err := json.Unmarshal([]byte(line), &b); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if strings.Contains(line, `"base64"`) {
			text, err := base64.StdEncoding.DecodeString(b.Base64)
			if err != nil || utf8.Valid(text) {
				t.Errorf("%q: has base64 of what is UTF-8: %v", line, err)
			}
			b.Text = string(text)
		}
		got = append(got, b.Text)
	}
	if !slices.Equal(got, lines) {
		t.Errorf("has %.100q, want %.100q", got, lines)
	}
}

// TestAnInterruptEndsTheLog: what has come is in the files, with the ledger.
func TestAnInterruptEndsTheLog(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	c := config{out: filepath.Join(t.TempDir(), "out"), after: watermark.Min, before: watermark.Max}
	s, err := newSystem(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.consume(ctx, c, &blocks{in: r, live: true}) }()
	text := bytes.Split(made(11), []byte("\n"))
	for _, line := range text[:10] {
		w.Write(append(line, '\n'))
	}
	w.Write(text[10][:20]) // is taken when all before it is with the loop or behind it
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := s.close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n := int64(report.Stage(s.p.Stats(), "sizes").Counted); n < 9 || n != s.tally.lines-s.tally.bad || n != s.tally.merged.Count() {
		t.Errorf("counted %d of %d lines", n, s.tally.lines)
	}
}

// FuzzLedgerAddsUp: whatever the bytes, each line has its place, in the ledger
// and in the files.
func FuzzLedgerAddsUp(f *testing.F) {
	lines := strings.SplitAfter(string(made(100)), "\n")
	f.Add(strings.Join(lines[:3], "")) // short: what is long takes long to be made shorter
	f.Add(good + "\n\n\r\n" + lines[5] + "x")
	f.Add("\x1f\x8b")
	f.Add("\xef\xbb\xbf" + good)
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		args := []string{"-logs", clitest.Write(t, dir, "log", []string{text}), "-from", "2026-11-20T10:01:00Z", "-requests", "2", "-request", "10000"}
		for _, f := range files {
			args = append(args, "-"+f, filepath.Join(dir, f))
		}
		var out, errs bytes.Buffer
		switch code := run(context.Background(), args, &out, &errs); {
		case code == 2 && out.Len() == 0 && strings.HasPrefix(text, "\x1f\x8b"):
			return // no gzip
		case code != 0 || errs.Len() > 0:
			t.Fatalf("ends with %d, says %s", code, errs.String())
		}
		var n [14]int
		ledger := out.String()
		i := strings.LastIndex(ledger, "\n\n") + 2
		if _, err := fmt.Sscanf(ledger[i:], "lines %d = counted %d + late %d + bad %d\ncounted %d = in the range %d + in other minutes %d\nclients by minute %d = within the rates %d + over them %d\nalerts %d = clients by minute %d + single requests %d\n",
			&n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6], &n[7], &n[8], &n[9], &n[10], &n[11], &n[12]); err != nil {
			t.Fatalf("%v in\n%s", err, ledger)
		}
		if n[0] != n[1]+n[2]+n[3] || n[1] != n[4] || n[4] != n[5]+n[6] || n[7] != n[8]+n[9] || n[9] != n[11] || n[10] != n[11]+n[12] {
			t.Errorf("does not add up:\n%s", ledger)
		}
		for _, f := range []struct {
			name string
			want int
		}{{"late", n[2]}, {"bad", n[3]}, {"alerts", n[10]}} {
			got := 0
			for line := range strings.Lines(clitest.Read(t, filepath.Join(dir, f.name))) {
				got++
				if !json.Valid([]byte(line)) || !strings.HasSuffix(line, "}\n") {
					t.Errorf("%s: line %d is %q", f.name, got, line)
				}
			}
			if got != f.want {
				t.Errorf("%s: has %d lines, the ledger says %d", f.name, got, f.want)
			}
		}
	})
}

func TestAccumulatorsKeepTheLaws(t *testing.T) {
	gen := func(r *rand.Rand) hit { return hit{size: r.Int64N(1 << (1 + r.IntN(40)))} }
	windowtest.Check[sizes](t, gen)
	windowtest.Check[traffic](t, gen)
}

func TestAnInterruptIsNoMistake(t *testing.T) { clitest.Interrupted(t, run) }
