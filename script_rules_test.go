package tidemark_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/internal/script"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// rules are the windows that a script can name, by the word that does: one line
// each. A window without such a word tumbles.
var rules = map[string]func(l *script.Line) window.Rule{
	"hop": func(l *script.Line) window.Rule {
		return window.Hop{Size: l.Duration("size"), Every: l.Duration("every"), Offset: l.Duration("offset", 0)}
	},
	"cumulate": func(l *script.Line) window.Rule {
		return window.Cumulate{Size: l.Duration("size"), Step: l.Duration("step"), Offset: l.Duration("offset", 0), OnlyChanged: l.Has("changed")}
	},
	"calendar": func(l *script.Line) window.Rule {
		return window.Calendar{Unit: units[l.String("unit", "")], N: l.Int("n", 0), Location: placeOf(l), WeekStart: time.Weekday(l.Int("week", 0))}
	},
	"stagger": func(l *script.Line) window.Rule { return window.Stagger{Size: l.Duration("size")} },
	"arrival": func(l *script.Line) window.Rule { return window.Stagger{Size: l.Duration("size"), Arrival: true} },
	"session": func(l *script.Line) window.Rule {
		return window.Session{Gap: l.Duration("gap"), MaxSpan: l.Duration("most", 0)}
	},
	"slide":  func(l *script.Line) window.Rule { return window.Slide{Size: l.Duration("size")} },
	"count":  func(l *script.Line) window.Rule { return window.Count{N: l.Int("n"), MaxWait: l.Duration("wait", 0)} },
	"shifts": func(*script.Line) window.Rule { return shifts{} },
	"gaps":   func(*script.Line) window.Rule { return gaps{} },
	"none":   func(*script.Line) window.Rule { return nil },
}

var units = map[string]window.Unit{"day": window.Day, "week": window.Week, "month": window.Month, "quarter": window.Quarter, "year": window.Year}

func placeOf(l *script.Line) *time.Location {
	place, err := time.LoadLocation(l.String("place", "UTC"))
	if err != nil {
		l.Fatalf("%v", err)
	}
	return place
}

// shifts is a window of a user's own: an early shift from 06:00 to 14:30 and a late one from
// 14:00 to 22:00, so that the half hour of handing over counts in both, and the night.
type shifts struct{}

func (shifts) Plan() (window.Plan, error) {
	const hour = watermark.Time(time.Hour)
	return window.Spans(func(dst []window.Span, t watermark.Time) []window.Span {
		day := t.Floor(24*time.Hour, 0)
		for _, s := range []window.Span{
			{Start: day - 2*hour, End: day + 6*hour},
			{Start: day + 6*hour, End: day + 14*hour + hour/2},
			{Start: day + 14*hour, End: day + 22*hour},
			{Start: day + 22*hour, End: day + 30*hour},
		} {
			if s.Contains(t) {
				dst = append(dst, s)
			}
		}
		return dst
	}), nil
}

// gaps is wrong: times in the second half of an hour are in no span.
type gaps struct{}

func (gaps) Plan() (window.Plan, error) {
	return window.Spans(func(dst []window.Span, t watermark.Time) []window.Span {
		hour := t.Floor(time.Hour, 0)
		if s := (window.Span{Start: hour, End: hour + watermark.Time(time.Hour/2)}); s.Contains(t) {
			dst = append(dst, s)
		}
		return dst
	}), nil
}

// settings are the options that a script can give, by their key.
var settings = map[string]func(l *script.Line, key string) window.Option{
	"lateness": func(l *script.Line, key string) window.Option { return window.Lateness(l.Duration(key)) },
	"coalesce": func(l *script.Line, key string) window.Option { return window.Coalesce(l.Duration(key)) },
	"early":    func(l *script.Line, key string) window.Option { return window.EarlyEvery(l.Duration(key)) },
	"deadline": func(l *script.Line, key string) window.Option { return window.Deadline(l.Duration(key)) },
	"fill":     func(l *script.Line, key string) window.Option { return window.Fill(l.Int(key)) },
	"keys": func(l *script.Line, key string) window.Option {
		return window.MaxKeys{N: l.Int(key), Evict: l.Has("evict")}
	},
}

// ruleOf reads a window: "window calls panes late hop size=10s every=5s lateness=2s sorted".
func ruleOf(l *script.Line) (rule window.Rule, options []window.Option) {
	words := l.Words()
	for _, word := range words[min(3, len(words)):] {
		make, ok := rules[word]
		switch {
		case ok:
			if rule = make(l); rule == nil {
				return nil, nil
			}
		case word == "sorted":
			options = append(options, window.Sorted)
		case word != "changed" && word != "evict":
			l.Fatalf("%s is no window and no option", word)
		}
	}
	for _, key := range []string{"lateness", "coalesce", "early", "deadline", "fill", "keys"} {
		if l.String(key, "") != "" {
			options = append(options, settings[key](l, key))
		}
	}
	if rule == nil {
		rule = window.Tumble{Size: l.Duration("size"), Offset: l.Duration("offset", 0)}
	}
	return rule, options
}

// ranking is what Top gives of panes.
type ranking = window.Ranking[int, pane]

