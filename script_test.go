package tidemark_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/internal/script"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// TestScripts runs the scripts in testdata, which are the rules of time as text.
func TestScripts(t *testing.T) {
	script.Dir(t, "testdata", func(t *testing.T, path string) {
		s := &scene{streams: map[string]any{}, inputs: map[string]*tidemark.Input[call]{}, boards: map[string]func() string{}}
		script.Run(t, path, s.run)
	})
}

var bytesHeld = regexp.MustCompile("; bytes [0-9]+")

// call is the fact of the scripts.
type call struct {
	at   time.Time
	org  int
	n    int
	name string
	gone bool
	mark time.Time
}

func (c call) Time() time.Time         { return c.at }
func (c call) Org() int                { return c.org }
func (c call) Deleted() bool           { return c.gone }
func (c call) Mark() (time.Time, bool) { return c.mark, !c.mark.IsZero() }

func (c call) Check() error {
	if c.n < 0 {
		return fmt.Errorf("n is %d: must not be negative", c.n)
	}
	return nil
}

func (c call) String() string {
	s := fmt.Sprintf("org=%d", c.org)
	if c.n != 0 {
		s += fmt.Sprintf(" n=%d", c.n)
	}
	if c.name != "" {
		s += " name=" + c.name
	}
	return s
}

// clock is the time as scripts write it.
func (c call) clock() string {
	t, _ := watermark.Of(c.at)
	return script.FormatTime(t)
}

// load is the accumulator of the scripts.
type load struct{ sum int }

func (l *load) Add(c call)    { l.sum += c.n }
func (l *load) Merge(o *load) { l.sum += o.sum }

type pane = window.Pane[int, load]

// tally is an accumulator over panes: windows stack.
type tally struct{ panes, sum int }

func (l *tally) Add(p pane)     { l.panes++; l.sum += p.Value.sum }
func (l *tally) Merge(o *tally) { l.panes += o.panes; l.sum += o.sum }

type tallied = window.Pane[int, tally]

// count counts missed facts.
type count struct{ n int }

func (c *count) Add(tidemark.Missed[call]) { c.n++ }
func (c *count) Merge(o *count)            { c.n += o.n }

// joined is what joins give: the left side as text, and the name as of then.
type joined struct{ left, name string }

func (j joined) String() string { return fmt.Sprintf("%s is %q", j.left, j.name) }

// met is what interval joins give: the two that met.
type met struct{ left, right call }

func (m met) String() string {
	return fmt.Sprintf("%s at %s meets %s at %s", m.left, m.left.clock(), m.right, m.right.clock())
}

// scene is a pipeline that a script builds and drives.
type scene struct {
	p       tidemark.Pipeline
	now     time.Time
	streams map[string]any
	inputs  map[string]*tidemark.Input[call]
	drains  []func() []string
	sinks   []*brittle
	boards  map[string]func() string
}

func (s *scene) run(b *script.Block) string {
	switch b.Name {
	case "clock":
		s.now = b.Time("now").UTC()
		s.p.Clock = func() time.Time { return s.now }
		return ""
	case "limit":
		s.p.Limit = b.Int("rows")
		return ""
	case "build":
		for _, l := range b.Lines() {
			s.build(l)
		}
		return s.report(s.p.Check())
	case "feed":
		return s.feed(b)
	case "advance":
		return s.report(s.inputs[b.Word(0)].Advance(b.Time("to").UTC()))
	case "idle":
		return s.report(s.inputs[b.Word(0)].Idle())
	case "end":
		return s.report(s.inputs[b.Word(0)].Close())
	case "partition":
		in, name := b.Word(0), b.Word(1)
		s.inputs[in+"/"+name] = s.inputs[in].Partition(name)
		return ""
	case "wait":
		s.now = s.now.Add(b.Duration("for"))
		return s.report(s.p.Flush(context.Background()))
	case "flush":
		return s.report(s.p.Flush(context.Background()))
	case "close":
		return s.report(s.p.Close(context.Background()))
	case "next":
		t, ok := s.p.Next()
		if !ok {
			return "nothing is due"
		}
		w, _ := watermark.Of(t)
		return script.FormatTime(w)
	case "break":
		s.sinks[0].broken = errors.New(b.Word(0))
		return ""
	case "mend":
		s.sinks[0].broken = nil
		return ""
	case "lateness":
		d := s.inputs[b.Word(0)].Lateness()
		keep, delay := b.Float("keep"), b.Duration("delay")
		return fmt.Sprintf("%v\n%v are within %v, a delay of %v loses %v", d, keep, d.Suggest(keep), delay, d.Lost(delay))
	case "stats":
		return bytesHeld.ReplaceAllString(s.p.Stats().String(), "") // they depend on the machine
	case "explain":
		return s.p.Explain().String()
	case "mermaid":
		return s.p.Explain().Mermaid()
	case "why":
		panes, ok := s.streams[b.Word(0)].(tidemark.Keyed[int, pane])
		if !ok {
			b.Fatalf("no panes of this name")
		}
		return tidemark.WhyNot(panes, b.Int("org"), b.Time("at").UTC()).String()
	case "board":
		return s.boards[b.Word(0)]()
	}
	b.Fatalf("unknown command")
	return ""
}

