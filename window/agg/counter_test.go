package agg_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window/agg"
)

type monitored[N agg.Number] struct {
	Counter agg.Counter[N]
	Delta   agg.Delta[N]
}

func (m *monitored[N]) Add(r reading[N])      { m.Counter.Add(r.at, r.v); m.Delta.Add(r.at, r.v) }
func (m *monitored[N]) Merge(o *monitored[N]) { m.Counter.Merge(&o.Counter); m.Delta.Merge(&o.Delta) }

// TestCounterIsInEventTime: whatever the order of the readings and how they are
// parted, the result is that of a loop over them in order.
func TestCounterIsInEventTime(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		var all []reading[int]
		v, at := 0, time.Unix(1000, 0)
		increase, resets := 0, 0
		for range 1 + r.IntN(60) {
			before := v
			switch r.IntN(8) {
			case 0:
				v = r.IntN(v + 1)
			case 1:
			default:
				v += r.IntN(20)
			}
			if len(all) > 0 {
				if v < before {
					increase, resets = increase+v, resets+1
				} else {
					increase += v - before
				}
			}
			all = append(all, reading[int]{at, v})
			if r.IntN(4) == 0 { // the same time again, with no more
				all = append(all, reading[int]{at, v - r.IntN(3)})
			}
			at = at.Add(time.Duration(1 + r.Int64N(1e9)))
		}
		seconds := all[len(all)-1].at.Sub(all[0].at).Seconds()
		first, last := all[0].v, all[len(all)-1].v
		for _, x := range all {
			if x.at.Equal(all[0].at) {
				first = min(first, x.v)
			}
			if x.at.Equal(all[len(all)-1].at) {
				last = max(last, x.v)
			}
		}
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		var m, part monitored[int]
		for _, x := range all {
			part.Add(x)
			if r.IntN(10) == 0 {
				m.Merge(&part)
				part = monitored[int]{}
			}
		}
		part.Merge(&m)
		m = part
		c := &m.Counter
		if c.Increase() != increase || c.Resets() != resets {
			t.Fatalf("seed %d: increase %d with %d resets, want %d with %d: %v", seed, c.Increase(), c.Resets(), increase, resets, all)
		}
		if want := float64(increase) / seconds; c.Len() > 1 && math.Abs(c.Rate()-want) > 1e-9*want || c.Len() < 2 && c.Rate() != 0 {
			t.Fatalf("seed %d: rate %v, want %v", seed, c.Rate(), want)
		}
		if m.Delta.Value() != last-first {
			t.Fatalf("seed %d: delta %d, want %d", seed, m.Delta.Value(), last-first)
		}
	}
}

func TestCounterShowsAResetBetweenReadings(t *testing.T) {
	var c agg.Counter[uint32]
	c.AddAt(10e9, 100)
	c.AddAt(40e9, 160)
	if c.Increase() != 60 || c.Rate() != 2 || c.Resets() != 0 {
		t.Errorf("increase %d, rate %v, %d resets, want 60, 2, 0", c.Increase(), c.Rate(), c.Resets())
	}
	c.AddAt(20e9, 5) // late, and there was a reset
	if c.Increase() != 160 || c.Resets() != 1 {
		t.Errorf("increase %d, %d resets, want 160, 1", c.Increase(), c.Resets())
	}
	c.AddAt(20e9, 3) // of one time the greatest counts
	c.AddAt(watermark.Time(15e9), 120)
	if c.Increase() != 20+5+155 || c.Len() != 4 {
		t.Errorf("increase %d over %d readings, want 180 over 4", c.Increase(), c.Len())
	}
	var next agg.Counter[uint32]
	next.AddAt(60e9, 200)
	if next.Increase() != 0 || next.Rate() != 0 {
		t.Errorf("one reading: increase %d, rate %v", next.Increase(), next.Rate())
	}
	next.Merge(&c) // what lies between the two counts
	if next.Increase() != 220 || next.Rate() != 220/50.0 {
		t.Errorf("merged: increase %d, rate %v, want 220, 4.4", next.Increase(), next.Rate())
	}
}

func TestCounterOfFloats(t *testing.T) {
	var c agg.Counter[float64]
	sum := 0.0
	for i := range 1000 {
		sum += 0.1
		c.AddAt(watermark.Time(i), sum)
	}
	if want := sum - 0.1; math.Abs(c.Increase()-want) > 1e-12 {
		t.Errorf("increase %v, want %v", c.Increase(), want)
	}
	c.AddAt(500, math.NaN())
	if v := c.Increase(); v == v {
		t.Errorf("increase %v with a NaN among the readings, want NaN", v)
	}
}

func TestCounterKeepsItsReadingsInOrder(t *testing.T) {
	var c agg.Counter[int]
	c.Add(time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC), 3)
	c.AddAt(7, 2)
	c.Add(time.Time{}, 1)
	var times []watermark.Time
	var values []int
	for at, v := range c.All() {
		times, values = append(times, at), append(values, v)
	}
	if !slices.Equal(times, []watermark.Time{watermark.Min + 1, 7, watermark.Max - 1}) || !slices.Equal(values, []int{1, 2, 3}) {
		t.Errorf("%v at %v", values, times)
	}
	if c.Increase() != 2 || c.Rate() <= 0 {
		t.Errorf("increase %d, rate %v over all of time", c.Increase(), c.Rate())
	}
}
