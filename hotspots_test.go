package tidemark_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/anomaly"
	"github.com/tidemark-go/tidemark/watermark"
)

// Each key has the regions of a Spotter of its own, fed in order of time.
func TestHotspotsAreASpotterOfEachKeyInOrderOfTime(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 6))
		how := anomaly.Hotspots{Records: 20 + r.IntN(30), Radius: 1.5, Least: 4}
		if r.IntN(2) == 0 {
			how.Span = 30
		}
		if r.IntN(2) == 0 {
			how.Every = time.Duration(1 + r.IntN(12))
		}
		delay := r.Int64N(20)
		var facts []reading
		for i := range int64(200) {
			facts = append(facts, reading{fmt.Sprint("p", r.IntN(2)), i - r.Int64N(10), []float64{float64(r.IntN(3) * 5), r.NormFloat64()}})
			if r.IntN(40) == 0 {
				facts[i].value[0] = math.Inf(1)
			}
		}
		var inTime []reading
		w := int64(math.MinInt64)
		late := 0
		for _, f := range facts {
			if f.ns < w {
				late++
			} else {
				inTime = append(inTime, f)
			}
			w = max(w, f.ns-delay)
		}
		slices.SortStableFunc(inTime, func(a, b reading) int { return int(a.ns - b.ns) })
		of, told := map[string]*anomaly.Spotter{}, map[string]int64{}
		asked := func(s anomaly.Spots[reading]) string { return fmt.Sprint(s.Regions != nil, s) }
		var want []string
		invalid := 0
		for _, f := range inTime {
			if of[f.sensor] == nil {
				of[f.sensor], _ = how.New(2)
			}
			if err := of[f.sensor].AddAt(watermark.Time(f.ns), f.value); err != nil {
				invalid++
				continue
			}
			spots := anomaly.Spots[reading]{Fact: f}
			step, before := int64(max(how.Every, 1)), told[f.sensor]
			if told[f.sensor] = (f.ns + 1000*step) / step; how.Every == 0 || told[f.sensor] > before {
				spots.Regions = of[f.sensor].Regions([]anomaly.Region{})
			}
			want = append(want, asked(spots))
		}
		for _, cut := range []int{1, 9, 1000} {
			var p tidemark.Pipeline
			in, readings := tidemark.FromNanos(&p, "players", reading.nanos, watermark.Bounded{Delay: time.Duration(delay)})
			spots, missed := tidemark.Hotspots(tidemark.KeyBy(readings, reading.name), how, vectorOf)
			out, lost := tidemark.Collect(spots), tidemark.Collect(missed)
			for c := range slices.Chunk(facts, cut) {
				if err := in.Feed(c...); err != nil {
					t.Fatal(err)
				}
			}
			if err := p.Close(context.Background()); err != nil {
				t.Fatal(err)
			}
			var rows []string
			for s := range out.Drain() {
				rows = append(rows, asked(s))
			}
			if !reflect.DeepEqual(rows, want) {
				t.Fatalf("seed %d, cut %d: rows\n%q\nwant\n%q", seed, cut, rows, want)
			}
			for m := range lost.Drain() {
				switch m.Reason {
				case tidemark.Late:
					late--
				case tidemark.Invalid:
					invalid--
				}
			}
			if late != 0 || invalid != 0 {
				t.Fatalf("seed %d, cut %d: late out by %d, invalid by %d", seed, cut, late, invalid)
			}
			for _, s := range p.Stats().Stages {
				if s.Balance() != 0 || s.Held != 0 {
					t.Fatalf("the ledger of %s is out by %d, %d held", s.Stage, s.Balance(), s.Held)
				}
				late += int(s.Late)
				invalid += int(s.Invalid)
			}
		}
	}
}

func ExampleHotspots() {
	type position struct {
		Game int
		X, Y float64
		At   time.Time
	}
	var p tidemark.Pipeline
	in, players := tidemark.From(&p, "players", func(f position) time.Time { return f.At }, watermark.Bounded{})
	spots, _ := tidemark.Hotspots(tidemark.KeyBy(players, func(f position) int { return f.Game }), anomaly.Hotspots{Records: 100, Radius: 2, Least: 3},
		func(dst []float64, f position) []float64 { return append(dst, f.X, f.Y) })
	out := tidemark.Collect(spots)

	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for i, xy := range [][2]float64{{1, 1}, {50, 3}, {2, 1}, {1, 2}, {70, 70}, {2, 2}} {
		if err := in.Feed(position{7, xy[0], xy[1], at.Add(time.Duration(i) * time.Second)}); err != nil {
			fmt.Println(err)
		}
	}
	if err := p.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	for s := range out.Drain() {
		for _, r := range s.Regions {
			fmt.Println(s.Fact.At.Format("15:04:05"), "x", r.Low[0], "to", r.High[0], "y", r.Low[1], "to", r.High[1], "points", r.Points)
		}
	}
	// Output:
	// 10:00:03 x 1 to 2 y 1 to 2 points 3
	// 10:00:04 x 1 to 2 y 1 to 2 points 3
	// 10:00:05 x 1 to 2 y 1 to 2 points 4
}