// ofPanes builds a stage over panes, or over what Top made of them, and reports
// whether there was one to build.
func (s *scene) ofPanes(l *script.Line) bool {
	panes := func(i int) tidemark.Keyed[int, pane] { return s.streams[l.Word(i)].(tidemark.Keyed[int, pane]) }
	if _, ok := s.streams[l.Word(0)].(tidemark.Keyed[int, pane]); !ok {
		return false
	}
	switch l.Name {
	case "filter": // keeps sums of least or more, and of most or less
		least, most := l.Int("least", math.MinInt), l.Int("most", math.MaxInt)
		s.streams[l.Word(1)] = tidemark.Filter(panes(0), func(p pane) bool { return least <= p.Value.sum && p.Value.sum <= most })
	case "validate":
		least := l.Int("least")
		s.streams[l.Word(1)], s.streams[l.Word(2)] = both(tidemark.Validate(panes(0), func(p pane) error {
			if p.Value.sum < least {
				return fmt.Errorf("sum is %d: must be at least %d", p.Value.sum, least)
			}
			return nil
		}))
	case "merge":
		s.streams[l.Word(2)] = tidemark.Merge(panes(0), panes(1))
	case "inorder":
		s.streams[l.Word(1)], s.streams[l.Word(2)] = both(tidemark.InOrder(panes(0)))
	case "map": // to calls
		s.streams[l.Word(1)] = tidemark.KeyBy(tidemark.Map(panes(0), callOf), call.Org)
	case "split": // a row for each that the pane counted
		s.streams[l.Word(1)] = tidemark.KeyBy(tidemark.FlatMap(panes(0), func(p pane, emit func(call)) {
			for i := range p.Value.sum {
				c := callOf(p)
				c.n = i + 1
				emit(c)
			}
		}), call.Org)
	case "by": // panes by another key
		n := l.Int("modulo")
		s.streams[l.Word(1)] = tidemark.KeyBy(panes(0), func(p pane) int { return p.Key % n })
	case "top": // by sum
		n := l.Int("n")
		s.streams[l.Word(1)], s.streams[l.Word(2)] = both(tidemark.Top(panes(0), n, func(a, b pane) int { return cmp.Compare(b.Value.sum, a.Value.sum) }))
	default:
		return false
	}
	return true
}

// callOf makes a call of a pane: at its start, of its sum.
func callOf(p pane) call { return call{at: p.Start.UTC(), org: p.Key, n: p.Value.sum} }

// ranks are the rows of a ranking: "org=3 sum=5, org=1 sum=2 of 4".
func ranks(r ranking) string {
	var rows []string
	for _, p := range r.Rows {
		rows = append(rows, fmt.Sprintf("org=%d sum=%d", p.Key, p.Value.sum))
	}
	return fmt.Sprintf("key=%d %s: %s of %d", r.Key, script.FormatTime(r.Time), strings.Join(rows, ", "), r.Of)
}

// board is a sink as one would write it: it upserts by ID, never goes back in
// revision, and deletes what is withdrawn.
type board struct {
	rows map[row.ID]posted
	came int
}

type posted struct {
	stamp row.Stamp
	text  string
	came  int
}

func (b *board) put(s row.Stamp, text string) {
	old, ok := b.rows[s.ID]
	if ok && (s.Revision < old.stamp.Revision || s.Revision == old.stamp.Revision && s.Kind == row.Withdrawn) {
		return
	}
	if !ok {
		b.came++
		old.came = b.came
	}
	b.rows[s.ID] = posted{s, text, old.came}
}

// lines are what the board shows, in the order in which its rows first came.
func (b *board) lines() string {
	var all []posted
	for _, p := range b.rows { // order: sorted below
		if p.stamp.Kind != row.Withdrawn {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b posted) int { return a.came - b.came })
	lines := make([]string, len(all))
	for i, p := range all {
		lines[i] = p.text
	}
	return strings.Join(lines, "\n")
}

// board puts the rows of a stream onto a board, which the command of this name shows.
func (s *scene) board(l *script.Line) {
	name := l.Word(0)
	switch x := s.streams[name].(type) {
	case tidemark.Keyed[int, pane]:
		s.boards[name] = onBoard(x, show)
	case tidemark.Keyed[int, joined]:
		s.boards[name] = onBoard(x, joined.String)
	case tidemark.Keyed[int, call]:
		s.boards[name] = onBoard(x, call.String)
	default:
		l.Fatalf("no stream of this name, or of no type that a board shows: %T", x)
	}
}

func onBoard[T any](of tidemark.Of[T], text func(T) string) func() string {
	out, b := tidemark.Collect(of), &board{rows: map[row.ID]posted{}}
	return func() string {
		for m, r := range out.DrainStamped() {
			b.put(m, text(r))
		}
		return b.lines()
	}
}

// asOf reads how a join is to be: wait=live, wait=5s or wait=schedule with at,
// place and tolerance; zero or hold=5s; history=1m; bootstrap.
func asOf(l *script.Line) (how join.AsOf) {
	switch w := l.String("wait", ""); w {
	case "live":
		how.Wait = join.Live
	case "strict":
		how.Wait = join.Strict
	case "schedule":
		s := join.Schedule{Location: placeOf(l), Tolerance: l.Duration("tolerance", 0)}
		for at := range strings.FieldsSeq(strings.ReplaceAll(l.String("at", ""), ",", " ")) {
			d, err := time.ParseDuration(at)
			if err != nil {
				l.Fatalf("%v", err)
			}
			s.At = append(s.At, d)
		}
		how.Wait = s
	case "":
	default:
		d, err := time.ParseDuration(w)
		if err != nil {
			l.Fatalf("%v", err)
		}
		how.Wait = join.Within(d)
	}
	if l.Has("zero") {
		how.Missing = join.Zero
	}
	if l.String("hold", "") != "" {
		how.Missing = join.Hold(l.Duration("hold"))
	}
	how.History, how.Bootstrap = l.Duration("history", 0), l.Has("bootstrap")
	return how
}
