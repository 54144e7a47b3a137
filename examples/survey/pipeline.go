package main

import (
	"context"
	"errors"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/examples/internal/output"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

// horizon is how far apart two answers of a contact may lie and be one that was
// sent twice: at 2 s they are one still.
const horizon = 2 * time.Second

// ahead is how far one answer alone may move W: a year that is wrong does not make
// all others late, and one after 35 days without any is as good as another.
const ahead = 60 * 24 * time.Hour

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

// system is the pipeline, with its ends.
type system struct {
	p        tidemark.Pipeline
	answers  *tidemark.Input[Answer]
	contacts *tidemark.Input[Contact]
	bad      lines.BadFile
	tally    tally
}

func newSystem(c config) (*system, error) {
	s := &system{bad: lines.BadFile{Path: c.bad}}
	in, answers := tidemark.FromNanos(&s.p, "answers", Answer.nanos, watermark.Bounded{Delay: c.delay, MaxAhead: ahead})
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
		tidemark.Into(rows, output.Rows[Row]("-out", c.out))
	}
	if c.missed != "" {
		missed := tidemark.Merge(tidemark.Map(tidemark.Merge(again, unknown), newMissed), tidemark.Map(late, newLate))
		tidemark.Into(missed, output.Rows[missedLine]("-missed", c.missed))
	}
	return s, s.p.Check()
}

// close ends the files.
func (s *system) close(ctx context.Context) error {
	return errors.Join(s.p.Close(ctx), s.bad.Close(ctx))
}
