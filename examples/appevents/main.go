// Appevents counts the hits of apps by day, though they come up to 72 hours
// late, and keeps a table of them that agrees with its source line by line.
//
//	go run ./examples/appevents
//	go run ./examples/appevents -hits hits.ndjson.gz -out rows.ndjson -table table.ndjson -late late.ndjson -bad bad.ndjson
//	feed | go run ./examples/appevents -hits - -out rows.ndjson
//
// Without -hits it makes five days of hits itself. It prints the last rows of
// the table, each with what stood there before; the reconciliation with the
// source, a line a day; and the ledger. It ends with 0; with 1 if the table
// does not agree with the source; with 2 and a line of reason if something
// cannot be read or written, or a flag is empty.
//
// # What goes in
//
// Hits are lines, each a JSON object:
//
//	{"app":"shop","user":"u17","event":"open","hit_id":"00f1","event_time":"2026-11-20T10:00:03.25Z"}
//
// All are strings, and event_time is RFC 3339. hit_id may be missing, the others
// may not; other fields are passed over. What is anything else is a bad line; a
// blank line is none. A file may be gzip. "-" is standard input.
//
// Two hits with the same five values are one that was sent twice. The key that
// says so is 16 bytes of a hash over them.
//
// # What comes out
//
// Days are those of UTC, and a row is an app and a day: hits, and users who made
// them. The current day is sent every six hours, as early; the full day when it
// is over, as final; and for three days more, every six hours, what late hits
// have made of it, as correction.
//
//	-out    {"id":…,"kind":"correction","revision":5,"time":…,"row":{"day":"2026-11-20","app":"shop","hits":120,"users":31}}
//	-table  {"id":…,"kind":…,"revision":…,"day":"2026-11-20","app":"shop","hits":120,"users":31}
//	-late   {"reason":"late","day":"2026-11-16","watermark":…,"hit":{…}}
//	-bad    {"line":17,"reason":"app is missing","text":…}
//
// -out has all rows as they were sent, -table the last of each, by day and app.
// -late has the hits that are not counted: those too late, and the duplicates. A
// bad line that is not UTF-8 has "base64" as well, to the byte. Files are written
// anew.
//
// # What is late
//
// The watermark is the greatest event_time, less a minute: only what comes
// through at about one time is disorder, all the rest is a correction. A hit is
// too late 72 hours after its day is over, so never while it is itself not
// older than that. A time far ahead, from a phone with a wrong clock, makes the
// hits after it late, which the reconciliation and the late file show.
//
// What has not ended when the feed does is written as it is, marked as forced.
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
)

// config is what the flags say.
type config struct {
	hits                  string // read
	out, table, late, bad string // written
	seed                  uint64
	batch                 int // hits of a Feed
}

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program: it returns what the process ends with.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err == nil {
		err = c.work(ctx, stdout)
	}
	switch {
	case err == nil:
		return 0
	case !errors.Is(err, errTold):
		fmt.Fprintln(stderr, "appevents:", strings.ReplaceAll(strings.Join(reasons(err), "; "), "\n", "; "))
	}
	if errors.Is(err, errDiffers) {
		return 1
	}
	return 2
}

var (
	errTold    = errors.New("wrong flag") // the flag package has told it, with the usage
	errDiffers = errors.New("the table does not agree with the source: see diff")
)

func parse(args []string, stderr io.Writer) (c config, err error) {
	f := flag.NewFlagSet("appevents", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&c.hits, "hits", "", "`FILE` of hits, - for standard input; without it they are made up")
	f.StringVar(&c.out, "out", "", "`FILE` for all rows, as they are sent")
	f.StringVar(&c.table, "table", "", "`FILE` for the table as it is at the end")
	f.StringVar(&c.late, "late", "", "`FILE` for the hits that are not counted: too late, or duplicates")
	f.StringVar(&c.bad, "bad", "", "`FILE` for the lines that are no hits")
	f.Uint64Var(&c.seed, "seed", 1, "seed of what is made up")
	c.batch = 1024
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
	return c, c.check()
}

// check refuses files that stand in each other's way.
func (c config) check() error {
	type file struct{ flag, path string }
	files := []file{{"-hits", c.hits}, {"-out", c.out}, {"-table", c.table}, {"-late", c.late}, {"-bad", c.bad}}
	for i, a := range files[1:] {
		if a.path == "-" {
			return fmt.Errorf("%s is -: must be a file, standard output has the table", a.flag)
		}
		for _, b := range files[:i+1] {
			if a.path != "" && same(a.path, b.path) {
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
	if err := c.readable(); err != nil { // first: nothing is overwritten for want of hits
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
	return s.print(stdout)
}
