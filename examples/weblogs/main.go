// Weblogs counts the sizes of the answers of a web server by minute, from its
// access log, and finds the clients that ask too often or fetch too much.
//
//	go run ./examples/weblogs
//	go run ./examples/weblogs -logs access.log.gz -out rows.ndjson -html sizes.html -alerts alerts.ndjson -bad bad.ndjson
//	zcat access.log.*.gz | go run ./examples/weblogs -logs - -from 2026-11-20T10:00:00Z -to 2026-11-20T12:00:00Z -merged sizes.ndjson
//	go run ./examples/weblogs -generate 10000000 -o access.log
//
// Without -logs it makes a quarter of an hour of traffic itself. It prints the
// most frequent sizes of the range, the worst clients, then the ledger, in which
// every line has its place, and ends with 0; with 2 and a line of reason if
// something cannot be read or written, or a flag makes no sense.
//
// # What goes in
//
// Lines in the combined format of Apache and NCSA:
//
//	93.184.216.34 - frank [20/Nov/2026:10:00:03 +0000] "GET /index.html HTTP/1.1" 200 13023 "https://example.com/" "Mozilla/5.0 …"
//
// The client is an IPv4 or IPv6 address or the name of a host; ::ffff:1.2.3.4 is
// 1.2.3.4. A size of - is 0, as Apache writes it. In the request, the referer and
// the agent a quote stands behind a backslash. The request may be anything, as
// clients send anything. What follows the agent behind a space is passed over, and
// so are blank lines. All else is a bad line, and so is one beyond 64 KiB. The file
// may be gzip; "-" is standard input.
//
// # What comes out
//
// Files are written anew, as the rows come; -merged, -html and -vega at the end.
//
//	-out     {"timestamp":"2026-11-20T10:00:00Z","size_in_bytes":[{"size":13000,"freq":11},…]}
//	-merged  {"messagesize":13000,"messagecount":11}
//	-alerts  {"timestamp":…,"address":"93.184.216.34","requests":1400,"bytes":…,"over":"requests"}
//	-late    {"line":17,"window_start":…,"window_end":…,"watermark":…,"text":…}
//	-bad     {"line":17,"reason":"status is \"2OO\": must be three digits between spaces","text":…}
//
// A row of -out is a minute that has lines, by its beginning; sizes are in steps
// of 100, 13000 being 13,000 to 13,099. Those of the minutes that begin at -from or
// later, and before -to, are added up to -merged, and printed; -out, -alerts and the
// pictures have the whole log. An alert is a client that reached a
// rate in a minute, or a single request that was too large, with its line and its
// text; they come in the order of the lines that give rise to them. Of text that
// is not UTF-8, "base64" has the bytes.
//
// The page of -html shows the lines by minute, and the sizes of a range of time
// that is chosen in it. It needs nothing else, no network either. The spec of -vega
// is the same picture for Vega-Lite, with sizes and times in wider steps. Where a
// log is longer than 26 hours, the page has spans of two minutes, and so on.
//
// # What is late
//
// The watermark is the greatest time, less -delay, and a line is late once it has
// reached the end of the minute. A server writes the time at which a request came
// in when the answer has gone out, so the delay is to be that of most answers. A
// line with a time far ahead makes those after it late, which the ledger shows.
//
// From a pipe, each line is counted as it comes, and a minute is written when a
// line of a later one is there. An interrupt ends the log: what is open is written
// as it is.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/cli"
	"github.com/tidemark-go/tidemark/watermark"
)

// madeLines is the number of lines that are made up without -logs.
const madeLines = 100_000

// config is what the flags say.
type config struct {
	logs                                       string // read
	out, merged, alerts, late, bad, html, vega string // written
	from, to                                   string
	after, before                              watermark.Time // from and to
	delay                                      time.Duration
	limits                                     limits
	seed                                       uint64
	broken                                     float64
	speed                                      bool

	generate int
	o        string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt kills
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program: it returns what the process ends with.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := parse(args, stderr)
	switch {
	case err != nil:
	case c.generate > 0:
		err = c.makeLog(ctx, stdout)
	default:
		err = c.work(ctx, stdout)
	}
	return cli.End("weblogs", err, stderr)
}

