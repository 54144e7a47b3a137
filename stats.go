package tidemark

import (
	"fmt"
	"strings"
	"time"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// Stats is the ledger: what became of every fact, by input and by stage, and
// the size of the state.
type Stats struct {
	Inputs []InputStats
	Stages []StageStats
}

// InputStats is one input or partition.
type InputStats struct {
	Name, Partition string
	Watermark       time.Time // of the partition alone; the zero time if it is not set
	Idle            bool      // others do not wait for it
	Closed          bool
	Fed, Refused    uint64 // facts, and those among them that could not be taken
}

// StageStats balances: Fed = Counted + Late + Refused + Duplicate + Unmatched + Invalid + Filtered + Held.
// A fact late for some spans and counted in others is Counted, and told in Partly; a version that came too late for
// facts of its time, which were joined without it, is Counted, and told in Stale, on the line of the versions. Rows out, by kind, are counted apart.
type StageStats struct {
	Stage                                                                                     string
	Fed, Counted, Late, Refused, Duplicate, Unmatched, Invalid, Filtered, Held, Partly, Stale uint64
	Out                                                                                       RowsOut // rows that windows have fired, and those that other stages have sent again
	Keys, Rows, Bytes                                                                         int64   // of the state: keys; panes, versions or facts held; memory
}

// RowsOut counts rows by kind.
type RowsOut struct{ Final, Early, Correction, Withdrawn uint64 }

// add counts a row.
func (r *RowsOut) add(kind row.Kind) {
	switch kind {
	case row.Final:
		r.Final++
	case row.Early:
		r.Early++
	case row.Correction:
		r.Correction++
	case row.Withdrawn:
		r.Withdrawn++
	}
}

// Balance returns what is missing for the ledger to add up: 0, or there is a bug.
func (s StageStats) Balance() int64 {
	return int64(s.Fed) - int64(s.Counted+s.Late+s.Refused+s.Duplicate+s.Unmatched+s.Invalid+s.Filtered+s.Held)
}

// Stats returns the ledger as it is now. It costs time in the size of the state.
func (p *Pipeline) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	var s Stats
	for _, in := range p.inputs {
		b := in.base()
		n := 0
		b.group.Partitions(func(*watermark.Partition) { n++ })
		b.group.Partitions(func(part *watermark.Partition) {
			c := in.counts(part)
			if n > 1 && !part.Counts() && c.fed == 0 { // the unnamed one beside others
				return
			}
			st := InputStats{Name: b.stage.name, Partition: part.Name(), Idle: part.Idle(), Closed: part.Closed(), Fed: c.fed, Refused: c.refused}
			if w := part.W(); w != watermark.Min {
				st.Watermark = w.UTC()
			}
			s.Inputs = append(s.Inputs, st)
		})
	}
	for _, st := range p.stages {
		if st.kind == "input" {
			continue
		}
		l := st.ledger
		l.Stage = st.name
		if st.opened {
			l.Keys, l.Rows, l.Bytes = st.op.held()
		}
		s.Stages = append(s.Stages, l)
		if v, ok := st.op.(interface{ versions() StageStats }); ok {
			l := v.versions()
			l.Stage = st.name + ":versions"
			s.Stages = append(s.Stages, l)
		}
		if v, ok := st.op.(interface{ rights() StageStats }); ok {
			l := v.rights()
			l.Stage = st.name + ":rights"
			s.Stages = append(s.Stages, l)
		}
	}
	return s
}

// String gives a table: a line an input, then a line a stage with what is not 0.
func (s Stats) String() string {
	var b strings.Builder
	for _, in := range s.Inputs {
		name := in.Name
		if in.Partition != "" {
			name += "/" + in.Partition
		}
		w := "not set"
		if !in.Watermark.IsZero() {
			w = in.Watermark.Format(time.RFC3339Nano)
		}
		if in.Closed {
			w = "closed"
		}
		fmt.Fprintf(&b, "input %s: fed %d", name, in.Fed)
		if in.Refused > 0 {
			fmt.Fprintf(&b, ", refused %d", in.Refused)
		}
		fmt.Fprintf(&b, "; W %s", w)
		if in.Idle {
			b.WriteString(", idle")
		}
		b.WriteByte('\n')
	}
	for _, st := range s.Stages {
		fmt.Fprintf(&b, "stage %s: fed %d = counted %d", st.Stage, st.Fed, st.Counted)
		for _, c := range []struct {
			name string
			n    uint64
		}{{"late", st.Late}, {"refused", st.Refused}, {"duplicate", st.Duplicate}, {"unmatched", st.Unmatched}, {"invalid", st.Invalid}, {"filtered", st.Filtered}, {"held", st.Held}} {
			if c.n > 0 {
				fmt.Fprintf(&b, " + %s %d", c.name, c.n)
			}
		}
		for _, c := range []struct {
			name string
			n    uint64
		}{{"partly late", st.Partly}, {"stale", st.Stale}, {"final", st.Out.Final}, {"early", st.Out.Early}, {"corrections", st.Out.Correction}, {"withdrawn", st.Out.Withdrawn},
			{"keys", uint64(st.Keys)}, {"rows held", uint64(st.Rows)}, {"bytes", uint64(st.Bytes)}} {
			if c.n > 0 {
				fmt.Fprintf(&b, "; %s %d", c.name, c.n)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
