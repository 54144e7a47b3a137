package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window/agg"
)

// pageData is what the script of the page reads.
type pageData struct {
	Minutes int64
	Spans   [][2]json.RawMessage
}

// sizesOf decodes the page as its script does: counts by minute and size.
func sizesOf(t *testing.T, page []byte) (long int64, sizes map[int64]map[int64]int64) {
	t.Helper()
	m := regexp.MustCompile(`(?s)<script id="data" type="application/json">(.*?)</script>`).FindSubmatch(page)
	var data pageData
	if m == nil {
		t.Fatal("the page has no data")
	} else if err := json.Unmarshal(m[1], &data); err != nil {
		t.Fatal(err)
	}
	sizes = map[int64]map[int64]int64{}
	for _, s := range data.Spans {
		var minute int64
		var pairs []int64
		if err := json.Unmarshal(s[0], &minute); err != nil {
			t.Fatal(err)
		} else if err := json.Unmarshal(s[1], &pairs); err != nil {
			t.Fatal(err)
		}
		sizes[minute] = map[int64]int64{}
		for i, k := 0, int64(0); i < len(pairs); i += 2 {
			k += pairs[i]
			sizes[minute][k*step] += pairs[i+1]
		}
	}
	return data.Minutes, sizes
}

// bars decodes a spec: counts by time and bar.
func bars(t *testing.T, spec []byte) map[int64]map[int64]int64 {
	t.Helper()
	var s struct {
		Data struct {
			Values []struct {
				Timestamp                time.Time
				Messagesize, Below, Freq int64
			}
		}
	}
	if err := json.Unmarshal(spec, &s); err != nil {
		t.Fatal(err)
	}
	all := map[int64]map[int64]int64{}
	for _, v := range s.Data.Values {
		at := v.Timestamp.Unix() / 60
		if all[at] == nil {
			all[at] = map[int64]int64{}
		}
		if from, below := bin(v.Messagesize); from != v.Messagesize || below != v.Below || all[at][from] != 0 || v.Freq <= 0 {
			t.Fatalf("a bar is %+v", v)
		}
		all[at][v.Messagesize] = v.Freq
	}
	return all
}

func TestPicturesHaveTheSizesOfTheRows(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for _, minutes := range []int{0, 1, 5, mostCoarse, mostCoarse + 1, mostSpans, mostSpans + 1, 5 * mostSpans} {
		var p picture
		want := map[int64]map[int64]int64{}
		minute := int64(r.IntN(60_000_000) - 30_000_000) // before 1970 too
		for range minutes {
			minute += int64(1 + r.IntN(2)*r.IntN(3)) // some have no lines
			var h agg.Histogram
			want[minute] = map[int64]int64{}
			for range 1 + r.IntN(5) {
				size := r.Int64N(1 << (1 + r.IntN(49)))
				h.Add(step, size)
				want[minute][size/step*step]++
			}
			p.add(watermark.Time(minute)*watermark.Time(time.Minute), &h)
		}
		long, got := sizesOf(t, p.page())
		if n := len(got); n > mostSpans || long&(long-1) != 0 || minutes <= mostSpans && long != 1 || minutes > mostSpans && 2*n < mostSpans/4 {
			t.Fatalf("%d minutes are %d spans of %d", minutes, n, long)
		}
		if !maps.EqualFunc(got, widened(want, long, func(s int64) int64 { return s }), maps.Equal[map[int64]int64]) {
			t.Fatalf("%d minutes: the page has other sizes", minutes)
		}
		spec := bars(t, p.spec())
		if len(spec) > mostCoarse || !maps.EqualFunc(spec, widened(want, p.long, func(s int64) int64 { from, _ := bin(s); return from }), maps.Equal[map[int64]int64]) {
			t.Fatalf("%d minutes: the spec has other sizes", minutes)
		}
	}
}

// widened adds up the sizes of so many minutes, and those that are one by to.
func widened(all map[int64]map[int64]int64, long int64, to func(int64) int64) map[int64]map[int64]int64 {
	if long == 0 {
		long = 1
	}
	sum := map[int64]map[int64]int64{}
	for minute, sizes := range all {
		at := minute
		for at%long != 0 {
			at--
		}
		if sum[at] == nil {
			sum[at] = map[int64]int64{}
		}
		for s, n := range sizes {
			sum[at][to(s)] += n
		}
	}
	return sum
}

// TestBinsLieSideBySide, from 0 to the greatest size, and none is wider than a
// sixteenth of where it lies. barOf and startOf in the page's script are the same.
func TestBinsLieSideBySide(t *testing.T) {
	for size, end := int64(0), int64(1e15); size < end; {
		from, below := bin(size)
		if from != size || below <= from || from%step != 0 || below%step != 0 || from >= 3200 && 16*(below-from) > from {
			t.Fatalf("%d lies in %d to %d", size, from, below)
		}
		for _, s := range []int64{from + 1, (from + below) / 2, below - 1} {
			if f, b := bin(s); f != from || b != below {
				t.Fatalf("%d lies in %d to %d, want %d to %d", s, f, b, from, below)
			}
		}
		size = below
	}
}

// TestThePageNeedsNoNetwork: nothing in it names another place to load from.
func TestThePageNeedsNoNetwork(t *testing.T) {
	for _, what := range []string{"http:", "https:", "src=", "href=", "@import", "url(", "import ", "fetch", "XMLHttpRequest", "//cdn"} {
		if bytes.Contains(pageText, []byte(what)) {
			t.Errorf("the page has %q", what)
		}
	}
	if strings.Count(string(pageText), `{"minutes":1,"spans":[]}`) != 1 || bytes.Index(specText, []byte("[]")) != bytes.Index(specText, []byte(`"values": []`))+len(`"values": `) {
		t.Error("there is not one place for the data")
	}
}
