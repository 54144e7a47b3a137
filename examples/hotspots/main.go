// Hotspots finds where the players of a game stand close together: of each second
// and game the dense regions among the last positions, with their bounds, how many
// positions they have, and how dense they are.
//
//	go run ./examples/hotspots
//	go run ./examples/hotspots -facts positions.ndjson -out rows.ndjson -radius 5 -least 20 -chart field.html
//	feed | go run ./examples/hotspots -facts - -out rows.ndjson
//
// Without -facts it makes three minutes of two games itself. It prints the regions
// at the end, and the ledger, in which every line has its place, and ends with 0;
// with 2 and a line of reason if something cannot be read or written, or a flag is
// wrong. README.md has the formats.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/cli"
	"github.com/tidemark-go/tidemark/examples/internal/output"
)

// config is what the flags say.
type config struct {
	facts                 string // read
	out, late, bad, chart string // written
	radius                float64
	least, records        int
	delay                 time.Duration
	seed                  uint64
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
	return cli.End("hotspots", err, stderr)
}

func parse(args []string, stderr io.Writer) (c config, err error) {
	f := cli.Flags("hotspots", stderr)
	f.StringVar(&c.facts, "facts", "", "`FILE` of positions, - for standard input; without it they are made up")
	f.StringVar(&c.out, "out", "", "`FILE` for the rows, one a second and game")
	f.StringVar(&c.late, "late", "", "`FILE` for the positions that came late")
	f.StringVar(&c.bad, "bad", "", "`FILE` for the lines that are no positions")
	f.StringVar(&c.chart, "chart", "", "`FILE` for a picture of the fields at the end, a page by itself")
	f.Float64Var(&c.radius, "radius", 3, "positions less than `R` apart are near, in the unit of x and y")
	f.IntVar(&c.least, "least", 10, "a position with `N` near it, itself among them, begins a region")
	f.IntVar(&c.records, "records", 200, "the last `N` positions of a game are looked at")
	f.DurationVar(&c.delay, "delay", 2*time.Second, "how far a position may lie before the newest one and still be on time")
	f.Uint64Var(&c.seed, "seed", 1, "seed of what is made up")
	if err := cli.Parse(f, args); err != nil {
		return c, err
	}
	switch {
	case !(c.radius >= 1e-6 && c.radius <= farthest):
		return c, fmt.Errorf("-radius is %v: must be from 1e-6 to 1e9", c.radius)
	case c.least < 1:
		return c, fmt.Errorf("-least is %d: must be at least 1", c.least)
	case c.records < 1 || c.records > 1_000_000:
		return c, fmt.Errorf("-records is %d: must be from 1 to 1000000", c.records)
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
		{Flag: "-late", Path: c.late, What: "late positions"},
		{Flag: "-bad", Path: c.bad, What: "bad lines"},
		{Flag: "-chart", Path: c.chart, What: "picture"},
	}
}

// work reads everything, and prints.
func (c config) work(ctx context.Context, stdout io.Writer) error {
	if err := cli.Readable(c.inputs()...); err != nil { // first: nothing is overwritten for want of positions
		return err
	}
	s, err := newSystem(c)
	if err != nil {
		return err
	}
	page, err := output.OpenPage("-chart", c.chart)
	if err != nil {
		return err
	}
	if err := s.consume(ctx, c); err != nil {
		return err
	}
	if err := s.close(ctx); err != nil {
		return err
	}
	if err := page.Write(s.tally.page(c.hotspots())); err != nil {
		return err
	}
	return s.print(stdout, c)
}
