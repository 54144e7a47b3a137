package peers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-go/tidemark/join"
)

// joins finds out what becomes of a left fact without a version.
func (t *temporal) joins() error {
	switch kind := t.c.Params.text("join_type"); kind {
	case "", "inner":
	case "left":
		t.outer = true
	default:
		return unsupported("join_type %q", kind)
	}
	return nil
}

// query finds the keys, the conditions and the columns.
func (t *temporal) query() error {
	c, q := t.c, &t.c.Query
	if len(q.strange) > 0 {
		return unsupported("query.%s", q.strange[0])
	}
	if q.Left == "" || q.Right == "" {
		return fmt.Errorf("query has no left or no right")
	}
	if q.Where.any != nil || q.Having.any != nil || q.Rank != nil || len(q.GroupBy) > 0 {
		return unsupported("a join within a greater query")
	}
	streams := [2]string{q.Left, q.Right}
	on := q.On
	if on == nil {
		for _, k := range q.VersionKey {
			on = append(on, []string{k, k})
		}
	}
	if on == nil {
		on = [][]string{{"key", "key"}}
	}
	for _, names := range on {
		if len(names) != 2 {
			return unsupported("on %q", names)
		}
		for side, name := range names {
			get, err := c.field(streams[side], name)
			if err != nil {
				return err
			}
			t.on[side] = append(t.on[side], get)
		}
	}
	t.version = t.on[right]
	if q.VersionKey != nil {
		t.version = nil
	}
	for _, name := range q.VersionKey {
		get, err := c.field(q.Right, name)
		if err != nil {
			return err
		}
		t.version = append(t.version, get)
	}
	for side, raw := range [2]any{q.WhereLeft.any, q.WhereRight.any} {
		var err error
		t.where[side], err = compile("where", raw, func(f any) (func(*fact) any, error) {
			name, ok := f.(string)
			if !ok {
				return nil, unsupported("where has the field %s", encode(f))
			}
			return c.field(streams[side], name)
		})
		if err != nil {
			return err
		}
	}
	return t.selects(streams)
}

// selects finds the columns.
func (t *temporal) selects(streams [2]string) error {
	if len(t.c.Query.Select) == 0 {
		return unsupported("a query without select")
	}
	for _, it := range t.c.Query.Select {
		if len(it.strange) > 0 {
			return unsupported("select has %s", it.strange[0])
		}
		side, ok := map[string]int{"L": left, "LEFT": left, "R": right, "RIGHT": right}[strings.ToUpper(it.Side)]
		if !ok || it.Col == "" {
			return unsupported("the column %q of side %q", it.name(), it.Side)
		}
		get, err := t.c.field(streams[side], it.Col)
		if err != nil {
			return err
		}
		t.columns = append(t.columns, column{name: it.name(), unordered: it.Unordered})
		t.of = append(t.of, func(p pair) any {
			switch {
			case side == left && p.left != nil:
				return get(p.left)
			case side == right && p.right != nil:
				return get(p.right)
			}
			return nil
		})
	}
	return nil
}

// schedule finds the events, what a fact waits for and how W moves.
func (t *temporal) schedule() error {
	c, p := t.c, &t.c.Params
	shift := c.shift()
	if c.Source.System == "Flink" { // whose W is inclusive
		shift = time.Millisecond
	}
	var err error
	if t.events, err = c.events(shift, c.Query.Left, c.Query.Right); err != nil {
		return err
	}
	if t.outer {
		t.how.Missing = join.Zero
	}
	versions, asOf := p.text("version_order"), c.Query.AsOf.any
	if asOf == "proctime" {
		versions = "arrival"
	} else if err := t.asOf(asOf); err != nil {
		return err
	}
	kafka := strings.HasPrefix(c.Source.System, "Kafka")
	if c.closedOnly() && !kafka {
		return unsupported("the rows of a join that W has passed")
	}
	switch {
	case versions == "arrival":
		// A version holds from its arrival: the time is the number of the input.
		t.how.Wait = join.Live
		t.events = slices.DeleteFunc(t.events, isMark)
		for _, e := range t.events {
			e.fact.at = time.UnixMilli(int64(e.fact.seq)).UTC()
		}
	case versions != "" && versions != "event_time":
		return unsupported("version_order %q", versions)
	case kafka:
		// The left side waits for its own time alone, to be the grace further.
		t.how.Wait = join.Within(0)
		t.sides[left] = schedule{follows: true, delay: p.ms("grace_ms")}
	default:
		t.how.Wait = join.Strict
		t.orders = true
		for side, name := range [2]string{"left_watermark_delay_ms", "right_watermark_delay_ms"} {
			if !p.has(name) && p.has("watermark_delay_ms") {
				name = "watermark_delay_ms"
			}
			marked := slices.ContainsFunc(t.events, func(e event) bool { return e.side == side && e.mark != nil })
			// Ours, not theirs + 1 ms: facts of one time are then all on time,
			// however the inputs are interleaved, and at the end it is the same.
			t.sides[side] = schedule{follows: p.has(name) && !marked, delay: p.ms(name)}
		}
	}
	return nil
}

// asOf checks that a left fact asks for the version as of its own event time.
func (t *temporal) asOf(of any) error {
	name, ok := of.(string)
	if of != nil && !ok {
		return unsupported("asof %s", encode(of))
	}
	if name == "" {
		return nil
	}
	get, err := t.c.field(t.c.Query.Left, name)
	if err != nil {
		return err
	}
	for _, e := range t.events {
		if e.fact != nil && e.side == left && get(e.fact) != e.fact.ms {
			return unsupported("asof %q, which is not the event time", name)
		}
	}
	return nil
}
