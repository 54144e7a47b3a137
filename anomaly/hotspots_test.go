package anomaly

import (
	"cmp"
	"encoding/binary"
	"errors"
	"hash/crc64"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// naiveRegions looks at all pairs. Regions come as they are told, of is by point.
func naiveRegions(h Hotspots, xs [][]float64) (regions []Region, of []int) {
	near := func(x, y []float64) bool {
		sum := 0.0
		for d := range x {
			sum += math.Pow((x[d]-y[d])/h.Radius, 2)
		}
		return sum < 1
	}
	core, region := make([]bool, len(xs)), make([]int, len(xs))
	for i, x := range xs {
		n := 0
		for _, y := range xs {
			if near(x, y) {
				n++
			}
		}
		core[i], region[i] = n >= h.Least, -1
	}
	// The number of a region is the age of its oldest core.
	for i := range xs {
		if core[i] {
			region[i] = i
		}
	}
	for changed := true; changed; {
		changed = false
		for i := range xs {
			for j := range xs {
				if core[i] && core[j] && near(xs[i], xs[j]) && region[j] > region[i] {
					region[j], changed = region[i], true
				}
			}
		}
	}
	for i := range xs {
		for j := range xs {
			if !core[i] && core[j] && near(xs[i], xs[j]) && (region[i] < 0 || region[j] < region[i]) {
				region[i] = region[j]
			}
		}
	}
	var numbers []int
	for first := range xs {
		r := Region{Density: 1}
		for i, x := range xs {
			if region[i] != first {
				continue
			}
			if h.Members {
				r.Members = append(r.Members, x)
			}
			if r.Points++; r.Points == 1 {
				r.Low, r.High = slices.Clone(x), slices.Clone(x)
			}
			for d, v := range x {
				r.Low[d], r.High[d] = min(r.Low[d], v), max(r.High[d], v)
			}
		}
		if r.Points > 0 {
			for d := range r.Low {
				r.Density *= r.High[d] - r.Low[d] + h.Radius
			}
			r.Density = float64(r.Points) / r.Density
			regions = append(regions, r)
			numbers = append(numbers, first)
		}
	}
	order := make([]int, len(regions))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := regions[i], regions[j]
		return cmp.Or(b.Points-a.Points, slices.Compare(a.Low, b.Low), slices.Compare(a.High, b.High))
	})
	sorted := make([]Region, 0, len(regions))
	of = slices.Repeat([]int{-1}, len(xs))
	for to, i := range order {
		sorted = append(sorted, regions[i])
		for j := range xs {
			if region[j] == numbers[i] {
				of[j] = to
			}
		}
	}
	return sorted, of
}

func sameRegions(a, b []Region) bool {
	return slices.EqualFunc(a, b, func(a, b Region) bool {
		return slices.Equal(a.Low, b.Low) && slices.Equal(a.High, b.High) && a.Points == b.Points && a.Density == b.Density && reflect.DeepEqual(a.Members, b.Members)
	})
}

