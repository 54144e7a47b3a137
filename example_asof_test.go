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

type Entry struct {
	Shop int
	At   time.Time
}

type Shop struct {
	ID    int
	Name  string
	Since time.Time
}

// entries builds a pipeline that names the shop of each entry, as of then.
func entries(p *tidemark.Pipeline, how join.AsOf) (in *tidemark.Input[Entry], dim *tidemark.Input[Shop], show func(title string)) {
	in, facts := tidemark.From(p, "entries", func(v Entry) time.Time { return v.At }, watermark.Bounded{})
	dim, shops := tidemark.From(p, "shops", func(s Shop) time.Time { return s.Since }, watermark.Bounded{})
	rows, missed := tidemark.JoinAsOf(tidemark.KeyBy(facts, func(v Entry) int { return v.Shop }), tidemark.KeyBy(shops, func(s Shop) int { return s.ID }), how,
		func(v Entry, s Shop) string {
			return fmt.Sprintf("%s shop %d is %s", v.At.Format("15:04"), v.Shop, s.Name)
		})
	out, lost := tidemark.Collect(rows), tidemark.Collect(missed)
	return in, dim, func(title string) {
		fmt.Println(title)
		for s, r := range out.DrainStamped() {
			fmt.Printf("  %s (%v, revision %d)\n", r, s.Kind, s.Revision)
		}
		for m := range lost.Drain() {
			fmt.Printf("  %s shop %d is %v\n", m.Fact.At.Format("15:04"), m.Fact.Shop, m.Reason)
		}
	}
}

// feeds stops the example if one of its calls has failed.
func feeds(err ...error) {
	if err := errors.Join(err...); err != nil {
		panic(err)
	}
}

// A dimension that is brought up to date at 06:00 and 18:00: only entries within
// five minutes after that wait, until their shop's version has come, or a
// heartbeat says that it did not change.
func ExampleJoinAsOf_schedule() {
	var p tidemark.Pipeline
	in, dim, show := entries(&p, join.AsOf{Wait: join.Schedule{At: []time.Duration{6 * time.Hour, 18 * time.Hour}, Tolerance: 5 * time.Minute}})
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 20, hour, minute, 0, 0, time.UTC) }

	feeds(dim.Feed(Shop{1, "Prem", at(0, 0)}, Shop{2, "Care", at(0, 0)}), in.Feed(Entry{1, at(5, 59)}, Entry{1, at(6, 1)}, Entry{2, at(6, 2)}))
	show("at 06:02")
	feeds(dim.Feed(Shop{1, "Premium", at(6, 0)})) // the refresh: shop 2 stays as it is
	show("after the refresh")
	feeds(dim.Advance(at(6, 0)))
	show("after its heartbeat")
	feeds(in.Feed(Entry{2, at(12, 0)}))
	show("at noon")
	// Output:
	// at 06:02
	//   05:59 shop 1 is Prem (final, revision 0)
	// after the refresh
	//   06:01 shop 1 is Premium (final, revision 0)
	// after its heartbeat
	//   06:02 shop 2 is Care (final, revision 0)
	// at noon
	//   12:00 shop 2 is Care (final, revision 0)
}

// Facts may come before the dimension is loaded: they wait until it is said to be
// complete.
func ExampleJoinAsOf_bootstrap() {
	var p tidemark.Pipeline
	in, dim, show := entries(&p, join.AsOf{Wait: join.Live, Bootstrap: true})
	at := func(hour int) time.Time { return time.Date(2026, 11, 20, hour, 0, 0, 0, time.UTC) }

	feeds(in.Feed(Entry{1, at(9)}, Entry{2, at(10)}))
	feeds(dim.Feed(Shop{1, "Prem", at(0)}))
	show("while it is loaded")
	feeds(dim.Advance(at(0)))
	show("complete")
	// Output:
	// while it is loaded
	// complete
	//   09:00 shop 1 is Prem (final, revision 0)
	//   10:00 shop 2 is unmatched
}

// A version that comes late corrects the rows of the last hour.
func ExampleJoinAsOf_history() {
	var p tidemark.Pipeline
	in, dim, show := entries(&p, join.AsOf{Wait: join.Live, History: time.Hour})
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 20, hour, minute, 0, 0, time.UTC) }

	feeds(dim.Feed(Shop{1, "Prem", at(0, 0)}), in.Feed(Entry{1, at(9, 10)}, Entry{1, at(9, 30)}, Entry{2, at(9, 40)}))
	show("at once")
	feeds(dim.Feed(Shop{1, "Premium", at(9, 15)}, Shop{2, "Care", at(9, 0)}))
	show("when it becomes known")
	feeds(in.Feed(Entry{1, at(10, 30)}), dim.Feed(Shop{1, "Prime", at(9, 20)})) // the row of 09:30 is forgotten
	show("an hour later")
	feeds(p.Close(context.Background()))
	fmt.Println("stale versions:", p.Stats().Stages[1].Stale)
	// Output:
	// at once
	//   09:10 shop 1 is Prem (final, revision 0)
	//   09:30 shop 1 is Prem (final, revision 0)
	//   09:40 shop 2 is unmatched
	// when it becomes known
	//   09:30 shop 1 is Premium (correction, revision 1)
	//   09:40 shop 2 is Care (final, revision 0)
	// an hour later
	//   10:30 shop 1 is Premium (final, revision 0)
	//   10:30 shop 1 is Prime (correction, revision 1)
	// stale versions: 1
}
