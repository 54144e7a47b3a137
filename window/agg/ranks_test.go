package agg_test

import (
	"cmp"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window/agg"
)

// weighed is a key with a weight.
type weighed[K agg.Key] struct {
	k K
	w int64
}

type ranking[K agg.Key] struct{ Part agg.TopN[K] }

func (a *ranking[K]) Add(f weighed[K])    { a.Part.AddWeight(f.k, f.w) }
func (a *ranking[K]) Merge(o *ranking[K]) { a.Part.Merge(&o.Part) }

// weighing gives keys with weights of which many sums are equal.
func weighing[K agg.Key](gen func(*rand.Rand) K) func(*rand.Rand) weighed[K] {
	return func(r *rand.Rand) weighed[K] { return weighed[K]{gen(r), r.Int64N(5) - 1} }
}

// ranked returns what the ranking of a map is.
func ranked[K agg.Key](m map[K]int64) []agg.Ranked[K] {
	rows := []agg.Ranked[K]{}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		rows = append(rows, agg.Ranked[K]{Key: k, Count: m[k]})
	}
	slices.SortStableFunc(rows, func(a, b agg.Ranked[K]) int { return cmp.Compare(b.Count, a.Count) })
	return rows
}

func asRanking[K agg.Key](t *testing.T, name string, gen func(*rand.Rand) K) {
	t.Run(name, func(t *testing.T) {
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, 5))
			var top, part agg.TopN[K]
			want := map[K]int64{}
			for range r.IntN(1 + r.IntN(2000)) {
				f := weighing(gen)(r)
				if want[f.k] += f.w; f.w == 1 {
					part.Add(f.k)
				} else {
					part.AddWeight(f.k, f.w)
				}
				if r.IntN(50) == 0 && part.Len() > 0 {
					part.Top(1 + r.IntN(part.Len()))
				}
				if r.IntN(200) == 0 {
					top.Merge(&part)
					part = agg.TopN[K]{}
				}
			}
			top.Merge(&part)
			rows := ranked(want)
			for _, n := range []int{-1, 0, 1, 2, 10, len(rows) - 1, len(rows), len(rows) + 1, math.MaxInt} {
				if got := top.Top(n); !slices.Equal(got, rows[:min(max(n, 0), len(rows))]) {
					t.Fatalf("seed %d: top %d: %v, want the first of %v", seed, n, got, rows)
				}
			}
			i := 0
			for k, n := range top.All() {
				if (agg.Ranked[K]{Key: k, Count: n}) != rows[i] || top.Count(k) != n {
					t.Fatalf("seed %d: key %d is %v with %d, want %v", seed, i, k, n, rows[i])
				}
				i++
			}
			if i != len(rows) || top.Len() != len(rows) {
				t.Fatalf("seed %d: %d keys, %d given, want %d", seed, top.Len(), i, len(rows))
			}
			for range 50 {
				if k := gen(r); top.Count(k) != want[k] {
					t.Fatalf("seed %d: %v counts %d, want %d", seed, k, top.Count(k), want[k])
				}
			}
		}
	})
}

func TestTopNIsAMapInOrder(t *testing.T) {
	asRanking(t, "int, few", func(r *rand.Rand) int { return r.IntN(9) - 4 })
	asRanking(t, "int", upTo(700))
	asRanking(t, "int64, wide", ids)
	asRanking(t, "int8", signed)
	asRanking(t, "uint16", func(r *rand.Rand) uint16 { return uint16(r.Uint32N(300)) })
	asRanking(t, "uint64", unsigned)
	asRanking(t, "string", texts)
	asRanking(t, "string, many", func(r *rand.Rand) name { return name(strconv.Itoa(r.IntN(2000))) })
}

// limited is a value as of a time, of which so many are to be kept.
type limited[T any] struct {
	n int
	reading[T]
}

type collected[T any] struct {
	First agg.Collect[T]
	Most  agg.Greatest[int64, T]
}

func (c *collected[T]) Add(f limited[T]) {
	c.First.Add(f.n, f.at, f.v)
	c.Most.Add(f.n, f.at.Unix(), f.v)
}

func (c *collected[T]) Merge(o *collected[T]) {
	c.First.Merge(&o.First)
	c.Most.Merge(&o.Most)
}

type byFloat struct {
	Part agg.Greatest[float64, float64]
}

func (b *byFloat) Add(r reading[float64]) { b.Part.Add(15, r.v, float64(r.at.Unix())) }
func (b *byFloat) Merge(o *byFloat)       { b.Part.Merge(&o.Part) }

// keeping gives values of which at most n are to be kept: now and then fewer if
// less is not 0.
func keeping[T any](n, less int, gen func(*rand.Rand) T) func(*rand.Rand) limited[T] {
	at := atTimes(gen)
	return func(r *rand.Rand) limited[T] {
		l := limited[T]{n, at(r)}
		if less > 0 && r.IntN(30) == 0 {
			l.n -= r.IntN(less + 1)
		}
		return l
	}
}

