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
	"io"
	"os"

	"github.com/tidemark-go/tidemark/examples/internal/cli"
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
	if err == nil {
		err = c.work(ctx, stdout)
	}
	code := cli.End("appevents", err, stderr)
	if errors.Is(err, errDiffers) {
		code = 1
	}
	return code
}

var errDiffers = errors.New("the table does not agree with the source: see diff")

func parse(args []string, stderr io.Writer) (c config, err error) {
	f := cli.Flags("appevents", stderr)
	f.StringVar(&c.hits, "hits", "", "`FILE` of hits, - for standard input; without it they are made up")
	f.StringVar(&c.out, "out", "", "`FILE` for all rows, as they are sent")
	f.StringVar(&c.table, "table", "", "`FILE` for the table as it is at the end")
	f.StringVar(&c.late, "late", "", "`FILE` for the hits that are not counted: too late, or duplicates")
	f.StringVar(&c.bad, "bad", "", "`FILE` for the lines that are no hits")
	f.Uint64Var(&c.seed, "seed", 1, "seed of what is made up")
	c.batch = 1024
	if err := cli.Parse(f, args); err != nil {
		return c, err
	}
	return c, cli.Check(c.inputs(), c.outputs(), "must be a file, standard output has the table")
}

// inputs are the files that c names to be read.
func (c config) inputs() []cli.File {
	return []cli.File{{Flag: "-hits", Path: c.hits}}
}

// outputs are those that are written.
func (c config) outputs() []cli.File {
	return []cli.File{{Flag: "-out", Path: c.out}, {Flag: "-table", Path: c.table}, {Flag: "-late", Path: c.late}, {Flag: "-bad", Path: c.bad}}
}

// work reads everything, and prints.
func (c config) work(ctx context.Context, stdout io.Writer) error {
	if err := cli.Readable(c.inputs()...); err != nil { // first: nothing is overwritten for want of hits
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
