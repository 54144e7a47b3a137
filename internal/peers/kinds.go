package peers

import (
	"github.com/tidemark-go/tidemark/window"
)

// kinds has what runs the cases of a kind. It returns nil if the rows are those
// expected.
var kinds = map[string]func(*Case) error{
	"tumble":        windows(tumble),
	"hop":           windows(hop),
	"cumulate":      windows(cumulate),
	"session":       windows(session),
	"over_sliding":  over,
	"topn":          windows(named),
	"dedup":         windows(named),
	"distinct":      windows(named),
	"temporal_join": temporalJoin,
	"interval_join": intervalJoin,

	"sliding": none("two-sided windows, one per distinct content, are Kafka's alone"),
}

func tumble(p *params) (window.Rule, error) {
	return window.Tumble{Size: p.need("size_ms"), Offset: p.ms("offset_ms")}, nil
}

func hop(p *params) (window.Rule, error) {
	size, every, offset := p.need("size_ms"), p.need("slide_ms"), p.ms("offset_ms")
	if every > size {
		return spaced{size, every, offset}, nil
	}
	return window.Hop{Size: size, Every: every, Offset: offset}, nil
}

func cumulate(p *params) (window.Rule, error) {
	return window.Cumulate{Size: p.need("size_ms"), Step: p.need("step_ms"), Offset: p.ms("offset_ms")}, nil
}

func session(p *params) (window.Rule, error) {
	gap := p.need("gap_ms")
	if p.is("session_gap_inclusive") { // their facts have milliseconds
		gap++
	}
	return window.Session{Gap: gap}, nil
}

// named is the window that the setting of this name says: what ranks rows, or
// makes them unique, does so within one.
func named(p *params) (window.Rule, error) {
	rule := map[string]func(*params) (window.Rule, error){"tumble": tumble, "hop": hop, "cumulate": cumulate, "session": session}[p.text("window")]
	if rule == nil {
		return nil, unsupported("window %q", p.text("window"))
	}
	return rule(p)
}

// none is for a kind that cannot be run.
func none(why string) func(*Case) error {
	return func(*Case) error { return unsupported("%s", why) }
}
