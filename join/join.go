// Package join keeps the versions of a dimension, as of a time; the facts of two
// sides that meet within an interval; duplicates; and answers of a lookup.
//
// A dimension is what facts refer to by a key and what changes now and then:
// the name of an organisation, a price, the settings of a device. Each change is
// a version, valid from its time until the next of its key:
//
//	versions of 102     |--- Prem Hub -----|--- Premium Hub ---|- deleted
//	facts of 102     x        x     x          x                    x
//	joined with      -     Prem  Prem       Premium                 -
//
// AsOf says how a pipeline joins facts with the version as of their own event
// time; Versions is the table by itself, for those who have no use for one. So
// are Interval and Pairs, Dedup and Seen, Cache and Answers.
package join

import (
	"errors"
	"fmt"
	"time"
)

// AsOf says how facts meet the versions of a dimension.
//
// A version is pruned as soon as a newer one of its key is at or before the least
// of both Ws, less History and the greatest lateness of the windows that the facts
// come from, and of the facts that wait. The newest never is.
//
// A version that comes when facts of its time are no longer expected, and would
// have been joined, is late: rows that it would have changed have gone. It counts
// for facts to come, and in the ledger of the versions as Stale, unless History
// keeps those rows.
type AsOf struct {
	Wait    Wait    // what a fact waits for; nil: Within(0)
	Missing Missing // what becomes of a fact without a version; nil: it is missed, as Unmatched

	// History is how long rows are kept in event time, for late versions to
	// correct; not negative; 0: such versions are counted as stale. Left facts are
	// kept until the W that is passed on has reached their time plus History and the
	// lateness of the windows before. A version that changes what they gave sends
	// their rows again, by event time, as Corrections, or Withdrawn by a tombstone.
	//
	// A fact that was missed as Unmatched, and then finds such a version, gives its
	// first row, Final and of revision 0; it stays counted as unmatched, and what was
	// told is not taken back. In turn a row that is withdrawn so stays counted, and is
	// not told as missed. Rows have IDs then, whatever the facts have, and the join
	// numbers their revisions itself. A row that takes the place of one which is
	// forgotten is missed, as late.
	//
	// It costs the memory of the facts kept, some 100 bytes each beside the fact and
	// its key, which Stats tells; per fact and per version steps in the logarithm
	// of what is kept of the key; and a row made twice for each that a version changes.
	History time.Duration

	// Bootstrap makes facts wait until the dimension's input has been told Advance
	// or Close once; false: they do not.
	Bootstrap bool

	// MaxKeys is how many keys have their versions kept, for good; the version of one
	// more is refused, and from then on each fact of a key without versions; 0: no bound.
	MaxKeys int
}

// Wait is one of Live, Within, Strict and Schedule.
type Wait interface{ wait() error }

// Waiting is a Wait without a parameter.
type Waiting uint8

// Live joins with what is known now: the result depends on the order of the
// calls. Strict waits until the dimension's W has passed the fact: it never does.
const (
	Live Waiting = iota
	Strict
)

// Within waits until the facts' own W has reached the fact's time plus this,
// whatever the dimension's W: one that changes twice a day holds nobody up.
type Within time.Duration

func (w Waiting) wait() error {
	if w > Strict {
		return fmt.Errorf("join: Wait is %v: must be Live, Strict, Within or Schedule", w)
	}
	return nil
}

func (w Within) wait() error {
	if w < 0 {
		return fmt.Errorf("join: Within is %v: must not be negative", time.Duration(w))
	}
	return nil
}

// String gives the name.
func (w Waiting) String() string {
	switch w {
	case Live:
		return "Live"
	case Strict:
		return "Strict"
	}
	return fmt.Sprintf("Waiting(%d)", uint8(w))
}

// String gives it as it is written in Go.
func (w Within) String() string { return fmt.Sprintf("Within(%v)", time.Duration(w)) }

// Missing is Zero or Hold.
type Missing interface{ missing() error }

// Absent is a Missing without a parameter.
type Absent uint8

// Zero joins with the zero version: a left join.
const Zero Absent = 0

// Hold waits for a first version of the key that is not after the fact, until
// the facts' own W has reached the fact's time plus this; then it is missed. A
// tombstone is a version: a fact that it leaves without one does not wait. A fact
// that waits costs its memory, some 150 bytes beside the fact and its key, and
// steps in the logarithm of all that wait; a version costs by what it lets go. W
// stays at the first fact that waits, and so does what may be pruned.
type Hold time.Duration

func (h Hold) missing() error {
	if h < 0 {
		return fmt.Errorf("join: Hold is %v: must not be negative", time.Duration(h))
	}
	return nil
}

// String gives it as it is written in Go.
func (h Hold) String() string { return fmt.Sprintf("Hold(%v)", time.Duration(h)) }

func (a Absent) missing() error {
	if a != Zero {
		return fmt.Errorf("join: Missing is %d: must be Zero, a Hold or nil", a)
	}
	return nil
}

// String gives the name.
func (a Absent) String() string { return "Zero" }

// Check returns all that is wrong with the settings, a mistake a line.
func (a AsOf) Check() error {
	var wait, missing, history, most error
	switch w := a.Wait.(type) {
	case nil:
	case Waiting, Within, Schedule:
		wait = w.wait()
	default: // a pointer to one, or a struct that embeds one, has their methods
		wait = fmt.Errorf("join: Wait is a %T: must be Live, Strict, Within or Schedule itself", w)
	}
	switch m := a.Missing.(type) {
	case nil:
	case Absent, Hold:
		missing = m.missing()
	default:
		missing = fmt.Errorf("join: Missing is a %T: must be Zero or a Hold itself", m)
	}
	if a.History < 0 {
		history = fmt.Errorf("join: History is %v: must not be negative", a.History)
	}
	if a.MaxKeys < 0 {
		most = fmt.Errorf("join: MaxKeys is %d: must not be negative", a.MaxKeys)
	}
	return errors.Join(wait, missing, history, most)
}

// Tombstone is what a version may implement: one that is deleted ends the
// validity of those before it.
type Tombstone interface{ Deleted() bool }