// report tells an error, then what can be drained.
func (s *scene) report(err error) string {
	var out []string
	if err != nil {
		out = append(out, strings.Split(err.Error(), "\n")...)
	}
	for _, d := range s.drains {
		out = append(out, d()...)
	}
	return strings.Join(out, "\n")
}

func (s *scene) feed(b *script.Block) string {
	var facts []call
	for _, l := range b.Lines() {
		c := call{org: l.Int("org", 0), n: l.Int("n", 0), name: l.String("name", ""), gone: l.Has("gone")}
		if l.Name != "never" {
			t, err := script.ParseTime(l.Name)
			if err != nil {
				l.Fatalf("%v", err)
			}
			c.at = t.UTC()
		}
		if m := l.String("w", ""); m != "" {
			t, err := script.ParseTime(m)
			if err != nil {
				l.Fatalf("%v", err)
			}
			c.mark = t.UTC()
		}
		facts = append(facts, c)
	}
	in := s.inputs[b.Word(0)]
	if in == nil {
		b.Fatalf("no input of this name")
	}
	if b.Has("each") { // one call a fact
		var out []string
		for _, c := range facts {
			if r := s.report(in.Feed(c)); r != "" {
				out = append(out, r)
			}
		}
		return strings.Join(out, "\n")
	}
	return s.report(in.Feed(facts...))
}

