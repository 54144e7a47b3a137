// Iotanomaly scores the readings of sensors by a random cut forest, and says which
// are odd: in order of the second and then of the score, with a chart a minute. The
// same forest scores the flow logs of a network by interface.
//
//	go run ./examples/iotanomaly
//	go run ./examples/iotanomaly -html scores.html -out rows.ndjson
//	feed | go run ./examples/iotanomaly -facts - -out rows.ndjson -bad bad.ndjson
//	go run ./examples/iotanomaly -flowlogs flows.log.gz -out rows.ndjson -late late.ndjson
//
// Without -facts and -flowlogs it makes ten minutes of readings itself. It prints
// the last minutes, the highest scores and the ledger, in which every line has its
// place, and ends with 0; with 2 and a line of reason if something cannot be read
// or written, or a flag is wrong. README.md has the formats.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/cli"
	"github.com/tidemark-go/tidemark/examples/internal/output"
	"github.com/tidemark-go/tidemark/source"
)

// config is what the flags say.
type config struct {
	facts, flowlogs      string // read
	out, late, bad, html string // written
	madeFlows            bool
	every                time.Duration // of the clock that is made for -facts; 0: the machine's
	delay                time.Duration
	seed                 uint64
	clock                func() time.Time // when a reading arrives
}

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr, time.Now))
}

// run is the program: it returns what the process ends with.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, clock func() time.Time) int {
	c, err := parse(args, stderr)
	if err == nil {
		if c.clock == nil {
			c.clock = clock
		}
		err = c.work(ctx, stdout)
	}
	return cli.End("iotanomaly", err, stderr)
}

func parse(args []string, stderr io.Writer) (c config, err error) {
	f := cli.Flags("iotanomaly", stderr)
	f.StringVar(&c.facts, "facts", "", "`FILE` of readings, - for standard input; without it they are made up")
	f.StringVar(&c.flowlogs, "flowlogs", "", "`FILE` of flow logs instead of readings, plain or gzip, - for standard input")
	f.BoolVar(&c.madeFlows, "madeflows", false, "flow logs that are made up instead of readings")
	f.StringVar(&c.out, "out", "", "`FILE` for the rows")
	f.StringVar(&c.late, "late", "", "`FILE` for what was not scored: late, a duplicate, or of too many sensors")
	f.StringVar(&c.bad, "bad", "", "`FILE` for the lines that are no readings, or no flow logs")
	f.StringVar(&c.html, "html", "", "`FILE` for a chart of the scores by minute, a page by itself")
	f.DurationVar(&c.every, "every", 0, "readings of -facts arrive so far from one another, by a made clock from 2026-11-20T10:00:00Z; 0: by the machine's clock")
	f.DurationVar(&c.delay, "delay", 10*time.Minute, "how far the end of a flow may lie before the newest one and still be on time")
	f.Uint64Var(&c.seed, "seed", 1, "seed of what is made up")
	if err := cli.Parse(f, args); err != nil {
		return c, err
	}
	switch {
	case c.every < 0:
		return c, fmt.Errorf("-every is %v: must not be negative", c.every)
	case c.delay < 0:
		return c, fmt.Errorf("-delay is %v: must not be negative", c.delay)
	case c.facts != "" && (c.flowlogs != "" || c.madeFlows):
		return c, errors.New("-facts and flow logs: give one of them, they are two programs")
	case c.flowlogs != "" && c.madeFlows:
		return c, errors.New("-flowlogs and -madeflows: give one of them")
	}
	if c.every > 0 {
		c.clock = steady(begin, c.every)
	}
	return c, cli.Check(c.inputs(), c.outputs(), "must be a file, standard output has the table")
}

// inputs are the files that c names to be read.
func (c config) inputs() []cli.File {
	return []cli.File{{Flag: "-facts", Path: c.facts}, {Flag: "-flowlogs", Path: c.flowlogs}}
}

// outputs are those that are written.
func (c config) outputs() []cli.File {
	return []cli.File{
		{Flag: "-out", Path: c.out, What: "rows"},
		{Flag: "-late", Path: c.late, What: "what was not scored"},
		{Flag: "-bad", Path: c.bad, What: "bad lines"},
		{Flag: "-html", Path: c.html, What: "chart"},
	}
}

// work reads everything, and prints.
func (c config) work(ctx context.Context, stdout io.Writer) error {
	if err := cli.Readable(c.inputs()...); err != nil { // first: nothing is overwritten for want of facts
		return err
	}
	if c.flowlogs != "" || c.madeFlows {
		return work(ctx, c, stdout, newFlows, "-flowlogs", c.flows())
	}
	return work(ctx, c, stdout, newReadings, "-facts", c.readings())
}

// work reads all facts of a type, and prints.
func work[T any](ctx context.Context, c config, stdout io.Writer, build func(*system[T], config), flag string, feed *source.NDJSON[T]) error {
	s, err := newSystem(c, build)
	if err != nil {
		return err
	}
	page, err := output.OpenPage("-html", c.html)
	if err != nil {
		return err
	}
	if err := s.consume(ctx, flag, feed); err != nil {
		return err
	}
	if err := s.close(ctx); err != nil {
		return err
	}
	if err := page.Write(s.tally.page()); err != nil {
		return err
	}
	return s.print(stdout, c)
}
