package join

import (
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/watermark"
)

// Cache says how the answers of a lookup are kept: that there is none as well as
// what there is. An error is no answer.
type Cache struct {
	Size    int           // keys whose answers are kept; beyond them the one used least recently goes; 0: 10,000
	TTL     time.Duration // how long an answer holds: one of 10:00:00 with a TTL of 1 minute is asked for anew from 10:01:00 on; 0: as long as it is kept
	Missing Missing       // what becomes of a fact whose key has no answer; nil: it is missed, as Unmatched
}

// defaultSize is the number of keys that Size 0 stands for.
const defaultSize = 10_000

// Check returns all that is wrong with the settings, a mistake a line.
func (c Cache) Check() error {
	var size, ttl, missing error
	if c.Size < 0 {
		size = fmt.Errorf("join: Cache: Size is %d: must not be negative", c.Size)
	}
	if c.TTL < 0 {
		ttl = fmt.Errorf("join: Cache: TTL is %v: must not be negative", c.TTL)
	}
	if c.Missing != nil && c.Missing != Zero {
		missing = fmt.Errorf("join: Cache: Missing is %v: must be Zero or nil, as there is no version to wait for", c.Missing)
	}
	return errors.Join(size, ttl, missing)
}

// String gives the settings with their defaults.
func (c Cache) String() string {
	s := fmt.Sprintf("%d keys", c.size())
	if c.TTL > 0 {
		s += fmt.Sprintf(", TTL %v", c.TTL)
	}
	if c.Missing != nil {
		s += fmt.Sprintf(", missing %v", c.Missing)
	}
	return s
}

func (c Cache) size() int {
	if c.Size == 0 {
		return defaultSize
	}
	return c.Size
}

// Answers is the cache of a lookup, by key: bounded, the least recently used goes
// first. It works without a pipeline, and never asks for the time. Make it with
// NewAnswers. Not safe for concurrent use. A call costs one probe.
type Answers[K comparable, D any] struct {
	how   Cache
	plan  *keys.Plan[K]
	byKey table.Table[K, answer[D]]
	newer uint32 // the position of the one used last, plus 1; 0: none
	older uint32 // of the one used least recently
}

// answer is what is known of a key, in a list by use.
type answer[D any] struct {
	newer, older uint32 // as in Answers
	since        watermark.Time
	found        bool
	value        D
}

// NewAnswers returns an empty cache. The error tells of a K that cannot be a key,
// or of what is wrong with the settings.
func NewAnswers[K comparable, D any](how Cache) (*Answers[K, D], error) {
	plan, err := keys.Compile[K]()
	if err != nil {
		return nil, fmt.Errorf("join: %w", err)
	}
	if err := how.Check(); err != nil {
		return nil, err
	}
	return &Answers[K, D]{how: how, plan: plan}, nil
}

// Look returns the answer for key that holds at now: what was found, or that
// nothing was. It is known if there is one. That is a use of it.
func (a *Answers[K, D]) Look(key K, now watermark.Time) (d D, found, known bool) {
	n := a.byKey.Find(key, a.plan.Hash1(key))
	if n < 0 {
		return d, false, false
	}
	e := &a.byKey.Entries[n].Value
	if a.how.TTL > 0 && now.Sub(e.since) >= a.how.TTL {
		return d, false, false
	}
	if a.newer != uint32(n+1) {
		a.unlink(e)
		a.link(n)
	}
	return e.value, e.found, true
}

// Keep keeps an answer of now, in the place of an older one.
func (a *Answers[K, D]) Keep(key K, now watermark.Time, d D, found bool) {
	hash := a.plan.Hash1(key)
	n := a.byKey.Find(key, hash)
	if n >= 0 {
		a.unlink(&a.byKey.Entries[n].Value)
	} else {
		if a.byKey.Len() >= a.how.size() {
			out := int(a.older - 1)
			e := &a.byKey.Entries[out]
			a.unlink(&e.Value)
			a.byKey.Remove(out, a.plan.Hash1(e.Key), a.plan.Hash1)
		}
		n = a.byKey.Slot(key, hash, a.plan.Hash1)
	}
	e := &a.byKey.Entries[n].Value
	e.since, e.found, e.value = now, found, d
	a.link(n)
}

// unlink takes an answer out of the list.
func (a *Answers[K, D]) unlink(e *answer[D]) {
	if e.newer > 0 {
		a.byKey.Entries[e.newer-1].Value.older = e.older
	} else {
		a.newer = e.older
	}
	if e.older > 0 {
		a.byKey.Entries[e.older-1].Value.newer = e.newer
	} else {
		a.older = e.newer
	}
}

// link makes the answer at a position the one used last.
func (a *Answers[K, D]) link(n int) {
	e := &a.byKey.Entries[n].Value
	e.newer, e.older = 0, a.newer
	if a.newer > 0 {
		a.byKey.Entries[a.newer-1].Value.newer = uint32(n + 1)
	} else {
		a.older = uint32(n + 1)
	}
	a.newer = uint32(n + 1)
}

// Held tells the size of the cache: keys, and bytes without what the answers
// point to.
func (a *Answers[K, D]) Held() (keys, bytes int64) { return int64(a.byKey.Len()), a.byKey.Bytes() }
