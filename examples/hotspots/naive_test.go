package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/watermark"
)

// naively gives the rows and the late positions of a feed: it sorts those that are
// on time, and of the last of each second and game looks at all pairs of the last
// records.
func naively(lines []string, c config) (out, late string) {
	w := watermark.Min
	var taken []Position
	var missed []lateLine
	for _, line := range lines {
		var p Position
		if decode([]byte(line), &p) != nil {
			continue
		}
		if p.At < w {
			missed = append(missed, lateLine{tidemark.Late, w, json.RawMessage(line)})
			continue
		}
		taken = append(taken, p)
		w = max(w, p.At.Add(-c.delay))
	}
	slices.SortStableFunc(taken, func(a, b Position) int { return cmp.Compare(a.At, b.At) })
	last := map[[2]int64]int{} // by game and second
	for i, p := range taken {
		last[[2]int64{p.Game, int64(p.At.Floor(time.Second, 0))}] = i
	}
	var rows []Row
	for of, i := range last {
		var points []Position
		for _, p := range taken[:i+1] {
			if p.Game == of[0] {
				points = append(points, p)
			}
		}
		rows = append(rows, Row{of[0], taken[i].At, naiveRegions(points[max(0, len(points)-c.records):], c)})
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.At.Floor(time.Second, 0), b.At.Floor(time.Second, 0)), cmp.Compare(a.Game, b.Game))
	})
	return clitest.NDJSON(rows), clitest.NDJSON(missed)
}

// naiveRegions is DBSCAN as in the paper, over points from the oldest on.
func naiveRegions(points []Position, c config) []Region {
	near := make([][]int, len(points))
	for i, p := range points {
		for j, q := range points {
			// In radii, as the library has it: points just a radius apart may go either way by rounding.
			dx, dy := (p.X-q.X)/c.radius, (p.Y-q.Y)/c.radius
			if float64(dx*dx)+float64(dy*dy) < 1 {
				near[i] = append(near[i], j)
			}
		}
	}
	of := make([]int, len(points)) // 0: no region
	regions := []Region{}
	for i := range points {
		if of[i] != 0 || len(near[i]) < c.least {
			continue
		}
		number := len(regions) + 1
		of[i] = number
		for grown := true; grown; {
			grown = false
			for j := range points {
				if of[j] != number || len(near[j]) < c.least {
					continue
				}
				for _, k := range near[j] {
					if of[k] == 0 {
						of[k], grown = number, true
					}
				}
			}
		}
		var xs, ys []float64
		for j, p := range points {
			if of[j] == number {
				xs, ys = append(xs, p.X), append(ys, p.Y)
			}
		}
		r := Region{slices.Min(xs), slices.Max(xs), slices.Min(ys), slices.Max(ys), len(xs), 0}
		r.Density = float64(r.Points) / ((r.XMax - r.XMin + c.radius) * (r.YMax - r.YMin + c.radius))
		regions = append(regions, r)
	}
	slices.SortStableFunc(regions, func(a, b Region) int {
		return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(a.XMin, b.XMin), cmp.Compare(a.YMin, b.YMin),
			cmp.Compare(a.XMax, b.XMax), cmp.Compare(a.YMax, b.YMax))
	})
	return regions
}

// compare runs the program on a feed, and compares its files; it returns how many
// regions the rows have.
func compare(t *testing.T, lines []string, c config) int {
	t.Helper()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	try(t, 0, "-facts", clitest.Write(t, dir, "facts", lines), "-radius", fmt.Sprint(c.radius), "-least", fmt.Sprint(c.least),
		"-records", fmt.Sprint(c.records), "-delay", c.delay.String(), "-out", path("out"), "-late", path("late"))
	out, late := naively(lines, c)
	for _, f := range []struct{ name, want string }{{"out", out}, {"late", late}} {
		got := strings.SplitAfter(clitest.Read(t, path(f.name)), "\n")
		want := strings.SplitAfter(f.want, "\n")
		for i := range max(len(got), len(want)) {
			if i >= len(got) || i >= len(want) || got[i] != want[i] {
				t.Fatalf("%+v: %s: has %d lines, want %d; line %d:\n%s\nwant\n%s", c, f.name, len(got)-1, len(want)-1, i+1,
					strings.Join(got[min(i, len(got)):min(i+1, len(got))], ""), strings.Join(want[min(i, len(want)):min(i+1, len(want))], ""))
			}
		}
	}
	return strings.Count(out, "x_min")
}

func TestRowsOfTheMadeFeedAreTheNaiveOnes(t *testing.T) {
	n := compare(t, strings.Split(strings.TrimSuffix(madePositions(2), "\n"), "\n"), config{radius: 3, least: 10, records: 200, delay: 2 * time.Second})
	if n < 200 {
		t.Errorf("rows have %d regions: too few to tell anything", n)
	}
}

// TestRowsAreTheNaiveOnes: few places, so that some positions are a radius apart to
// the bit; times on seconds and next to them, many of them equal; and pauses.
func TestRowsAreTheNaiveOnes(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	regions := 0
	for range 30 {
		var lines []string
		at := begin
		disorder := time.Duration(1+r.IntN(4)) * time.Second
		room := 3 + r.IntN(25)
		for range r.IntN(200) {
			at = at.Add(time.Duration(r.IntN(4)) * 100 * time.Millisecond)
			if r.IntN(80) == 0 {
				at = at.Add(time.Duration(r.IntN(20)) * time.Minute)
			}
			when := at.Add(-time.Duration(r.Int64N(int64(disorder)))).Truncate(500 * time.Millisecond)
			if r.IntN(4) == 0 {
				when = when.Add(time.Duration(r.IntN(3) - 1))
			}
			lines = append(lines, fmt.Sprintf(`{"game":%d,"player":"p","x":%v,"y":%v,"event_time":%q}`,
				r.IntN(3)-1, float64(r.IntN(room)-room/2)/2, float64(r.IntN(room))/2, when.Format(time.RFC3339Nano)))
		}
		least := 1 + r.IntN(5)
		regions += compare(t, lines, config{radius: float64(1+r.IntN(4)) / 2, least: least, records: least + r.IntN(60), delay: time.Duration(r.IntN(4)) * time.Second})
	}
	if regions < 100 {
		t.Errorf("rows have %d regions: too few to tell anything", regions)
	}
}
