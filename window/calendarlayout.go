package window

import "github.com/tidemark-go/tidemark/watermark"

// days is the layout of calendar spans, each of which is a slice.
type days struct{ cursor *calendarCursor }

func (d days) slice(t watermark.Time) Span          { return d.cursor.find(t) }
func (d days) spans(dst []Span, s Span) []Span      { return append(dst, s) }
func (d days) first(s Span) watermark.Time          { return s.End }
func (d days) last(s Span) watermark.Time           { return s.End }
func (d days) next(w watermark.Time) watermark.Time { return d.cursor.find(w).End }
func (d days) ending(end watermark.Time) Span       { return d.cursor.find(end.Add(-1)) }

var _ Rule = Calendar{}

// Plan implements Rule.
func (c Calendar) Plan() (Plan, error) {
	if err := c.check(); err != nil {
		return Plan{}, err
	}
	return Plan{kind: onCalendar, name: "Calendar", calendar: c}, nil
}
