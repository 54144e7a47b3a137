package tidemark_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/watermark"
)

// Event is what happened to an order.
type Event struct {
	Order int
	What  string
	At    time.Time
}

func (e Event) Time() time.Time { return e.At }
func (e Event) Of() int         { return e.Order }
func (e Event) String() string  { return e.What + " " + e.At.Format("15:04") }

// Clock makes a time of the day of the examples.
func Clock(hour, minute int) time.Time { return time.Date(2026, 11, 20, hour, minute, 0, 0, time.UTC) }

// Joined is a row of a left, right or full join: a side that met nobody is empty.
type Joined struct {
	Order       int
	Left, Right string
}

func pairOf(l, r Event) Joined { return Joined{l.Order, l.String(), r.String()} }

// Orders, and their payments up to half an hour later. What met nobody has
// streams of its own: lefts and rights, which _ would leave out.
func ExampleJoinWithin() {
	var p tidemark.Pipeline
	orders, left := tidemark.From(&p, "orders", Event.Time, watermark.Bounded{})
	pays, right := tidemark.From(&p, "pays", Event.Time, watermark.Bounded{})
	pairs, unpaid, stray := tidemark.JoinWithin(tidemark.KeyBy(left, Event.Of), tidemark.KeyBy(right, Event.Of), join.Interval{To: 30 * time.Minute}, pairOf)
	paid, open, odd := tidemark.Collect(pairs), tidemark.Collect(unpaid), tidemark.Collect(stray)

	err := errors.Join(
		orders.Feed(Event{1, "ordered", Clock(10, 0)}, Event{2, "ordered", Clock(10, 5)}),
		pays.Feed(Event{1, "paid", Clock(10, 30)}, Event{3, "paid", Clock(10, 31)}, Event{2, "paid", Clock(10, 36)}),
		p.Close(context.Background()),
	)
	if err != nil {
		fmt.Println(err)
	}
	for j := range paid.Drain() {
		fmt.Println(j.Order, j.Left, "and", j.Right)
	}
	for m := range open.Drain() {
		fmt.Println(m.Fact.Order, m.Fact, "was not paid in time")
	}
	for m := range odd.Drain() {
		fmt.Println(m.Fact.Order, m.Fact, "for nothing")
	}
	// Output:
	// 1 ordered 10:00 and paid 10:30
	// 2 ordered 10:05 was not paid in time
	// 3 paid 10:31 for nothing
	// 2 paid 10:36 for nothing
}

// A full join is the pairs and what met nobody, in one stream; without the last
// Map it is a left join, without the other a right one.
func ExampleJoinWithin_leftRightFull() {
	var p tidemark.Pipeline
	orders, left := tidemark.From(&p, "orders", Event.Time, watermark.Bounded{})
	pays, right := tidemark.From(&p, "pays", Event.Time, watermark.Bounded{})
	pairs, lefts, rights := tidemark.JoinWithin(tidemark.KeyBy(left, Event.Of), tidemark.KeyBy(right, Event.Of), join.Interval{To: 30 * time.Minute}, pairOf)
	full := tidemark.Merge(pairs.Stream,
		tidemark.Map(lefts, func(m tidemark.Missed[Event]) Joined { return Joined{m.Fact.Order, m.Fact.String(), ""} }),
		tidemark.Map(rights, func(m tidemark.Missed[Event]) Joined { return Joined{m.Fact.Order, "", m.Fact.String()} }))
	rows := tidemark.Collect(full)

	err := errors.Join(
		orders.Feed(Event{1, "ordered", Clock(10, 0)}, Event{2, "ordered", Clock(10, 5)}),
		pays.Feed(Event{1, "paid", Clock(10, 30)}, Event{3, "paid", Clock(10, 31)}, Event{2, "paid", Clock(10, 36)}),
		p.Close(context.Background()),
	)
	if err != nil {
		fmt.Println(err)
	}
	for j := range rows.Drain() {
		fmt.Printf("%d (%s) (%s)\n", j.Order, j.Left, j.Right)
	}
	// Output:
	// 1 (ordered 10:00) (paid 10:30)
	// 2 (ordered 10:05) ()
	// 3 () (paid 10:31)
	// 2 () (paid 10:36)
}