func parse(args []string, stderr io.Writer) (c config, err error) {
	f := cli.Flags("weblogs", stderr)
	f.StringVar(&c.logs, "logs", "", "`FILE` of lines, - for standard input; without it they are made up")
	f.StringVar(&c.out, "out", "", "`FILE` for the sizes by minute")
	f.StringVar(&c.merged, "merged", "", "`FILE` for the sizes of the range")
	f.StringVar(&c.from, "from", "", "`TIME`, RFC 3339, at which the range begins; without it, with the log")
	f.StringVar(&c.to, "to", "", "`TIME`, RFC 3339, before which minutes of the range begin; without it, all do")
	f.StringVar(&c.html, "html", "", "`FILE` for a page with the picture")
	f.StringVar(&c.vega, "vega", "", "`FILE` for the picture as a Vega-Lite spec")
	f.StringVar(&c.alerts, "alerts", "", "`FILE` for the clients and requests over the rates")
	f.Int64Var(&c.limits.requests, "requests", 600, "`NUMBER` of requests of a client in a minute from which on it is listed; 0 lists none")
	f.Int64Var(&c.limits.bytes, "bytes", 500_000_000, "`NUMBER` of bytes to a client in a minute from which on it is listed; 0 lists none")
	f.Int64Var(&c.limits.request, "request", 100_000_000, "`NUMBER` of bytes of a request from which on it is listed; 0 lists none")
	f.StringVar(&c.late, "late", "", "`FILE` for the late lines")
	f.StringVar(&c.bad, "bad", "", "`FILE` for the lines that are none")
	f.DurationVar(&c.delay, "delay", 2*time.Second, "`DURATION` by which the time of a line may lie behind that of an earlier one")
	f.BoolVar(&c.speed, "speed", false, "print how fast it went")
	f.IntVar(&c.generate, "generate", 0, "`NUMBER` of lines to make up and write to -o, and nothing else")
	f.StringVar(&c.o, "o", "", "`FILE` for -generate, gzip if its name ends in .gz, - for standard output")
	f.Uint64Var(&c.seed, "seed", 1, "seed of what is made up")
	f.Float64Var(&c.broken, "broken", 0.001, "`SHARE` of the lines made up that are broken, 0 to 1")
	if err := cli.Parse(f, args); err != nil {
		return c, err
	}
	given := map[string]bool{}
	f.Visit(func(g *flag.Flag) { given[g.Name] = true })
	return c, errors.Join(c.sense(given), c.times(), cli.Check(c.inputs(), c.outputs(), "must be a file, standard output has the tables"))
}

// sense refuses values and flags that have no meaning.
func (c config) sense(given map[string]bool) error {
	if given["generate"] || given["o"] {
		switch {
		case c.generate <= 0:
			return fmt.Errorf("-generate is %d: must be above 0 with -o", c.generate)
		case c.o == "":
			return errors.New("-generate goes with -o: one must say where the lines go")
		}
		for _, name := range []string{"logs", "out", "merged", "from", "to", "html", "vega", "alerts", "requests", "bytes", "request", "late", "bad", "delay"} {
			if given[name] {
				return fmt.Errorf("-%s has no meaning beside -generate, which makes a log and nothing else", name)
			}
		}
	}
	if c.logs != "" && (given["seed"] || given["broken"]) {
		return errors.New("-seed and -broken have no meaning beside -logs: nothing is made up")
	}
	if !(c.broken >= 0 && c.broken <= 1) {
		return fmt.Errorf("-broken is %v: must be 0 to 1", c.broken)
	}
	if c.delay < 0 {
		return fmt.Errorf("-delay is %v: must not be negative", c.delay)
	}
	for _, l := range []struct {
		flag string
		n    int64
	}{{"requests", c.limits.requests}, {"bytes", c.limits.bytes}, {"request", c.limits.request}} {
		if l.n < 0 {
			return fmt.Errorf("-%s is %d: must not be negative", l.flag, l.n)
		}
	}
	return nil
}

// times reads the range.
func (c *config) times() error {
	c.after, c.before = watermark.Min, watermark.Max
	for _, f := range []struct {
		flag, text string
		to         *watermark.Time
	}{{"-from", c.from, &c.after}, {"-to", c.to, &c.before}} {
		if f.text == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, f.text)
		at, ok := watermark.Of(t)
		if err != nil || !ok {
			return fmt.Errorf("%s is %q: must be a time like 2026-11-20T10:00:00Z", f.flag, f.text)
		}
		*f.to = at
	}
	if c.after >= c.before {
		return fmt.Errorf("-from is %s and -to is %s: the range must not be empty", c.from, c.to)
	}
	return nil
}

// inputs are the files that c names to be read.
func (c config) inputs() []cli.File {
	return []cli.File{{Flag: "-logs", Path: c.logs}}
}

// outputs are those that are written.
func (c config) outputs() []cli.File {
	return []cli.File{
		{Flag: "-out", Path: c.out, What: "rows"},
		{Flag: "-merged", Path: c.merged, What: "merged sizes"},
		{Flag: "-alerts", Path: c.alerts, What: "alerts"},
		{Flag: "-late", Path: c.late, What: "late lines"},
		{Flag: "-bad", Path: c.bad, What: "bad lines"},
		{Flag: "-html", Path: c.html, What: "page"},
		{Flag: "-vega", Path: c.vega, What: "Vega-Lite spec"},
	}
}

// work reads everything, and prints.
func (c config) work(ctx context.Context, stdout io.Writer) error {
	log, file, err := c.open() // first: nothing is overwritten for want of lines
	if err != nil {
		return err
	}
	defer file.Close()
	s, err := newSystem(c)
	if err != nil {
		return err
	}
	begin := time.Now()
	if err := s.consume(ctx, c, log); err != nil {
		return err
	}
	if err := s.close(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	took := time.Since(begin)
	if err := s.print(stdout, c); err != nil || !c.speed {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%d lines, %.1f MB in %.2f s: %.2f million lines a second\n", s.tally.lines, float64(s.tally.bytes)/1e6, took.Seconds(), float64(s.tally.lines)/took.Seconds()/1e6)
	return err
}
