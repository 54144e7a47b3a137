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
	"fmt"
	"io"
	"os"
	"time"
	_ "time/tzdata" // the same days on a machine without zone data

	"github.com/tidemark-go/tidemark/examples/internal/cli"
	"github.com/tidemark-go/tidemark/examples/internal/output"
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
	c, err := parse(args, stderr)
	if err == nil {
		err = c.work(ctx, stdout)
	}
	return cli.End("topusers", err, stderr)
}

func parse(args []string, stderr io.Writer) (c config, err error) {
	f := cli.Flags("topusers", stderr)
	f.StringVar(&c.facts, "facts", "", "`FILE` of posts, - for standard input; without it they are made up")
	f.StringVar(&c.out, "out", "", "`FILE` for the rows")
	f.StringVar(&c.missed, "missed", "", "`FILE` for the posts that were late")
	f.StringVar(&c.bad, "bad", "", "`FILE` for the lines that are no posts")
	f.StringVar(&c.html, "html", "", "`FILE` for bar charts of the last days, a page by itself")
	f.StringVar(&c.table, "table", "", "posts of the table of this `NAME` alone")
	zone := f.String("zone", "UTC", "`PLACE` whose days they are, as Europe/Berlin")
	f.IntVar(&c.n, "n", 10, "`N` users a ranking")
	f.DurationVar(&c.delay, "delay", 10*time.Minute, "how far a post may lie before the newest one and still be on time")
	f.Uint64Var(&c.seed, "seed", 1, "seed of what is made up")
	if err := cli.Parse(f, args); err != nil {
		return c, err
	}
	switch {
	case c.n < 1:
		return c, fmt.Errorf("-n is %d: must be at least 1", c.n)
	case c.delay < 0:
		return c, fmt.Errorf("-delay is %v: must not be negative", c.delay)
	}
	if c.zone, err = time.LoadLocation(*zone); err != nil {
		return c, fmt.Errorf("-zone is %q: must be a place of the zone data, as Europe/Berlin", *zone)
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
		{Flag: "-missed", Path: c.missed, What: "late posts"},
		{Flag: "-bad", Path: c.bad, What: "bad lines"},
		{Flag: "-html", Path: c.html, What: "charts"},
	}
}

// work reads everything, and prints.
func (c config) work(ctx context.Context, stdout io.Writer) error {
	if err := cli.Readable(c.inputs()...); err != nil { // first: nothing is overwritten for want of posts
		return err
	}
	s, err := newSystem(c)
	if err != nil {
		return err
	}
	page, err := output.OpenPage("-html", c.html)
	if err != nil {
		return err
	}
	if err := s.consume(ctx, c); err != nil {
		return err
	}
	if err := s.close(ctx); err != nil {
		return err
	}
	if err := page.Write(s.tally.page(c.zone)); err != nil {
		return err
	}
	return s.print(stdout, c)
}
