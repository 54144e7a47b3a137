package peers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Verdict says what became of a case.
type Verdict uint8

// The verdicts.
const (
	Passed Verdict = iota
	Failed
	Unsupported
)

// Outcome is what became of a case.
type Outcome struct {
	ID      string // of the case; the name of the file if it cannot be read
	Kind    string
	Verdict Verdict
	Why     string // what differs, or what is not there
}

// missing is something that a case needs and that is not there.
type missing struct{ what string }

func (m *missing) Error() string { return m.what }

func unsupported(format string, args ...any) error { return &missing{fmt.Sprintf(format, args...)} }

// CheckFile runs the case in a file.
func CheckFile(path string) Outcome {
	broken := func(err error) Outcome {
		return Outcome{ID: filepath.Base(path), Verdict: Failed, Why: fmt.Sprintf("%s: %v", path, err)}
	}
	if filepath.Ext(path) != ".json" {
		return broken(errors.New("is no case: the name must end in .json"))
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return broken(err)
	}
	c, err := Read(b)
	if err != nil {
		return broken(err)
	}
	return Check(c)
}

// Check runs a case. It does not panic, whatever the case is.
func Check(c *Case) (o Outcome) {
	o = Outcome{ID: c.ID, Kind: c.Kind}
	defer func() {
		if r := recover(); r != nil {
			o.Verdict, o.Why = Failed, fmt.Sprintf("panic: %v", r)
		}
	}()
	run := kinds[c.Kind]
	if run == nil {
		run = none("no such kind")
	}
	if !slices.Contains(modes, c.Mode) {
		run = none(fmt.Sprintf("expected_mode %q", c.Mode))
	}
	err := run(c)
	if err == nil {
		return o
	}
	o.Verdict, o.Why = Failed, err.Error()
	if _, ok := errors.AsType[*missing](err); ok {
		o.Verdict = Unsupported
	}
	if strange := c.Params.strange(); len(strange) > 0 && o.Verdict == Failed {
		if _, ok := errors.AsType[*differ](err); ok { // by what is not known here, as like as not
			o.Verdict, o.Why = Unsupported, fmt.Sprintf("params.%s is not known, and the rows differ", strange[0])
		}
	}
	return o
}

// Tally counts outcomes. Its zero value is ready.
type Tally struct {
	passed  int
	failed  []string
	without []reason
}

type reason struct {
	kind, why string
	n         int
}

// Add counts o.
func (t *Tally) Add(o Outcome) {
	switch o.Verdict {
	case Passed:
		t.passed++
	case Failed:
		t.failed = append(t.failed, o.ID)
	case Unsupported:
		i := slices.IndexFunc(t.without, func(r reason) bool { return r.kind == o.Kind && r.why == o.Why })
		if i < 0 {
			i = len(t.without)
			t.without = append(t.without, reason{kind: o.Kind, why: o.Why})
		}
		t.without[i].n++
	}
}

// String gives the closing line: N passed, N failed, N unsupported.
func (t *Tally) String() string {
	n := 0
	for _, r := range t.without {
		n += r.n
	}
	return fmt.Sprintf("%d passed, %d failed, %d unsupported", t.passed, len(t.failed), n)
}

// Named is String with the failed by their ID, and the unsupported by kind and
// reason.
func (t *Tally) Named() string {
	s := t.String()
	if len(t.failed) > 0 {
		s += "; failed: " + strings.Join(slices.Sorted(slices.Values(t.failed)), ", ")
	}
	rs := slices.Clone(t.without)
	slices.SortFunc(rs, func(a, b reason) int { return strings.Compare(a.kind+": "+a.why, b.kind+": "+b.why) })
	for i, r := range rs {
		s += [2]string{"; unsupported: ", ", "}[min(i, 1)] + fmt.Sprintf("%s: %s (%d)", r.kind, r.why, r.n)
	}
	return s
}