// build adds a stage: "window calls panes late size=5s".
func (s *scene) build(l *script.Line) {
	calls := func(i int) tidemark.Keyed[int, call] {
		if l.Word(i) == "none" {
			return tidemark.Keyed[int, call]{}
		}
		k, ok := s.streams[l.Word(i)].(tidemark.Keyed[int, call])
		if !ok {
			l.Fatalf("%s is no stream of calls", l.Word(i))
		}
		return k
	}
	if l.Name != "input" && s.ofPanes(l) {
		return
	}
	switch l.Name {
	case "input":
		ahead, idle := l.Duration("ahead", 0), l.Duration("idle", 0)
		var in *tidemark.Input[call]
		var out tidemark.Stream[call]
		switch {
		case l.Has("percentile"):
			in, out = tidemark.From(&s.p, l.Word(0), call.Time, watermark.Percentile{
				Keep: l.Float("keep", 0), Least: l.Duration("least", 0), Most: l.Duration("most", 0), MaxAhead: ahead, IdleAfter: idle,
			})
		case l.Has("punctuated"):
			in, out = tidemark.From(&s.p, l.Word(0), call.Time, watermark.Punctuated[call]{Mark: call.Mark, MaxAhead: ahead, IdleAfter: idle})
		default:
			in, out = tidemark.From(&s.p, l.Word(0), call.Time, watermark.Bounded{Delay: l.Duration("delay", 0), MaxAhead: ahead, IdleAfter: idle})
		}
		s.inputs[l.Word(0)] = in
		s.streams[l.Word(0)] = tidemark.KeyBy(out, call.Org)
	case "refused":
		s.streams[l.Word(1)] = s.inputs[l.Word(0)].Refused()
	case "filter": // keeps n above 0
		s.streams[l.Word(1)] = tidemark.Filter(calls(0), func(c call) bool { return c.n > 0 })
	case "validate":
		s.streams[l.Word(1)], s.streams[l.Word(2)] = both(tidemark.Validate(calls(0), call.Check))
	case "merge":
		s.streams[l.Word(2)] = tidemark.Merge(calls(0), calls(1))
	case "inorder":
		s.streams[l.Word(1)], s.streams[l.Word(2)] = both(tidemark.InOrder(calls(0)))
	case "split": // n times the fact
		s.streams[l.Word(1)] = tidemark.KeyBy(tidemark.FlatMap(calls(0), func(c call, emit func(call)) {
			for i := range c.n {
				c.n = i + 1
				emit(c)
			}
		}), call.Org)
	case "window":
		s.window(l)
	case "score":
		s.score(l)
	case "join":
		s.join(l, calls(1))
	case "within":
		in := join.Interval{From: l.Duration("from"), To: l.Duration("to"), MaxFacts: l.Int("most", 0)}
		rows, lefts, rights := tidemark.JoinWithin(calls(0), calls(1), in, func(a, b call) met { return met{a, b} })
		s.streams[l.Word(2)], s.streams[l.Word(3)], s.streams[l.Word(4)] = rows, lefts, rights
	case "named":
		switch x := s.streams[l.Word(0)].(type) {
		case tidemark.Keyed[int, call]:
			s.streams[l.Word(0)] = tidemark.Named(x, l.Word(1))
		case tidemark.Keyed[int, pane]:
			s.streams[l.Word(0)] = tidemark.Named(x, l.Word(1))
		default:
			l.Fatalf("cannot be named")
		}
	case "collect":
		s.collect(l)
	case "board":
		s.board(l)
	case "sink":
		k := &brittle{}
		s.sinks = append(s.sinks, k)
		s.drains = append(s.drains, func() []string { got := k.got; k.got = nil; return got })
		tidemark.Into(s.streams[l.Word(0)].(tidemark.Keyed[int, pane]), sink.Sink[pane](k))
	default:
		l.Fatalf("unknown stage")
	}
}

func both[A, B any](a A, b B) (any, any) { return a, b }

func (s *scene) window(l *script.Line) {
	rule, options := ruleOf(l)
	switch x := s.streams[l.Word(0)].(type) {
	case tidemark.Keyed[int, call]:
		s.streams[l.Word(1)], s.streams[l.Word(2)] = both(tidemark.Window[load](x, rule, options...))
	case tidemark.Keyed[int, pane]:
		s.streams[l.Word(1)], s.streams[l.Word(2)] = both(tidemark.Window[tally](x, rule, options...))
	case tidemark.Keyed[int, scoredCall]:
		s.streams[l.Word(1)], s.streams[l.Word(2)] = both(tidemark.Window[highest](x, rule, options...))
	case tidemark.Stream[tidemark.Missed[call]]:
		byStage := tidemark.KeyBy(x, func(m tidemark.Missed[call]) string { return m.Stage })
		s.streams[l.Word(1)], s.streams[l.Word(2)] = both(tidemark.Window[count](byStage, rule, options...))
	default:
		l.Fatalf("no stream of this name")
	}
}

func (s *scene) join(l *script.Line, versions tidemark.Keyed[int, call]) {
	how := asOf(l)
	switch x := s.streams[l.Word(0)].(type) {
	case tidemark.Keyed[int, call]:
		s.streams[l.Word(2)], s.streams[l.Word(3)] = both(tidemark.JoinAsOf(x, versions, how, func(c, d call) joined { return joined{c.String(), d.name} }))
	case tidemark.Keyed[int, pane]:
		s.streams[l.Word(2)], s.streams[l.Word(3)] = both(tidemark.JoinAsOf(x, versions, how, func(p pane, d call) joined {
			return joined{fmt.Sprintf("org=%d %s facts=%d", p.Key, script.FormatSpan(p.Start, p.End), p.Facts), d.name}
		}))
	}
}

