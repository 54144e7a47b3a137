// Newstrends counts, each minute, the impressions and clicks of articles by the
// gender and the segment of the readers as they were at the time of the action, and
// tells the click rate and the best articles of each segment.
//
//	go run ./examples/newstrends
//	go run ./examples/newstrends -facts actions.ndjson -users users.ndjson -out rows.ndjson -rates rates.ndjson -top top.ndjson
//	go run ./examples/newstrends -generate 2000000 -o DIR
//
// Without -facts it makes three minutes of actions itself, and their users. It
// prints the last minute and the ledger, in which every line has its place, and
// ends with 0; with 2 and a line of reason if something cannot be read or written,
// or a flag is wrong. README.md has the formats, and what an action costs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/cli"
)

// config is what the flags say.
type config struct {
	facts, users               string // read
	out, rates, top, late, bad string // written
	n                          int
	delay                      time.Duration
	seed                       uint64
	generate                   int // 0: read
	o                          string
}

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program: it returns what the process ends with.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := parse(args, stderr)
	switch {
	case err != nil:
	case c.generate > 0:
		err = c.makeFiles(ctx, stdout)
	default:
		err = c.work(ctx, stdout)
	}
	return cli.End("newstrends", err, stderr)
}

func parse(args []string, stderr io.Writer) (c config, err error) {
	f := cli.Flags("newstrends", stderr)
	f.StringVar(&c.facts, "facts", "", "`FILE` of actions, - for standard input; without it they are made up, and their users too")
	f.StringVar(&c.users, "users", "", "`FILE` of users, - for standard input; without it those of -facts are unknown")
	f.StringVar(&c.out, "out", "", "`FILE` for the rows by gender, segment and article")
	f.StringVar(&c.rates, "rates", "", "`FILE` for the click rates by segment")
	f.StringVar(&c.top, "top", "", "`FILE` for the top articles by segment")
	f.StringVar(&c.late, "late", "", "`FILE` for the actions that were late")
	f.StringVar(&c.bad, "bad", "", "`FILE` for the lines that are no facts")
	f.IntVar(&c.n, "n", 10, "`N` articles a segment in -top")
	f.DurationVar(&c.delay, "delay", 10*time.Second, "how far an action may lie before the newest one and still be on time")
	f.Uint64Var(&c.seed, "seed", 1, "seed of what is made up")
	f.IntVar(&c.generate, "generate", 0, "make up `N` lines of actions, 500,000 a minute, and users, and do nothing else; needs -o")
	f.StringVar(&c.o, "o", "", "`FOLDER` for the files of -generate")
	if err := cli.Parse(f, args); err != nil {
		return c, err
	}
	beside := "" // -generate
	f.Visit(func(g *flag.Flag) {
		if g.Name != "generate" && g.Name != "o" && g.Name != "seed" {
			beside = g.Name
		}
	})
	switch {
	case c.n < 1:
		return c, fmt.Errorf("-n is %d: must be at least 1", c.n)
	case c.delay < 0:
		return c, fmt.Errorf("-delay is %v: must not be negative", c.delay)
	case c.generate < 0:
		return c, fmt.Errorf("-generate is %d: must not be negative", c.generate)
	case (c.generate > 0) != (c.o != ""):
		return c, errors.New("-generate and -o belong together: one is missing")
	case c.generate > 0 && beside != "":
		return c, fmt.Errorf("-%s has no meaning beside -generate, which makes files and nothing else", beside)
	case c.users != "" && c.facts == "":
		return c, errors.New("-users without -facts: what is made up has users of its own")
	case c.facts == "-" && c.users == "-":
		return c, errors.New("-facts and -users are both standard input: one must be a file")
	}
	return c, cli.Check(c.inputs(), c.outputs(), "must be a file, standard output has the table")
}

// inputs are the files that c names to be read.
func (c config) inputs() []cli.File {
	return []cli.File{{Flag: "-facts", Path: c.facts}, {Flag: "-users", Path: c.users}}
}

// outputs are those that are written.
func (c config) outputs() []cli.File {
	return []cli.File{
		{Flag: "-out", Path: c.out, What: "rows"},
		{Flag: "-rates", Path: c.rates, What: "click rates"},
		{Flag: "-top", Path: c.top, What: "top articles"},
		{Flag: "-late", Path: c.late, What: "late actions"},
		{Flag: "-bad", Path: c.bad, What: "bad lines"},
	}
}

// work reads everything, and prints.
func (c config) work(ctx context.Context, stdout io.Writer) error {
	if err := cli.Readable(c.inputs()...); err != nil { // first: nothing is overwritten for want of facts
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