// Three streams are a join of a join: what was ordered, paid and sent. The event
// time of a pair is the later of the two, so here it is sent within a day after it
// was both ordered and paid.
func ExampleJoinWithin_threeStreams() {
	var p tidemark.Pipeline
	orders, a := tidemark.From(&p, "orders", Event.Time, watermark.Bounded{})
	pays, b := tidemark.From(&p, "pays", Event.Time, watermark.Bounded{})
	parcels, c := tidemark.From(&p, "parcels", Event.Time, watermark.Bounded{})
	paid, _, _ := tidemark.JoinWithin(tidemark.KeyBy(a, Event.Of), tidemark.KeyBy(b, Event.Of), join.Interval{From: -time.Hour, To: time.Hour}, pairOf)
	type Done struct {
		Joined
		Sent string
	}
	done, waiting, _ := tidemark.JoinWithin(paid, tidemark.KeyBy(c, Event.Of), join.Interval{To: 24 * time.Hour}, func(j Joined, e Event) Done { return Done{j, e.String()} })
	rows, stuck := tidemark.Collect(done), tidemark.Collect(waiting)

	err := errors.Join(
		orders.Feed(Event{1, "ordered", Clock(10, 0)}, Event{2, "ordered", Clock(10, 5)}, Event{3, "ordered", Clock(10, 6)}),
		pays.Feed(Event{2, "paid", Clock(9, 50)}, Event{1, "paid", Clock(10, 30)}),
		parcels.Feed(Event{1, "sent", Clock(14, 0)}),
		p.Close(context.Background()),
	)
	if err != nil {
		fmt.Println(err)
	}
	for d := range rows.Drain() {
		fmt.Println(d.Order, d.Left, d.Right, d.Sent)
	}
	for m := range stuck.Drain() {
		fmt.Println(m.Fact.Order, m.Fact.Left, m.Fact.Right, "was not sent")
	}
	// Output:
	// 1 ordered 10:00 paid 10:30 sent 14:00
	// 2 ordered 10:05 paid 09:50 was not sent
}

// A stream joined with itself: each event and the next ones of its order, up to an
// hour later. From above 0 leaves out the event itself, and each pair comes once.
// The unmatched are the last of their order, for an hour.
func ExampleJoinWithin_itself() {
	var p tidemark.Pipeline
	in, events := tidemark.From(&p, "events", Event.Time, watermark.Bounded{})
	byOrder := tidemark.KeyBy(events, Event.Of)
	next, last, _ := tidemark.JoinWithin(byOrder, byOrder, join.Interval{From: 1, To: time.Hour}, pairOf)
	rows, ends := tidemark.Collect(next), tidemark.Collect(last)

	err := errors.Join(
		in.Feed(Event{1, "ordered", Clock(10, 0)}, Event{2, "ordered", Clock(10, 5)}, Event{1, "paid", Clock(10, 30)}, Event{1, "sent", Clock(11, 0)}),
		p.Close(context.Background()),
	)
	if err != nil {
		fmt.Println(err)
	}
	for j := range rows.Drain() {
		fmt.Println(j.Order, j.Left, "then", j.Right)
	}
	for m := range ends.Drain() {
		fmt.Println(m.Fact.Order, m.Fact, "and no more for an hour")
	}
	// Output:
	// 1 ordered 10:00 then paid 10:30
	// 1 ordered 10:00 then sent 11:00
	// 1 paid 10:30 then sent 11:00
	// 2 ordered 10:05 and no more for an hour
	// 1 sent 11:00 and no more for an hour
}

