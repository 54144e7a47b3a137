package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
)

func TestTheSeedMakesTheLog(t *testing.T) {
	read := func(m *maker) string {
		text, err := io.ReadAll(&onceMore{m, rand.New(rand.NewPCG(1, 0))})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	want := read(newMaker(5000, 7, 0.01))
	if read(newMaker(5000, 7, 0.01)) != want || read(newMaker(5000, 8, 0.01)) == want {
		t.Error("the same seed must give the same bytes, and another one others")
	}
	if n := strings.Count(want, "\n"); n != 5000 {
		t.Errorf("has %d lines", n)
	}
	dir := t.TempDir()
	for _, name := range []string{"log", "log.gz"} {
		path := filepath.Join(dir, name)
		if got := try(t, 0, "-generate", "5000", "-seed", "7", "-broken", "0.01", "-o", path); !strings.HasPrefix(got, "5000 lines, ") {
			t.Errorf("prints %s", got)
		}
		got := unzippedFile(t, path)
		if got != want {
			t.Errorf("%s has other lines than are made", name)
		}
	}
	if got := try(t, 0, "-generate", "5000", "-seed", "7", "-broken", "0.01", "-o", "-"); got != want {
		t.Error("standard output gets other lines than are made")
	}
}

// onceMore reads in pieces of any size.
type onceMore struct {
	in io.Reader
	r  *rand.Rand
}

func (o *onceMore) Read(p []byte) (int, error) { return o.in.Read(p[:1+o.r.IntN(len(p))]) }

func unzippedFile(t *testing.T, path string) string {
	text := clitest.Read(t, path)
	if !strings.HasSuffix(path, ".gz") {
		return text
	}
	z, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

// TestTheMadeLogHasWhatItSays: disorder of up to two seconds, some late lines,
// broken ones by their share, answers of all sizes, and clients that do too much.
func TestTheMadeLogHasWhatItSays(t *testing.T) {
	if testing.Short() {
		t.Skip("makes many lines")
	}
	const n = 300_000
	text, _ := io.ReadAll(newMaker(n, 3, 0.004))
	p := parser{want: fAddr | fTime | fStatus | fSize}
	var l line
	bad, late, behind, repeated := 0, 0, map[int64]int{}, 0
	greatest := int64(0)
	var sizes []int64
	last := ""
	for text := range bytes.Lines(text) {
		if p.parse(bytes.TrimSuffix(text, []byte("\n")), &l) != nil {
			bad++
			continue
		}
		if string(text) == last {
			repeated++
		}
		last = string(text)
		greatest = max(greatest, l.at)
		if d := greatest - l.at; d > 100 {
			late++
		} else {
			behind[d]++
		}
		sizes = append(sizes, l.size)
	}
	if bad < n/250*7/10 || bad > n/250*13/10 {
		t.Errorf("%d of %d lines are bad", bad, n)
	}
	if late == 0 || late > n/1000 || behind[1] == 0 || behind[2] == 0 || len(behind) > 3 {
		t.Errorf("%d lines are late, others behind by seconds: %v", late, behind)
	}
	if repeated == 0 || repeated > n/100 {
		t.Errorf("%d lines come twice", repeated)
	}
	slices.Sort(sizes)
	if median := sizes[len(sizes)/2]; sizes[0] != 0 || median < 2000 || median > 20_000 || sizes[len(sizes)-1] < 100_000_000 {
		t.Errorf("sizes from %d, half up to %d, to %d", sizes[0], median, sizes[len(sizes)-1])
	}
	dir := t.TempDir()
	try(t, 0, "-logs", clitest.Write(t, dir, "log", []string{string(text)}), "-alerts", filepath.Join(dir, "alerts"))
	for _, what := range []string{"requests", "bytes", "one request"} {
		if !strings.Contains(clitest.Read(t, filepath.Join(dir, "alerts")), `"over":"`+what+`"`) {
			t.Errorf("no alert of %s", what)
		}
	}
}

func TestEachWayToBreakALineBreaksIt(t *testing.T) {
	p := parser{want: fAddr | fTime | fStatus | fSize}
	for text := range strings.Lines(string(made(300))) {
		whole := strings.TrimSuffix(text, "\n")
		if p.parse([]byte(whole), new(line)) != nil {
			continue
		}
		for way := range 10 {
			got := strings.TrimSuffix(madeBroken(way, text), "\n")
			if way != 3 && way != 4 && way != 5 && p.parse([]byte(got), new(line)) == nil {
				t.Errorf("way %d leaves a line: %s", way, got)
			}
		}
	}
}