func TestCollectAndGreatestKeepTheFirstOfAll(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 6))
		n, less := 1+r.IntN(40), 0
		if r.IntN(2) == 0 {
			less = n + 2 // which leaves n below 1 too
		}
		gen := keeping(n, less, places)
		var c, part collected[place]
		var all []limited[place]
		least := math.MaxInt
		for range r.IntN(200) {
			f := gen(r)
			part.Add(f)
			all = append(all, f)
			least = min(least, max(f.n, 1))
			if r.IntN(20) == 0 { // to read changes nothing
				for range part.First.All() {
				}
				for range part.Most.All() {
				}
			}
			if r.IntN(20) == 0 {
				c.Merge(&part)
				part = collected[place]{}
			}
		}
		c.Merge(&part)
		byPlace := func(a, b place) int {
			return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Name, b.Name), slices.Compare(a.at[:], b.at[:]))
		}
		want := min(least, len(all))

		slices.SortFunc(all, func(a, b limited[place]) int { return cmp.Or(a.at.Compare(b.at), byPlace(a.v, b.v)) })
		i := 0
		for at, v := range c.First.All() {
			if i >= want || !at.UTC().Equal(all[i].at) || v != all[i].v {
				t.Fatalf("seed %d: of %d collected, number %d is %v at %v, want %v of %d", seed, c.First.Len(), i, v, at, all[min(i, len(all)-1)], want)
			}
			i++
		}
		if i != want || c.First.Len() != want || c.First.Dropped() != int64(len(all)-want) {
			t.Fatalf("seed %d: %d collected, %d given, %d dropped, want %d and %d", seed, c.First.Len(), i, c.First.Dropped(), want, len(all)-want)
		}

		slices.SortFunc(all, func(a, b limited[place]) int { return cmp.Or(b.at.Compare(a.at), byPlace(a.v, b.v)) })
		i = 0
		for by, v := range c.Most.All() {
			if i >= want || by != all[i].at.Unix() || v != all[i].v {
				t.Fatalf("seed %d: of the %d greatest, number %d is %v of %v, want %v of %d", seed, c.Most.Len(), i, v, by, all[min(i, len(all)-1)], want)
			}
			i++
		}
		if i != want || c.Most.Len() != want {
			t.Fatalf("seed %d: %d greatest, %d given, want %d", seed, c.Most.Len(), i, want)
		}
	}
}

func TestGreatestHasNaNLast(t *testing.T) {
	var g agg.Greatest[float64, string]
	for _, f := range []float64{math.NaN(), 0, math.Inf(-1), math.Copysign(0, -1), math.NaN(), 1} {
		g.Add(4, f, strconv.FormatFloat(f, 'g', -1, 64))
	}
	var got []string
	for _, v := range g.All() {
		got = append(got, v)
	}
	if want := "1 0 -0 -Inf"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	g.Add(9, math.NaN(), "none")
	if g.Len() != 4 {
		t.Errorf("%d kept, want 4: a greater n later does not bring back what has gone", g.Len())
	}
}

// A setting of 0 is no setting that the zero value has already.
func TestSettingsBelowOneCountAsOne(t *testing.T) {
	for _, n := range []int{0, -1, math.MinInt} {
		var h agg.Histogram
		var heavy agg.Heavy[int]
		var most agg.Greatest[int, int]
		var first agg.Collect[int]
		for i := range 5 {
			h.Add(int64(n), int64(i))
			heavy.Add(n, 7)
			most.Add(n, i, i)
			first.AddAt(n, watermark.Time(i), i)
		}
		if h.Step() != 1 || h.Buckets() != 5 {
			t.Errorf("%d: a histogram by %d with %d buckets, want 1, 5", n, h.Step(), h.Buckets())
		}
		if e := heavy.Estimate(7); e.Count != 5 || e.Error != 0 || heavy.Len() != 1 {
			t.Errorf("%d: heavy %v of %d, want 5, 0 of 1", n, e, heavy.Len())
		}
		for by := range most.All() {
			if by != 4 || most.Len() != 1 {
				t.Errorf("%d: greatest %d of %d, want 4 of 1", n, by, most.Len())
			}
		}
		for at := range first.All() {
			if at != 0 || first.Len() != 1 || first.Dropped() != 4 {
				t.Errorf("%d: first at %d of %d, %d dropped, want 0 of 1, 4", n, at, first.Len(), first.Dropped())
			}
		}
	}
}

func TestSequencesCanBeLeftEarly(t *testing.T) {
	var h agg.Histogram
	var top agg.TopN[int]
	var heavy agg.Heavy[int]
	var most agg.Greatest[int, int]
	var first agg.Collect[int]
	var c agg.Counter[int]
	for i := range 3 {
		h.Add(1, int64(i))
		top.Add(i)
		heavy.Add(9, i)
		most.Add(9, i, i)
		first.AddAt(9, watermark.Time(i), i)
		c.AddAt(watermark.Time(i), i)
	}
	n := 0
	for range h.All() {
		n++
		break
	}
	for range top.All() {
		n++
		break
	}
	for range heavy.All() {
		n++
		break
	}
	for range most.All() {
		n++
		break
	}
	for range first.All() {
		n++
		break
	}
	for range c.All() {
		n++
		break
	}
	if n != 6 {
		t.Errorf("%d steps, want 6", n)
	}
}

func TestCollectTakesTimesOutOfRange(t *testing.T) {
	var c agg.Collect[int]
	c.Add(5, time.Time{}, 1)
	c.Add(5, time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC), 2)
	want := []watermark.Time{watermark.Min + 1, watermark.Max - 1}
	var got []watermark.Time
	for at := range c.All() {
		got = append(got, at)
	}
	if !slices.Equal(got, want) {
		t.Errorf("at %v, want %v", got, want)
	}
}
