package peers

import (
	"github.com/tidemark-go/tidemark/window"
)

// kinds has what runs the cases of a kind. It returns nil if the rows are those
// expected.
var kinds = map[string]func(*Case) error{
	"tumble": windows(func(p *params) window.Rule {
		return window.Tumble{Size: p.need("size_ms"), Offset: p.ms("offset_ms")}
	}),
	"hop": windows(func(p *params) window.Rule {
		size, every, offset := p.need("size_ms"), p.need("slide_ms"), p.ms("offset_ms")
		if every > size {
			return spaced{size, every, offset}
		}
		return window.Hop{Size: size, Every: every, Offset: offset}
	}),
	"cumulate": windows(func(p *params) window.Rule {
		return window.Cumulate{Size: p.need("size_ms"), Step: p.need("step_ms"), Offset: p.ms("offset_ms")}
	}),
	"temporal_join": temporalJoin,

	"session":       none("no such window yet"),
	"over_sliding":  none("no such window yet"),
	"topn":          none("no such stage yet"),
	"dedup":         none("no such stage yet"),
	"distinct":      none("no such stage yet"),
	"interval_join": none("no such stage yet"),
	"sliding":       none("two-sided windows, one per distinct content, are Kafka's alone"),
}

// none is for a kind that cannot be run.
func none(why string) func(*Case) error {
	return func(*Case) error { return unsupported("%s", why) }
}
