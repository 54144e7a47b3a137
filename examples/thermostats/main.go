// Thermostats tells how inefficient a fleet of thermostats is: each reading meets
// the temperature that its device was set to then, and is as inefficient as it is
// far from that; by device and day, over all devices by day, with the worst and the
// most active of a day.
//
//	go run ./examples/thermostats
//	go run ./examples/thermostats -rate 100 -days 1 -html charts.html
//	go run ./examples/thermostats -settings settings.ndjson -facts readings.ndjson -out rows.ndjson -live live.ndjson -threshold 0.05
//
// Without -facts it makes four days of 1,000 devices itself, and without -settings
// what they are set to. It prints the days, the rankings of the last one and the
// ledger, in which every line has its place, and ends with 0; with 2 and a line of
// reason if something cannot be read or written, or a flag is wrong. It reads
//
//	readings {"uuid":"u1","deviceid":"d1","devicets":"2026-11-20T10:00:00","temp":73.5}
//	settings {"deviceid":"d1","settemp":71,"update_time":"2026-11-20T06:00:00"}
//
// A setting holds from its update_time until the next one of its device; one without
// it holds from the beginning. A deviceid is a string or an integer. Rows are
//
//	{"uuid":"u1","deviceid":"d1","devicets":"2026-11-20T10:00:00Z","temp":73.5,"settemp":71,"pct_inefficiency":0.035211267605633804}
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
)

// config is what the flags say.
type config struct {
	facts, settings                                string // read
	out, live, daily, days, top, missed, bad, html string // written
	threshold                                      float64
	delay                                          time.Duration
	made                                           made
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
	return cli.End("thermostats", err, stderr)
}

func parse(args []string, stderr io.Writer) (c config, err error) {
	f := cli.Flags("thermostats", stderr)
	f.StringVar(&c.facts, "facts", "", "`FILE` of readings, - for standard input; without it they are made up")
	f.StringVar(&c.settings, "settings", "", "`FILE` of settings, - for standard input, read before the readings; without it they are made up")
	f.StringVar(&c.out, "out", "", "`FILE` for the rows, one a reading")
	f.StringVar(&c.live, "live", "", "`FILE` for the rows above the threshold alone")
	f.StringVar(&c.daily, "daily", "", "`FILE` for the days of each device")
	f.StringVar(&c.days, "fleet", "", "`FILE` for the days of all devices together")
	f.StringVar(&c.top, "top", "", "`FILE` for the rankings of each day")
	f.StringVar(&c.missed, "missed", "", "`FILE` for the readings that were late, came twice, or are of a device without a setting")
	f.StringVar(&c.bad, "bad", "", "`FILE` for the lines that are no readings or settings")
	f.StringVar(&c.html, "html", "", "`FILE` for the charts, a page by itself")
	f.Float64Var(&c.threshold, "threshold", 0.05, "pct_inefficiency above which a row goes to the live file, as a `SHARE`: 0.05 is 5 %")
	f.DurationVar(&c.delay, "delay", 5*time.Minute, "how far a reading may lie before the newest one and still be on time")
	f.IntVar(&c.made.devices, "devices", 1000, "`N` devices of what is made up")
	f.Float64Var(&c.made.rate, "rate", 0.25, "readings a second of what is made up: `N`")
	f.IntVar(&c.made.days, "days", 4, "`N` days of what is made up")
	f.Uint64Var(&c.made.seed, "seed", 1, "seed of what is made up")
	if err := cli.Parse(f, args); err != nil {
		return c, err
	}
	switch {
	case c.delay < 0:
		return c, fmt.Errorf("-delay is %v: must not be negative", c.delay)
	case !(c.threshold >= 0):
		return c, fmt.Errorf("-threshold is %v: must be a number from 0 on", c.threshold)
	case c.made.devices < 1 || c.made.devices > 1e6:
		return c, fmt.Errorf("-devices is %d: must be from 1 to 1000000", c.made.devices)
	case !(c.made.rate > 0 && c.made.rate <= 1e4):
		return c, fmt.Errorf("-rate is %v: must be above 0 and at most 10000", c.made.rate)
	case c.made.days < 1 || c.made.days > 1000:
		return c, fmt.Errorf("-days is %d: must be from 1 to 1000", c.made.days)
	case c.facts == "-" && c.settings == "-":
		return c, errors.New("-facts and -settings are both -: standard input can be one of them alone")
	}
	return c, cli.Check(c.inputs(), c.outputs(), "must be a file, standard output has the table")
}

// inputs are the files that c names to be read.
func (c config) inputs() []cli.File {
	return []cli.File{{Flag: "-facts", Path: c.facts}, {Flag: "-settings", Path: c.settings}}
}

// outputs are those that are written.
func (c config) outputs() []cli.File {
	return []cli.File{
		{Flag: "-out", Path: c.out, What: "rows"},
		{Flag: "-live", Path: c.live, What: "live rows"},
		{Flag: "-daily", Path: c.daily, What: "days of devices"},
		{Flag: "-fleet", Path: c.days, What: "days"},
		{Flag: "-top", Path: c.top, What: "rankings"},
		{Flag: "-missed", Path: c.missed, What: "missed readings"},
		{Flag: "-bad", Path: c.bad, What: "bad lines"},
		{Flag: "-html", Path: c.html, What: "charts"},
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
	if err := page.Write(s.tally.page()); err != nil {
		return err
	}
	return s.print(stdout, c)
}
