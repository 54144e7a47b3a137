// Topusers tells who posted most: the ten users with most distinct tweet_id, per
// calendar day of a place and, every hour, over the last 24 hours. Tweets are
// counted exactly and estimated by a HyperLogLog, side by side.
//
//	go run ./examples/topusers
//	go run ./examples/topusers -zone Europe/Berlin -html top.html
//	go run ./examples/topusers -facts posts.ndjson -out rows.ndjson -missed missed.ndjson -bad bad.ndjson
//
// Without -facts it makes two days and a half of posts itself. It prints the last
// ranking of each window and the ledger, in which every line has its place, and
// ends with 0; with 2 and a line of reason if something cannot be read or written,
// or a flag is wrong. README.md has the formats.
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
	facts                  string // read
	out, missed, bad, html string // written
	table                  string
	zone                   *time.Location
	n                      int
	delay                  time.Duration
	seed                   uint64
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
		fmt.Fprintln(stderr, "topusers:", strings.ReplaceAll(strings.Join(reasons(err), "; "), "\n", "; "))
	}
	if err != nil {
		return 2
	}
	return 0
}

// errTold is a mistake that the flag package has told already, with the usage.
var errTold = errors.New("wrong flag")

func flags(args []string, stderr io.Writer) (c config, err error) {
	f := flag.NewFlagSet("topusers", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&c.facts, "facts", "", "`FILE` of posts, - for standard input; without it they are made up")
	f.StringVar(&c.out, "out", "", "`FILE` for the rows")
	f.StringVar(&c.missed, "missed", "", "`FILE` for the posts that were late")
	f.StringVar(&c.bad, "bad", "", "`FILE` for the lines that are no posts")
	f.StringVar(&c.html, "html", "", "`FILE` for bar charts of the last days, a page by itself")
	f.StringVar(&c.table, "table", "", "posts of the table of this `NAME` alone")
	zone := f.String("zone", "UTC", "`PLACE` whose days they are, as Europe/Berlin")
	f.IntVar(&c.n, "n", 10, "`N` users a ranking")
	f.DurationVar(&c.delay, "delay", 10*time.Minute, "how far a request may lie before the newest one and still be on time")
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
	switch {
	case err != nil:
		return c, err
	case c.n < 1:
		return c, fmt.Errorf("-n is %d: must be at least 1", c.n)
	case c.delay < 0:
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
	files := []file{{"-facts", c.facts}, {"-out", c.out}, {"-missed", c.missed}, {"-bad", c.bad}, {"-html", c.html}}
	for i, a := range files[1:] {
		if a.path == "-" {
			return fmt.Errorf("%s is -: must be a file, standard output has the table", a.flag)
		}
		if a.path == "" {
			continue
		}
		for _, b := range files[:i+1] {
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
	if err := c.readable(); err != nil { // first: nothing is overwritten for want of posts
		return err
	}
	s, err := newSystem(c)
	if err != nil {
		return err
	}
	page, err := openHTML(c.html)
	if err != nil {
		return err
	}
	if err := s.consume(ctx, c); err != nil {
		return err
	}
	if err := s.close(ctx); err != nil {
		return err
	}
	if err := page.write(s.tally.page(c.zone)); err != nil {
		return err
	}
	return s.print(stdout, c)
}