// A stream joined with itself by another key: who was called, and then called
// somebody within ten minutes.
func ExampleJoinWithin_otherKey() {
	type Ring struct {
		From, To string
		At       time.Time
	}
	var p tidemark.Pipeline
	in, rings := tidemark.From(&p, "rings", func(r Ring) time.Time { return r.At }, watermark.Bounded{})
	called := tidemark.KeyBy(rings, func(r Ring) string { return r.To })
	calling := tidemark.KeyBy(rings, func(r Ring) string { return r.From })
	chains, _, _ := tidemark.JoinWithin(called, calling, join.Interval{To: 10 * time.Minute}, func(a, b Ring) string {
		return fmt.Sprintf("%s called %s, who called %s", a.From, a.To, b.To)
	})
	rows := tidemark.Collect(chains)

	err := in.Feed(Ring{"Ann", "Bob", Clock(10, 0)}, Ring{"Bob", "Cid", Clock(10, 9)}, Ring{"Bob", "Dan", Clock(10, 11)}, Ring{"Cid", "Ann", Clock(10, 12)})
	if err != nil {
		fmt.Println(err)
	}
	for s := range rows.Drain() {
		fmt.Println(s)
	}
	// Output:
	// Ann called Bob, who called Cid
	// Bob called Cid, who called Ann
}

// Streams of one type in one: its watermark is the least of theirs, so that
// InOrder gives what lies before both.
func ExampleMerge() {
	var p tidemark.Pipeline
	east, a := tidemark.From(&p, "east", Event.Time, watermark.Bounded{})
	west, b := tidemark.From(&p, "west", Event.Time, watermark.Bounded{})
	ordered, _ := tidemark.InOrder(tidemark.Merge(a, b))
	rows := tidemark.Collect(ordered)
	show := func(when string, err error) {
		fmt.Println(when)
		if err != nil {
			fmt.Println(err)
		}
		for e := range rows.Drain() {
			fmt.Println(" ", e)
		}
	}
	show("east is fed:", east.Feed(Event{1, "east", Clock(10, 1)}, Event{2, "east", Clock(10, 9)}))
	show("west is fed:", west.Feed(Event{3, "west", Clock(10, 0)}, Event{4, "west", Clock(10, 5)}))
	show("all is told:", p.Close(context.Background()))
	// Output:
	// east is fed:
	// west is fed:
	//   west 10:00
	//   east 10:01
	// all is told:
	//   west 10:05
	//   east 10:09
}

// What is no stream is looked up by key, and the answers are kept for a while:
// here the name of an order's customer, for an hour of event time.
func ExampleLookup() {
	var p tidemark.Pipeline
	in, events := tidemark.From(&p, "events", Event.Time, watermark.Bounded{})
	fetch := func(order int) (name string, ok bool, err error) { // a database, say
		fmt.Println("asked for", order)
		switch order {
		case 1:
			return "Ann", true, nil
		case 3:
			return "", false, errors.New("the database is busy")
		}
		return "", false, nil
	}
	rows, missed := tidemark.Lookup(tidemark.KeyBy(events, Event.Of), fetch, join.Cache{Size: 1000, TTL: time.Hour}, func(e Event, name string) string {
		return e.String() + " by " + name
	})
	out, lost := tidemark.Collect(rows), tidemark.Collect(missed)

	err := in.Feed(Event{1, "ordered", Clock(10, 0)}, Event{2, "ordered", Clock(10, 5)}, Event{1, "paid", Clock(10, 30)}, Event{2, "paid", Clock(10, 40)}, Event{3, "paid", Clock(10, 50)}, Event{1, "sent", Clock(11, 0)})
	if err != nil {
		fmt.Println(err)
	}
	for s := range out.Drain() {
		fmt.Println(s)
	}
	for m := range lost.Drain() {
		fmt.Println(m.Fact, "is", m.Reason, "-", m.Detail)
	}
	// Output:
	// asked for 1
	// asked for 2
	// asked for 3
	// asked for 1
	// ordered 10:00 by Ann
	// paid 10:30 by Ann
	// sent 11:00 by Ann
	// ordered 10:05 is unmatched - nothing is found for its key
	// paid 10:40 is unmatched - nothing is found for its key
	// paid 10:50 is invalid - the database is busy
}
