// Callsperip counts the requests of each source address in three kinds of window
// of one minute, side by side: a stagger, which begins with the first request of
// an address, a tumble, which begins with the minute, and a slide, which ends with
// each request. Addresses over a rate are listed.
//
//	go run ./examples/callsperip
//	go run ./examples/callsperip -facts requests.ndjson -out rows.ndjson -rate 100 -block block.ndjson
//	feed | go run ./examples/callsperip -facts - -block block.ndjson
//
// Without -facts it makes ten minutes of requests itself. It prints the last
// minutes of a few addresses, those over the rate, and the ledger, in which every
// line has its place, and ends with 0; with 2 and a line of reason if something
// cannot be read or written, or a flag is wrong. README.md has the formats.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/cli"
)

// config is what the flags say.
type config struct {
	facts                   string // read
	out, block, missed, bad string // written
	rate                    int
	delay                   time.Duration
	seed                    uint64
}

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program: it returns what the process ends with.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := parse(args, stderr)
	if err == nil {
		err = c.work(ctx, stdout)
	}
	return cli.End("callsperip", err, stderr)
}

func parse(args []string, stderr io.Writer) (c config, err error) {
	f := cli.Flags("callsperip", stderr)
	f.StringVar(&c.facts, "facts", "", "`FILE` of requests, - for standard input; without it they are made up")
	f.StringVar(&c.out, "out", "", "`FILE` for the rows")
	f.StringVar(&c.block, "block", "", "`FILE` for the addresses over the rate")
	f.StringVar(&c.missed, "missed", "", "`FILE` for the requests that were late, or duplicates")
	f.StringVar(&c.bad, "bad", "", "`FILE` for the lines that are no requests")
	f.IntVar(&c.rate, "rate", 60, "an address with more than `N` requests in a window of one minute is listed")
	f.DurationVar(&c.delay, "delay", 5*time.Second, "how far a request may lie before the newest one and still be on time")
	f.Uint64Var(&c.seed, "seed", 1, "seed of what is made up")
	if err := cli.Parse(f, args); err != nil {
		return c, err
	}
	switch {
	case c.rate < 0:
		return c, fmt.Errorf("-rate is %d: must not be negative", c.rate)
	case c.delay < 0:
		return c, fmt.Errorf("-delay is %v: must not be negative", c.delay)
	}
	return c, cli.Check(c.inputs(), c.outputs(), "must be a file, standard output has the table")
}

// inputs are the files that c names to be read.
func (c config) inputs() []cli.File {
	return []cli.File{{Flag: "-facts", Path: c.facts}}
}

// outputs are those that are written.
func (c config) outputs() []cli.File {
	return []cli.File{
		{Flag: "-out", Path: c.out, What: "rows"},
		{Flag: "-block", Path: c.block, What: "block list"},
		{Flag: "-missed", Path: c.missed, What: "late requests and duplicates"},
		{Flag: "-bad", Path: c.bad, What: "bad lines"},
	}
}

// work reads everything, and prints.
func (c config) work(ctx context.Context, stdout io.Writer) error {
	if err := cli.Readable(c.inputs()...); err != nil { // first: nothing is overwritten for want of requests
		return err
	}
	s, err := newSystem(c)
	if err != nil {
		return err
	}
	if err := s.consume(ctx, c); err != nil {
		return err
	}
	if err := s.close(ctx); err != nil {
		return err
	}
	return s.print(stdout, c)
}
