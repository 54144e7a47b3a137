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
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // the same days on a machine without zone data
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
	c, err := flags(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err == nil {
		err = c.work(ctx, stdout)
	}
	if err != nil && !errors.Is(err, errTold) {
		fmt.Fprintln(stderr, "survey:", strings.ReplaceAll(strings.Join(reasons(err), "; "), "\n", "; "))
	}
	if err != nil {
		return 2
	}
	return 0
}

// errTold is a mistake that the flag package has told already, with the usage.
var errTold = errors.New("wrong flag")

func flags(args []string, stderr io.Writer) (c config, err error) {
	f := flag.NewFlagSet("survey", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&c.facts, "facts", "", "`FILE` of answers, - for standard input; without it they are made up")
	f.StringVar(&c.contacts, "contacts", "", "`FILE` of contacts, - for standard input, read before the answers; without it they are made up")
	f.StringVar(&c.out, "out", "", "`FILE` for the rows")
	f.StringVar(&c.missed, "missed", "", "`FILE` for the answers that were late, came twice, or have no contact")
	f.StringVar(&c.bad, "bad", "", "`FILE` for the lines that are no answers or contacts")
	zone := f.String("zone", "UTC", "`PLACE` whose clocks Date shows, and whose days they are, as Europe/Berlin")
	f.DurationVar(&c.delay, "delay", 10*time.Minute, "how far an answer may lie before the newest one and still be on time")
	f.Uint64Var(&c.seed, "seed", 1, "seed of what is made up")
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		return c, err
	} else if err != nil {
		return c, errTold
	}
	if f.NArg() > 0 {
		return c, fmt.Errorf("argument %q: there must be flags alone", f.Arg(0))
	}
	f.Visit(func(given *flag.Flag) {
		if given.Value.String() == "" && err == nil { // a variable of the shell that is not set?
			err = fmt.Errorf("-%s is empty: must have a value, or be left out", given.Name)
		}
	})
	if err != nil {
		return c, err
	}
	if c.delay < 0 {
		return c, fmt.Errorf("-delay is %v: must not be negative", c.delay)
	}
	if c.zone, err = time.LoadLocation(*zone); err != nil {
		return c, fmt.Errorf("-zone is %q: must be a place of the zone data, as Europe/Berlin", *zone)
	}
	return c, c.check()
}

// check refuses files that stand in each other's way.
func (c config) check() error {
	type file struct{ flag, path string }
	files := []file{{"-facts", c.facts}, {"-contacts", c.contacts}, {"-out", c.out}, {"-missed", c.missed}, {"-bad", c.bad}}
	if c.facts == "-" && c.contacts == "-" {
		return errors.New("-facts and -contacts are both -: standard input can be one of them alone")
	}
	for i, a := range files[2:] {
		if a.path == "-" {
			return fmt.Errorf("%s is -: must be a file, standard output has the table", a.flag)
		}
		if a.path == "" {
			continue
		}
		for _, b := range files[:i+2] {
			if same(a.path, b.path) {
				return fmt.Errorf("%s and %s are the same file: %s would overwrite the other", b.flag, a.flag, a.flag)
			}
		}
	}
	return nil
}

// same reports whether two names are of one file.
func same(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return b != "" && filepath.Clean(a) == filepath.Clean(b)
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y) && x.Mode().IsRegular() // a device may take everything
}

// work reads everything, and prints.
func (c config) work(ctx context.Context, stdout io.Writer) error {
	// First: nothing is overwritten for want of something to read.
	if err := errors.Join(readable("-facts", c.facts), readable("-contacts", c.contacts)); err != nil {
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
