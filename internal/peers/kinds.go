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
	"temporal_join": temporalJoin,

	"hop":           none("no such window yet"),
	"session":       none("no such window yet"),
	"cumulate":      none("no such window yet"),
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
