package bench

import (
	"slices"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// version is a version of a dimension: a factor by which values count.
type version[K comparable] struct {
	Key    K
	Factor int64
	MS     int64
}

func (v version[K]) nanos() int64 { return v.MS * int64(time.Millisecond) }

func (v version[K]) key() K { return v.Key }

// versions makes so many versions of every key among facts, evenly over their time.
func versions[K comparable](facts []fact[K], each int) []version[K] {
	seen := map[K]bool{}
	var keys []K
	for _, f := range facts {
		if !seen[f.Key] {
			seen[f.Key] = true
			keys = append(keys, f.Key)
		}
	}
	from := facts[0].MS - jitter
	step := int64(len(facts)) * 1000 / rate / int64(each) // so that those of the next pass come after them
	var all []version[K]
	for i := range each {
		for n, k := range keys {
			all = append(all, version[K]{k, int64(i + 1), from + int64(i)*step + int64(n)%step})
		}
	}
	slices.SortStableFunc(all, func(a, b version[K]) int { return int(a.MS - b.MS) })
	return all
}

func weigh[K comparable](f fact[K], v version[K]) fact[K] {
	f.Value *= v.Factor
	return f
}

// joinPipe is W3 in tidemark: each fact with the version as of its time, then W1.
type joinPipe[K comparable] struct {
	pipe[K, plain[K]]
	dim *tidemark.Input[version[K]]
}

func newJoinPipe[K comparable](wait join.Wait) *joinPipe[K] {
	var p tidemark.Pipeline
	x := &joinPipe[K]{}
	in, facts := tidemark.FromNanos(&p, "facts", fact[K].nanos, watermark.Bounded{Delay: delay * time.Millisecond})
	dim, all := tidemark.FromNanos(&p, "versions", version[K].nanos, watermark.Bounded{})
	weighed, _ := tidemark.JoinAsOf(tidemark.KeyBy(facts, fact[K].key), tidemark.KeyBy(all, version[K].key), join.AsOf{Wait: wait}, weigh[K])
	panes, _ := tidemark.Window[plain[K], fact[K], K](weighed, window.Tumble{Size: span * time.Millisecond})
	x.in, x.dim, x.out = in, dim, tidemark.Collect(panes)
	return x
}

// joinHand is W3 by hand: a map of versions by key, newest last, before W1.
type joinHand[K comparable] struct {
	hand[K]
	dims map[K][]version[K]
}

func newJoinHand[K comparable]() *joinHand[K] {
	return &joinHand[K]{*newHand[K](), map[K][]version[K]{}}
}

func (h *joinHand[K]) put(all []version[K]) {
	for k, vs := range h.dims { // of the pass before the last two are enough
		h.dims[k] = append(vs[:0], vs[max(0, len(vs)-2):]...)
	}
	for _, v := range all {
		h.dims[v.Key] = append(h.dims[v.Key], v)
	}
}

func (h *joinHand[K]) feed(facts []fact[K], n int) {
	for c := range slices.Chunk(facts, n) {
		for _, f := range c {
			vs := h.dims[f.Key]
			for i := len(vs) - 1; i >= 0; i-- {
				if vs[i].MS <= f.MS {
					h.add(weigh(f, vs[i]))
					break
				}
			}
		}
		for i := range h.out {
			h.rows++
			h.sum += h.out[i].Sum
		}
		h.out = h.out[:0]
	}
}
