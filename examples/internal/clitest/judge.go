package clitest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Refused runs a program with the arguments of each case, and finds what it is to
// say, behind its name in one line; in both DIR stands for dir. It must end with 2.
func Refused(t *testing.T, run Main, name, dir string, cases [][2]string) {
	t.Helper()
	for _, c := range cases {
		got := Try(t, run, 2, strings.Fields(strings.ReplaceAll(c[0], "DIR", dir))...)
		if want := strings.ReplaceAll(c[1], "DIR", dir); !strings.Contains(got, want) || !strings.HasPrefix(got, name+": ") || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: says %q, want a line with %q", c[0], got, want)
		}
	}
}

// EmptyFlags asserts that a flag which is given and empty is refused: a variable of
// the shell that is not set must not be taken for a flag that is left out.
func EmptyFlags(t *testing.T, run Main, name string, flags ...string) {
	t.Helper()
	for _, f := range flags {
		if got, want := Try(t, run, 2, f, ""), name+": "+f+" is empty: must have a value, or be left out\n"; got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
}

// Usage asserts that wrong flags are answered by the usage, and -h too, which is no
// mistake.
func Usage(t *testing.T, run Main, name string, wrong ...[]string) {
	t.Helper()
	for _, args := range wrong {
		if got := Try(t, run, 2, args...); !strings.Contains(got, "Usage of "+name) {
			t.Errorf("%q: says %q", args, got)
		}
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"-h"}, &out, &errs); code != 0 || !strings.Contains(errs.String(), "Usage") {
		t.Errorf("-h ends with %d, says %q", code, errs.String())
	}
}

// SameEachTime asserts that each run with args prints the same, beside the files
// that are not written, and gives the same files, to the byte; and that no file is
// left that no flag names.
func SameEachTime(t *testing.T, run Main, args []string, files ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	printed := Try(t, run, 0, args...)
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("leaves %v, %v", left, err)
	}
	once := ""
	for range 2 {
		again := Try(t, run, 0, append(Flags(".", files...), args...)...)
		if before, _, _ := strings.Cut(printed, "not written"); again != before {
			t.Errorf("prints\n%s\nthen\n%s", before, again)
		}
		all := Lines(t, ".", files...)
		if once != "" && all != once {
			t.Error("a second run does not give the same files")
		}
		once = all
	}
}

// Lengths asserts how many lines files in dir have.
func Lengths(t testing.TB, dir string, want map[string]int) {
	t.Helper()
	for name, n := range want {
		if got := strings.Count(Read(t, filepath.Join(dir, name)), "\n"); got != n {
			t.Errorf("%s: has %d lines, the ledger says %d", name, got, n)
		}
	}
}

// StandsAlone asserts that a page asks for nothing from elsewhere, and that its
// charts are well formed, and returns how many these are.
func StandsAlone(t testing.TB, page string) (charts int) {
	t.Helper()
	for _, elsewhere := range []string{"<script", "src=", "href=", "url(", "@import"} {
		if strings.Contains(page, elsewhere) {
			t.Errorf("has %s", elsewhere)
		}
	}
	for _, part := range strings.Split(page, "<svg")[1:] {
		svg, _, ended := strings.Cut("<svg"+part, "</svg>")
		if !ended {
			t.Fatalf("a chart does not end:\n%s", svg)
		}
		charts++
		for d := xml.NewDecoder(strings.NewReader(svg + "</svg>")); ; {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%v in\n%s", err, svg)
			}
		}
	}
	return charts
}

// NDJSON gives rows as a file has them.
func NDJSON[R any](rows []R) string {
	var b strings.Builder
	for _, r := range rows {
		line, _ := json.Marshal(r)
		b.Write(append(line, '\n'))
	}
	return b.String()
}

// Zip gives text as a gzip file.
func Zip(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	z.Close()
	return b.String()
}