// collect drains a stream into the output of every command that follows.
func (s *scene) collect(l *script.Line) {
	name := l.Word(0)
	if s.collectScores(name) {
		return
	}
	stamped := func(m row.Stamp, text string) string {
		s := name + " " + m.Kind.String()
		if m.Revision > 0 {
			s += fmt.Sprintf(" %d", m.Revision)
		}
		if m.Forced {
			s += " forced"
		}
		return s + " " + text
	}
	switch x := s.streams[name].(type) {
	case tidemark.Keyed[int, call]:
		drain(s, x, func(m row.Stamp, c call) string {
			if m.ID == (row.ID{}) {
				return name + " " + script.FormatTime(m.Time) + " " + c.String()
			}
			return stamped(m, script.FormatTime(m.Time)+" "+c.String())
		})
	case tidemark.Keyed[int, pane]:
		drain(s, x, func(m row.Stamp, p pane) string { return stamped(m, show(p)) })
	case tidemark.Keyed[int, tallied]:
		drain(s, x, func(m row.Stamp, p tallied) string {
			return stamped(m, fmt.Sprintf("org=%d %s panes=%d sum=%d", p.Key, script.FormatSpan(p.Start, p.End), p.Value.panes, p.Value.sum))
		})
	case tidemark.Keyed[string, window.Pane[string, count]]:
		drain(s, x, func(m row.Stamp, p window.Pane[string, count]) string {
			return stamped(m, fmt.Sprintf("%s %s missed=%d", p.Key, script.FormatSpan(p.Start, p.End), p.Value.n))
		})
	case tidemark.Keyed[int, joined]:
		drain(s, x, func(m row.Stamp, j joined) string {
			return stamped(m, script.FormatTime(m.Time)+" "+j.String())
		})
	case tidemark.Keyed[int, met]:
		drain(s, x, func(m row.Stamp, p met) string { return name + " " + script.FormatTime(m.Time) + " " + p.String() })
	case tidemark.Stream[tidemark.Missed[call]]:
		drain(s, x, func(_ row.Stamp, m tidemark.Missed[call]) string { return name + " " + missed(m, m.Fact.String()) })
	case tidemark.Keyed[int, ranking]:
		drain(s, x, func(m row.Stamp, r ranking) string { return stamped(m, ranks(r)) })
	case tidemark.Stream[tidemark.Missed[pane]]:
		drain(s, x, func(_ row.Stamp, m tidemark.Missed[pane]) string { return name + " " + missed(m, show(m.Fact)) })
	default:
		l.Fatalf("no stream of this name, or of no type that is drained: %T", x)
	}
}

func show(p pane) string {
	return fmt.Sprintf("org=%d %s facts=%d sum=%d last=%s", p.Key, script.FormatSpan(p.Start, p.End), p.Facts, p.Value.sum, script.FormatTime(p.Last))
}

func missed[T any](m tidemark.Missed[T], fact string) string {
	s := fmt.Sprintf("%v %s %s by %s", m.Reason, script.FormatTime(m.Time), fact, m.Stage)
	if m.Watermark != watermark.Min {
		s += " at W=" + script.FormatTime(m.Watermark)
	}
	for _, sp := range m.Spans {
		s += " missed " + script.FormatSpan(sp.Start, sp.End)
	}
	if m.Detail != "" {
		s += ": " + m.Detail
	}
	return s
}

func drain[T any](s *scene, of tidemark.Of[T], text func(row.Stamp, T) string) {
	out := tidemark.Collect(of)
	s.drains = append(s.drains, func() (lines []string) {
		for m, r := range out.DrainStamped() {
			lines = append(lines, text(m, r))
		}
		return lines
	})
}

// brittle is a sink that fails when told to.
type brittle struct {
	broken error
	got    []string
}

func (k *brittle) Write(b sink.Batch[pane]) error {
	if k.broken != nil {
		return k.broken
	}
	for i, p := range slices.Clone(b.Rows) {
		k.got = append(k.got, "sink "+b.Stamps[i].Kind.String()+" "+show(p))
	}
	return nil
}

func (k *brittle) Flush(context.Context) error { return k.broken }
func (k *brittle) Close(context.Context) error { return k.broken }
