package window

// Told is what a store has to tell: rows, in their order, and facts that it did
// not count in all their spans. Whoever has read it calls Reset, which keeps the
// memory.
type Told[K comparable, A any] struct {
	Panes    []Pane[K, A]
	Given    []Given          // by AddAll alone: which fact brought about which panes
	Settled  []int            // by Settle alone: for each call of Pass that put its panes off, up to where they are in Panes
	Replaced []Replaced[K, A] // by At, which rises
	Missed   []MissedFact     // by Fact, which rises

	// Brief is set beforehand, for fates of which nobody reads the Spans: they are left
	// out, as a hop may have thousands of them for each fact. Reset leaves it as it is.
	Brief [Refused + 1]bool // by Fate
}

// Given says that Fact brought about the panes up to Upto, from that of the one
// before on.
type Given struct{ Fact, Upto int }

// Replaced is a pane that was sent before, in whose place Panes[At] comes.
type Replaced[K comparable, A any] struct {
	At   int
	Pane Pane[K, A]
}

// MissedFact is a fact of AddAll, by its position, that some spans missed.
type MissedFact struct {
	Fact   int
	Fate   Fate
	Spans  []Span // that were closed, by End; nil where Told.Brief says so
	Detail string // the rule, where it was refused
}

// Fate is what became of a fact that was not counted in all its spans.
type Fate uint8

// The fates.
const (
	Late    Fate = iota + 1 // all its spans were closed: it is counted nowhere
	Partly                  // some were: it counts in the others
	Refused                 // it is counted nowhere: more keys than MaxKeys, or a rule that gives no span for it
)

// Reset empties it.
func (o *Told[K, A]) Reset(wipe bool) {
	if wipe {
		clear(o.Panes)
	}
	clear(o.Replaced)
	clear(o.Missed)
	o.Panes, o.Given, o.Settled, o.Replaced, o.Missed = o.Panes[:0], o.Given[:0], o.Settled[:0], o.Replaced[:0], o.Missed[:0]
}

// miss tells of a fact. The spans are copied, if they are read.
func (o *Told[K, A]) miss(fact int, fate Fate, spans []Span, detail string) {
	if o.Brief[fate] {
		spans = nil
	}
	o.Missed = append(o.Missed, MissedFact{fact, fate, append([]Span(nil), spans...), detail})
}

// give says that fact i brought about the panes since the last word.
func (o *Told[K, A]) give(i int) {
	n := 0
	if len(o.Given) > 0 {
		n = o.Given[len(o.Given)-1].Upto
	}
	if len(o.Panes) > n {
		o.Given = append(o.Given, Given{i, len(o.Panes)})
	}
}
