package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

// horizon is how far apart two answers of a contact may lie and be one that was
// sent twice: at 2 s they are one still.
const horizon = 2 * time.Second

// reply is an answer with its contact.
type reply struct {
	phone     string // of the contact: it was called, whatever number the answer gives
	candidate bool
	rating    int
	other     bool // the answer gives another number
	original  string
}

func newReply(a Answer, c Contact) reply {
	return reply{c.Phone, c.Candidate, a.Rating, a.Phone != c.Phone, a.Original}
}

func (r reply) number() string { return r.phone }
func (r reply) asked() bool    { return r.candidate }

// daily is what a day knows of the answers of a number.
type daily struct {
	NPS   agg.NPS
	Other agg.Count
}

// Add takes an answer.
func (d *daily) Add(r reply) {
	d.NPS.AddOn(agg.OneToFive, r.rating)
	if r.other {
		d.Other.Add()
	}
}

// Merge adds the answers of o.
func (d *daily) Merge(o *daily) {
	d.NPS.Merge(&o.NPS)
	d.Other.Merge(&o.Other)
}

// Row is a phone number on a day.
type Row struct {
	Start      watermark.Time `json:"window_start"`
	End        watermark.Time `json:"window_end"`
	Phone      string         `json:"PhoneNumber"`
	NPS        float64        `json:"nps"` // from -100 to 100
	Answers    int64          `json:"answers"`
	Promoters  int64          `json:"promoters"`  // 5
	Passives   int64          `json:"passives"`   // 4
	Detractors int64          `json:"detractors"` // 1 to 3
	Other      int64          `json:"other_number"`
}

func newRow(p window.Pane[string, daily]) Row {
	n := &p.Value.NPS
	return Row{p.Start, p.End, p.Key, n.Value(), n.N(), n.Promoters(), n.Passives(), n.Detractors(), p.Value.Other.Value()}
}

// missedLine is an answer that a stage did not count.
type missedLine struct {
	Stage     string          `json:"stage"`
	Reason    tidemark.Reason `json:"reason"`
	Watermark watermark.Time  `json:"watermark"`
	Fact      json.RawMessage `json:"fact"`
}

func newMissed(m tidemark.Missed[Answer]) missedLine {
	return missedLine{m.Stage, m.Reason, m.Watermark, json.RawMessage(m.Fact.Original)}
}

func newLate(m tidemark.Missed[reply]) missedLine {
	return missedLine{m.Stage, m.Reason, m.Watermark, json.RawMessage(m.Fact.original)}
}

// badLine is a line that is no answer, or no contact.
type badLine struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
	Text   string `json:"text"`
	File   string `json:"file,omitzero"` // "contacts"; "" for the answers
}

// system is the pipeline, with its ends.
type system struct {
	p        tidemark.Pipeline
	answers  *tidemark.Input[Answer]
	contacts *tidemark.Input[Contact]
	bad      sink.Sink[badLine] // nil: not asked for
	tally    tally
}

func newSystem(c config) (*system, error) {
	s := new(system)
	// No MaxAhead: after 35 days without an answer the next one is as good as any.
	in, answers := tidemark.FromNanos(&s.p, "answers", Answer.nanos, watermark.Bounded{Delay: c.delay})
	dim, contacts := tidemark.FromNanos(&s.p, "contacts", Contact.nanos, watermark.Bounded{})
	s.answers, s.contacts = in, dim

	// The earliest counts, not the first that came: so the rows do not depend on
	// the order in which the two came.
	once, again := tidemark.Dedup(tidemark.KeyBy(answers, Answer.contact), join.Dedup{Horizon: horizon, Earliest: true})
	once = tidemark.Named(once, "once")

	// An answer refers to its contact, as a fact does to a dimension, however long
	// ago that was. JoinWithin would need a time of the contact, which its record
	// does not have, and a bound for the time between the two, which nobody knows;
	// and it would give an answer twice where a contact has two records. The
	// contacts are there before the first answer: there is nothing to wait for.
	met, unknown := tidemark.JoinAsOf(once, tidemark.KeyBy(contacts, Contact.id), join.AsOf{Wait: join.Live}, newReply)
	met = tidemark.Named(met, "met")
	asked := tidemark.Named(tidemark.Filter(met, reply.asked), "asked")

	days, late := tidemark.Window[daily](tidemark.KeyBy(asked, reply.number), window.Calendar{Unit: window.Day, Location: c.zone}, window.Sorted)
	rows := tidemark.Map(tidemark.Named(days, "days"), newRow)
	tidemark.Into(rows, sink.Func[Row](s.tally.take))
	if c.out != "" {
		tidemark.Into(rows, file[Row]("-out", c.out))
	}
	if c.missed != "" {
		missed := tidemark.Merge(tidemark.Map(tidemark.Merge(again, unknown), newMissed), tidemark.Map(late, newLate))
		tidemark.Into(missed, file[missedLine]("-missed", c.missed))
	}
	if c.bad != "" {
		s.bad = file[badLine]("-bad", c.bad)
	}
	return s, s.p.Check()
}

// consume takes the contacts, then the answers, to their ends.
func (s *system) consume(ctx context.Context, c config) error {
	if err := s.p.Flush(ctx); err != nil { // opens the files, before anything is taken
		return err
	}
	if s.bad != nil {
		if err := s.bad.Flush(ctx); err != nil {
			return err
		}
	}
	var failed error
	bad := func(of *count, file string) badFunc {
		return func(line int, text []byte, err error) {
			of.lines++
			of.bad++
			if s.bad != nil && failed == nil {
				failed = s.bad.Write(sink.Batch[badLine]{Rows: []badLine{{line, reason(err), string(text), file}}})
			}
		}
	}
	takeContacts := func(batch []Contact) error {
		s.tally.contacts.lines += len(batch)
		return errors.Join(failed, s.contacts.Feed(batch...))
	}
	takeAnswers := func(batch []Answer) error {
		s.tally.answers.lines += len(batch)
		return errors.Join(failed, s.answers.Feed(batch...))
	}
	var err error
	if told := bad(&s.tally.contacts, "contacts"); c.contacts == "" {
		err = readMade(madeContacts(c.seed), decodeContact, told, takeContacts)
	} else {
		err = readFile(ctx, "-contacts", c.contacts, decodeContact, told, takeContacts)
	}
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	if err := s.contacts.Close(); err != nil {
		return err
	}
	if told := bad(&s.tally.answers, ""); c.facts == "" {
		err = readMade(madeAnswers(c.seed), c.decodeAnswer, told, takeAnswers)
	} else {
		err = readFile(ctx, "-facts", c.facts, c.decodeAnswer, told, takeAnswers)
	}
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	return s.answers.Close() // what fires by it is final
}

// close ends the files.
func (s *system) close(ctx context.Context) error {
	err := s.p.Close(ctx)
	if s.bad != nil {
		err = errors.Join(err, s.bad.Close(ctx))
	}
	return err
}
