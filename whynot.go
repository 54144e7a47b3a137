package tidemark

import (
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// Why is why a pane has not been sent.
type Why struct {
	Held      bool // the span is open
	Span      Span
	Facts     int       // of the key in the span
	Watermark time.Time // of the stage; the zero time if it is not set
	Behind    string    // the input or partition that holds W back
	text      string
}

// String gives it in a sentence.
func (w Why) String() string { return w.text }

// WhyNot tells why the pane of key at t has not been sent: how many facts it
// has, what W would have to be, and which input or partition holds W back.
func WhyNot[K comparable, A any](panes Keyed[K, window.Pane[K, A]], key K, t time.Time) Why {
	if panes.port == nil {
		return Why{text: "the stream is a zero value: take it from Window"}
	}
	p := panes.port.of.p
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := watermark.Of(t)
	if !ok {
		return Why{text: fmt.Sprintf("%s is no event time: %s", t.Format(time.RFC3339Nano), rangeRule)}
	}
	s := panes.port.of
	for {
		if op, ok := s.op.(interface {
			whyNot(K, watermark.Time) Why
		}); ok {
			if !p.begun || !s.opened {
				return Why{text: s.name + ": nothing has been fed yet"}
			}
			return op.whyNot(key, at)
		}
		if len(s.from) != 1 {
			return Why{text: fmt.Sprintf("%s does not come from one Window alone", panes.port.String())}
		}
		s = s.from[0]
	}
}

func (op *windowed[K, A, T, P]) whyNot(key K, t watermark.Time) Why {
	span, facts, open := op.store.Look(key, t)
	w := Why{Span: span, Facts: facts, Held: open && facts > 0}
	at := "not set"
	switch op.w {
	case watermark.Min:
	case watermark.Max:
		at = "at its end"
	default:
		w.Watermark, at = op.w.UTC(), op.w.String()
	}
	switch {
	case !open:
		w.text = fmt.Sprintf("%s: the span %v has fired: W is %s; if %v had facts in time, its pane has left the window", op.st.name, span, at, key)
		return w
	case facts == 0:
		w.text = fmt.Sprintf("%s: no fact of %v has come for the span %v; W is %s", op.st.name, key, span, at)
	default:
		w.text = fmt.Sprintf("%s: the span %v is open, facts of %v: %d; it fires when W, which is %s, reaches its end", op.st.name, span, key, facts, at)
	}
	if w.Behind = op.in.port.of.behind(); w.Behind != "" {
		w.text += "; " + w.Behind + " holds W back"
	}
	return w
}

// behind names the input or partition that holds the W of the stage back.
func (s *stage) behind() string {
	for s.kind != "input" {
		least := -1
		for i, r := range s.reads {
			if w, idle := r.progress(); !idle {
				if least < 0 {
					least = i
				} else if v, _ := s.reads[least].progress(); w < v {
					least = i
				}
			}
		}
		if b, ok := s.op.(interface{ waitsFor() int }); ok { // not for the least
			least = b.waitsFor()
		}
		if least < 0 {
			return ""
		}
		s = s.reads[least].stageOf()
	}
	for _, in := range s.p.inputs {
		if b := in.base(); b.stage == s {
			switch name, ok := b.group.Behind(); {
			case !ok && !b.group.Closed() && !b.group.Idle(): // nothing was fed
				return s.name
			case !ok:
				return ""
			case name != "":
				return s.name + "/" + name
			}
		}
	}
	return s.name
}
