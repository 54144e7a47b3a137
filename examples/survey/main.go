// Survey gives the net promoter score of each phone number and day: answers meet
// the contact that they are about, those of contacts that were to be asked count,
// and one that is sent twice counts once.
//
//	go run ./examples/survey
//	go run ./examples/survey -zone Europe/Berlin
//	go run ./examples/survey -contacts contacts.ndjson -facts answers.ndjson -out rows.ndjson -missed missed.ndjson -bad bad.ndjson
//
// Without -facts it makes answers of half a year itself, and without -contacts
// their contacts; between two answers lie minutes, or up to 35 days. It prints the
// last rows and the ledger, in which every line has its place, and ends with 0;
// with 2 and a line of reason if something cannot be read or written, or a flag is
// wrong. What it reads:
//
//	contacts {"ContactId":"c1","CustomerEndpoint":{"Address":"+4930123456"},"Attributes":{"SurveyCandidate":"True"}}
//	answers  {"PhoneNumber":"+4930123456","ContactID":"c1","Date":"2026-11-20 10:00:00","NPS_Rating":"5"}
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
	_ "time/tzdata" // the same days on a machine without zone data

	"github.com/tidemark-go/tidemark/examples/internal/cli"
)

// config is what the flags say.
type config struct {
	facts, contacts  string // read
	out, missed, bad string // written
	zone             *time.Location
	delay            time.Duration
	seed             uint64
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
	return cli.End("survey", err, stderr)
}

func parse(args []string, stderr io.Writer) (c config, err error) {
	f := cli.Flags("survey", stderr)
	f.StringVar(&c.facts, "facts", "", "`FILE` of answers, - for standard input; without it they are made up")
	f.StringVar(&c.contacts, "contacts", "", "`FILE` of contacts, - for standard input, read before the answers; without it they are made up")
	f.StringVar(&c.out, "out", "", "`FILE` for the rows")
	f.StringVar(&c.missed, "missed", "", "`FILE` for the answers that were late, came twice, or have no contact")
	f.StringVar(&c.bad, "bad", "", "`FILE` for the lines that are no answers or contacts")
	zone := f.String("zone", "UTC", "`PLACE` whose clocks Date shows, and whose days they are, as Europe/Berlin")
	f.DurationVar(&c.delay, "delay", 10*time.Minute, "how far an answer may lie before the newest one and still be on time")
	f.Uint64Var(&c.seed, "seed", 1, "seed of what is made up")
	if err := cli.Parse(f, args); err != nil {
		return c, err
	}
	if c.delay < 0 {
		return c, fmt.Errorf("-delay is %v: must not be negative", c.delay)
	}
	if c.zone, err = time.LoadLocation(*zone); err != nil {
		return c, fmt.Errorf("-zone is %q: must be a place of the zone data, as Europe/Berlin", *zone)
	}
	if c.facts == "-" && c.contacts == "-" {
		return c, errors.New("-facts and -contacts are both -: standard input can be one of them alone")
	}
	return c, cli.Check(c.inputs(), c.outputs(), "must be a file, standard output has the table")
}

// inputs are the files that c names to be read.
func (c config) inputs() []cli.File {
	return []cli.File{{Flag: "-facts", Path: c.facts}, {Flag: "-contacts", Path: c.contacts}}
}

// outputs are those that are written.
func (c config) outputs() []cli.File {
	return []cli.File{
		{Flag: "-out", Path: c.out, What: "rows"},
		{Flag: "-missed", Path: c.missed, What: "missed answers"},
		{Flag: "-bad", Path: c.bad, What: "bad lines"},
	}
}

// work reads everything, and prints.
func (c config) work(ctx context.Context, stdout io.Writer) error {
	// First: nothing is overwritten for want of something to read.
	if err := cli.Readable(c.inputs()...); err != nil {
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