func TestRegionsAreThoseOfAllPairs(t *testing.T) {
	seeds := uint64(40)
	if testing.Short() {
		seeds = 10
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 1))
		dims := 1 + r.IntN(4)
		h := Hotspots{Records: 1 + r.IntN(80), Radius: []float64{1, 0.3, 2, 1e-9, 1e200}[r.IntN(5)], Least: 1 + r.IntN(6), Members: r.IntN(2) == 0, Every: time.Duration(r.IntN(3) * 10)}
		h.Least = min(h.Least, h.Records)
		if r.IntN(3) == 0 {
			h.Span = time.Duration(1 + r.IntN(200))
		}
		s, err := h.New(dims)
		if err != nil {
			t.Fatal(err)
		}
		lattice, clusters := r.IntN(2) == 0, 1+r.IntN(5)
		var xs [][]float64
		var times []watermark.Time
		var now watermark.Time
		var got []Region
		total := 0
		for i := range 150 {
			x := make([]float64, dims)
			c := float64(r.IntN(clusters)) * 3
			for d := range x {
				if lattice { // many lie at Radius exactly, and on one another
					x[d] = h.Radius * float64(r.IntN(8)-4)
				} else {
					x[d] = h.Radius * (c + r.NormFloat64()*0.7)
				}
				if r.IntN(300) == 0 {
					x[d] = math.Copysign(math.MaxFloat64, x[d])
				}
			}
			at := now + watermark.Time(r.IntN(8)-1)
			if err := s.AddAt(at, x); err != nil {
				t.Fatal(err)
			}
			before := now
			now = max(now, at)
			if i == 0 {
				now = at
			}
			if due := h.Every == 0 || i == 0 || now.Floor(h.Every, 0) != before.Floor(h.Every, 0); s.Due() != due {
				t.Fatalf("seed %d %+v at %d: due is %v from %d to %d", seed, h, i, s.Due(), before, now)
			}
			xs, times = append(xs, x), append(times, now)
			for len(xs) > h.Records || h.Span > 0 && times[0] <= now-watermark.Time(h.Span) {
				xs, times = xs[1:], times[1:]
			}
			if r.IntN(20) == 0 {
				state, err := s.AppendBinary([]byte("before"))
				if err != nil || string(state[:6]) != "before" {
					t.Fatal(err)
				}
				if s, err = h.New(dims); err != nil {
					t.Fatal(err)
				}
				if err := s.UnmarshalBinary(state[6:]); err != nil {
					t.Fatalf("seed %d at %d: %v", seed, i, err)
				}
				if again, _ := s.MarshalBinary(); string(again) != string(state[6:]) {
					t.Fatalf("seed %d at %d: what was restored has other bytes", seed, i)
				}
			}
			want, of := naiveRegions(h, xs)
			got = s.Regions(got[:0])
			if s.Len() != len(xs) || !sameRegions(got, want) {
				t.Fatalf("seed %d %+v at %d:\n%+v, want\n%+v", seed, h, i, got, want)
			}
			if in := s.Members(nil); !slices.Equal(in, of) {
				t.Fatalf("seed %d %+v at %d: members %v, want %v", seed, h, i, in, of)
			}
			total += len(want)
		}
		if testing.Verbose() && seed < 10 {
			t.Logf("seed %d: %+v, %d regions", seed, h, total)
		}
	}
}

// TestTheGridLiesWherePointsAreApart: the first dimensions tell nothing apart, or
// only what was there before; the grid finds those that do, and the answer is right.
func TestTheGridLiesWherePointsAreApart(t *testing.T) {
	h := Hotspots{Records: 120, Radius: 1, Least: 3}
	s, err := h.New(5)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 7))
	var xs [][]float64
	for i := range 700 {
		x := make([]float64, 5)
		wide := []int{1, 3}
		if i >= 400 {
			wide = []int{0, 4}
		}
		for _, d := range wide {
			x[d] = 10 * r.Float64()
		}
		x[2] = 0.3 * r.Float64()
		if err := s.Add(x); err != nil {
			t.Fatal(err)
		}
		if xs = append(xs, x); len(xs) > h.Records {
			xs = xs[1:]
		}
		if want, _ := naiveRegions(h, xs); i%7 == 0 && !sameRegions(s.Regions(nil), want) {
			t.Fatalf("at %d: %+v, want %+v", i, s.Regions(nil), want)
		}
		grid := [2]int{min(s.grid[0], s.grid[1]), max(s.grid[0], s.grid[1])}
		if i == 390 && grid != [2]int{1, 3} || i == 690 && grid != [2]int{0, 4} {
			t.Errorf("at %d the grid is over %v", i, grid)
		}
	}
}

func TestHotspotsTellWhatIsWrong(t *testing.T) {
	_, err := Hotspots{Records: -1, Span: -1, Least: -1, Every: -1, MaxKeys: -1}.New(0)
	for _, field := range []string{"Records is -1", "Span is -1ns", "Every is -1ns", "MaxKeys is -1", "Least is -1", "Radius is 0", "0 dimensions"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%q is not in %v", field, err)
		}
	}
	if _, err := (Hotspots{Radius: 1, Records: 5}).New(1); err == nil || !strings.Contains(err.Error(), "Least is 10: must be at most Records, which is 5") {
		t.Error(err)
	}
	s, err := Hotspots{Radius: 1}.New(2)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add([]float64{1}); !errors.Is(err, ErrDims) {
		t.Error(err)
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		var bad *ValueError
		if err := s.Add([]float64{0, v}); !errors.As(err, &bad) || bad.Dim != 1 || s.Len() != 0 || strings.Contains(err.Error(), "Forest") {
			t.Errorf("%v: %v", v, err)
		}
	}
	var none Spotter
	if err := none.Add([]float64{1}); !errors.Is(err, ErrDims) || len(none.Regions(nil)) > 0 {
		t.Error(err)
	}
	state, _ := s.MarshalBinary()
	other, _ := Hotspots{Radius: 2}.New(2)
	if err := other.UnmarshalBinary(state); err == nil || !strings.Contains(err.Error(), "Radius is 1 there and 2 here") {
		t.Error(err)
	}
	state[len(state)/2]++
	if err := s.UnmarshalBinary(state); !errors.Is(err, errDamaged) {
		t.Error(err)
	}
}

