// Eventstore checks the events of customers against metadata: it keeps the raw
// lines, the standardised events, the good ones and the bad ones with the reason,
// and tells, by rules that are data, when too many of them are bad. The same
// program runs over a file and over a live feed, with the same rows.
//
//	go run ./examples/eventstore
//	go run ./examples/eventstore -facts events.ndjson -raw raw.ndjson -standard standard.ndjson -good good.ndjson -bad bad.ndjson -alarms alarms.ndjson
//	feed | go run ./examples/eventstore -facts - -good good.ndjson -bad bad.ndjson -alarms alarms.ndjson
//
// Without -facts it makes half an hour of events itself. It prints the last alarms
// and the ledger, in which every line has its place, and ends with 0; with 2 and a
// line of reason if something cannot be read or written, or a flag, the metadata
// or the rules are wrong. README.md has the formats.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/cli"
)

// config is what the flags say.
type config struct {
	facts, meta, rules                     string // read
	raw, standard, good, bad, alarms, late string // written
	delay                                  time.Duration
	seed                                   uint64
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt kills
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program: it returns what the process ends with.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := parse(args, stderr)
	if err == nil {
		err = c.work(ctx, stdout)
	}
	return cli.End("eventstore", err, stderr)
}

func parse(args []string, stderr io.Writer) (c config, err error) {
	f := cli.Flags("eventstore", stderr)
	f.StringVar(&c.facts, "facts", "", "`FILE` of events, - for standard input; without it they are made up")
	f.StringVar(&c.meta, "meta", "", "`FILE` of metadata; without it that of what is made up")
	f.StringVar(&c.rules, "rules", "", "`FILE` of rules for alarms; without it there are two")
	f.StringVar(&c.raw, "raw", "", "`FILE` for the lines as they came")
	f.StringVar(&c.standard, "standard", "", "`FILE` for the events in the form of the metadata")
	f.StringVar(&c.good, "good", "", "`FILE` for those that break no rule of it")
	f.StringVar(&c.bad, "bad", "", "`FILE` for all others, with the reason")
	f.StringVar(&c.alarms, "alarms", "", "`FILE` for the windows in which too many are bad")
	f.StringVar(&c.late, "late", "", "`FILE` for the events that were late for a rule of -rules")
	f.DurationVar(&c.delay, "delay", 30*time.Second, "how far an event may lie before the newest one and still be on time for the alarms")
	f.Uint64Var(&c.seed, "seed", 1, "seed of what is made up")
	if err := cli.Parse(f, args); err != nil {
		return c, err
	}
	if c.delay < 0 {
		return c, fmt.Errorf("-delay is %v: must not be negative", c.delay)
	}
	for _, f := range c.inputs()[1:] {
		if f.Path == "-" {
			return c, fmt.Errorf("%s is -: must be a file", f.Flag)
		}
	}
	return c, cli.Check(c.inputs(), c.outputs(), "must be a file")
}

// inputs are the files that c names to be read.
func (c config) inputs() []cli.File {
	return []cli.File{{Flag: "-facts", Path: c.facts}, {Flag: "-meta", Path: c.meta}, {Flag: "-rules", Path: c.rules}}
}

// outputs are those that are written.
func (c config) outputs() []cli.File {
	return []cli.File{
		{Flag: "-raw", Path: c.raw, What: "raw lines"},
		{Flag: "-standard", Path: c.standard, What: "standardised events"},
		{Flag: "-good", Path: c.good, What: "good ones"},
		{Flag: "-bad", Path: c.bad, What: "bad ones"},
		{Flag: "-alarms", Path: c.alarms, What: "alarms"},
		{Flag: "-late", Path: c.late, What: "events late for a rule"},
	}
}

// work reads everything, and prints.
func (c config) work(ctx context.Context, stdout io.Writer) error {
	if err := cli.Readable(c.inputs()[0]); err != nil { // first: nothing is overwritten for want of events
		return err
	}
	s, err := newSystem(c)
	if err != nil {
		return err
	}
	if err := s.consume(ctx, c.feed(), c.facts != "" && cli.Live(c.facts)); err != nil {
		return err
	}
	if err := s.p.Close(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	return s.print(stdout, c)
}
