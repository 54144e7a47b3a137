package tidemarktest

import (
	"fmt"
	"reflect"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// Build builds a pipeline on p, which is empty, and returns how it is fed and what
// it collects. It may set the fields of p, and feed other inputs, such as versions,
// before it returns; a T that stands for facts of several inputs can be told apart in
// feed. It must keep nothing from one call to the next.
type Build[T any] func(p *tidemark.Pipeline) (feed func(facts ...T) error, rows []Rows)

// Rows is an output of a pipeline, whatever the type of its rows. Of makes it; the
// zero value is one without rows.
type Rows struct{ drain func(to []stamped) []stamped }

// Of is the output o, for Build to return.
func Of[R any](o *tidemark.Output[R]) Rows {
	return Rows{func(to []stamped) []stamped {
		for s, r := range o.DrainStamped() {
			to = append(to, stamped{s, reflect.ValueOf(&r).Elem()})
		}
		return to
	}}
}

// stamped is a row as it came; nobody else has its memory.
type stamped struct {
	row.Stamp
	row reflect.Value
}

// String gives the row, and what it has beside it.
func (s stamped) String() string {
	text := fmt.Sprintf("%v %v", s.Kind, s.Time)
	if s.Revision > 0 {
		text += fmt.Sprintf(" revision %d", s.Revision)
	}
	if s.Forced {
		text += " forced"
	}
	return text + fmt.Sprintf(" %+v", s.plain())
}

// plain is the row without what depends on the order of facts by its nature: the
// stamp that panes have, and W as a missed fact found it.
func (s stamped) plain() reflect.Value {
	v := reflect.New(s.row.Type()).Elem()
	v.Set(s.row)
	if v.Kind() != reflect.Struct {
		return v
	}
	for i := range v.NumField() {
		f := v.Field(i)
		name := v.Type().Field(i).Name
		if f.CanSet() && (f.Type() == reflect.TypeFor[row.Stamp]() || f.Type() == reflect.TypeFor[watermark.Time]() && name == "Watermark") {
			f.SetZero()
		}
	}
	return v
}

// standing returns of each row the last revision, without those that are
// withdrawn, as a sink has them that upserts by ID. A row without an ID is one by
// itself.
func standing(rows []stamped) (kept []stamped) {
	latest := map[row.ID]uint32{}
	for _, r := range rows {
		latest[r.ID] = max(latest[r.ID], r.Revision)
	}
	for _, r := range rows {
		if r.ID == (row.ID{}) || r.Revision == latest[r.ID] && r.Kind != row.Withdrawn {
			kept = append(kept, r)
		}
	}
	return kept
}

// list compares rows one after the other, with their stamps, to the last bit.
func list(want, got []stamped) string {
	for i := range min(len(want), len(got)) {
		if want[i].Stamp != got[i].Stamp || !equal(want[i].row, got[i].row, 0) {
			return fmt.Sprintf("row %d is %v, and was %v", i, got[i], want[i])
		}
	}
	switch n, m := len(want), len(got); {
	case m < n:
		return fmt.Sprintf("row %d is missing: %v", m, want[m])
	case m > n:
		return fmt.Sprintf("row %d is one more: %v", n, got[n])
	}
	return ""
}

// set compares rows in any order; floats within a billionth. The revision is a
// matter of order, and so is whether a row came before the watermark.
func set(want, got []stamped) string {
	type at struct {
		id   row.ID
		time watermark.Time
	}
	left := map[at][]int{}
	for k, g := range got {
		left[at{g.ID, g.Time}] = append(left[at{g.ID, g.Time}], k)
	}
	found := make([]bool, len(got))
next:
	for i, w := range want {
		for _, k := range left[at{w.ID, w.Time}] {
			if !found[k] && equal(w.plain(), got[k].plain(), billionth) {
				found[k] = true
				continue next
			}
		}
		return fmt.Sprintf("row %d is missing: %v%s", i, w, instead(w, got))
	}
	for k, g := range got {
		if !found[k] {
			return fmt.Sprintf("row %d is one more: %v", k, g)
		}
	}
	return ""
}

// instead tells of the row that has the ID of w.
func instead(w stamped, got []stamped) string {
	for _, g := range got {
		if g.ID == w.ID && w.ID != (row.ID{}) {
			return fmt.Sprintf("; there is %v", g)
		}
	}
	return ""
}