func TestHotspotsAllocateNothingPerPoint(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures")
	}
	for _, h := range []Hotspots{{Radius: 0.3}, {Radius: 0.3, Span: 300}} {
		s, _ := h.New(2)
		r := rand.New(rand.NewPCG(1, 1))
		x, now, regions, members := make([]float64, 2), watermark.Time(0), []Region(nil), []int(nil)
		next := func() {
			x[0], x[1] = r.NormFloat64()+float64(3*r.IntN(3)), r.NormFloat64()
			now++
			if err := s.AddAt(now, x); err != nil {
				t.Fatal(err)
			}
			regions, members = s.Regions(regions[:0]), s.Members(members[:0])
		}
		for range 2000 {
			next()
		}
		if n := testing.AllocsPerRun(500, next); n != 0 {
			t.Errorf("%+v: %v allocations a point", h, n)
		}
	}
}

// FuzzHotspotsState gives hostile bytes with a checksum that holds.
func FuzzHotspotsState(f *testing.F) {
	sets := []Hotspots{{Records: 20, Radius: 1, Least: 2}, {Radius: 1, Least: 2, Span: 10}}
	for i, h := range sets {
		s, _ := h.New(2)
		for j := range 50 {
			s.AddAt(watermark.Time(j), []float64{float64(j % 7), float64(j % 3)})
		}
		state, _ := s.MarshalBinary()
		f.Add(state[:len(state)-8], i)
	}
	f.Fuzz(func(t *testing.T, b []byte, i int) {
		b = binary.LittleEndian.AppendUint64(b, crc64.Checksum(b, crc))
		s, _ := sets[i&1].New(2)
		if err := s.UnmarshalBinary(b); err != nil {
			return
		}
		if again, err := s.MarshalBinary(); err != nil || string(again) != string(b) {
			t.Fatalf("%v: what was taken is written as other bytes", err)
		}
		s.Add([]float64{1, 1})
		for _, r := range s.Regions(nil) {
			if r.Points < 1 {
				t.Fatal(r)
			}
		}
	})
}

// BenchmarkHotspots adds a point to full windows, and asks for the regions.
func BenchmarkHotspots(b *testing.B) {
	for _, n := range []string{"100", "500", "1000"} {
		for _, ask := range []bool{false, true} {
			name := "add"
			if ask {
				name = "regions"
			}
			b.Run(n+"/"+name, func(b *testing.B) {
				h := Hotspots{Records: map[string]int{"100": 100, "500": 500, "1000": 1000}[n], Radius: 0.3}
				s, _ := h.New(2)
				r := rand.New(rand.NewPCG(1, 1))
				x, regions := make([]float64, 2), []Region(nil)
				for i := 0; i < b.N; i++ {
					x[0], x[1] = r.NormFloat64()+float64(5*r.IntN(3)), r.NormFloat64()
					s.Add(x)
					if ask {
						regions = s.Regions(regions[:0])
					}
				}
			})
		}
	}
}

// TestPointsWithoutTimesAreAllDue: nobody knows how much time lies between them.
func TestPointsWithoutTimesAreAllDue(t *testing.T) {
	s, err := Hotspots{Radius: 1, Every: time.Second}.New(1)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := s.Add([]float64{float64(i)}); err != nil || !s.Due() {
			t.Errorf("point %d: %v, due %v", i, err, s.Due())
		}
	}
	for i, c := range []struct {
		at  watermark.Time
		due bool
	}{{5e8, true}, {1e9 - 1, false}, {1e9, true}, {1e9, false}, {2e9 + 1, true}} { // the first that has a time follows one that has none
		if err := s.AddAt(c.at, []float64{0}); err != nil || s.Due() != c.due {
			t.Errorf("point %d at %d: %v, due %v", i, c.at, err, s.Due())
		}
	}
}
