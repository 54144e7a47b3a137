// Callcenter counts the calls in the queue of each organisation, every five
// seconds of event time, and names the organisation as it was called then.
//
//	go run ./examples/callcenter
//	go run ./examples/callcenter -facts calls.ndjson -orgs orgs.json -out rows.ndjson -late late.ndjson -bad bad.ndjson
//	feed | go run ./examples/callcenter -facts - -out rows.ndjson
//
// Without -facts it makes ten minutes of calls itself; without -orgs it has five
// organisations of its own. It prints the last rows of one organisation, then
// the ledger, in which every line has its place, and ends with 0; with 2 and a
// line of reason if something cannot be read or written, or a flag is empty.
//
// # What goes in
//
// Calls are lines, each a JSON object; a file may also be one array of them:
//
//	{"AgentId":2001,"OrgID":102,"QueueId":3,"WorkMode":"ACW","WorkSkill":"Bilingualism","HandleTime":120,
//	 "ServiceLevel":"Sev1","WorkSates":"On a call","WaitingTime":35,"EventTime":"2026-11-20T10:00:03"}
//
// Names count to the letter; other fields are passed over. EventTime is UTC; RFC
// 3339, with a fraction or an offset, will do too. OrgID and EventTime must be
// there, null is as good as absent, and of a name that comes twice the last
// counts. Identifiers are integers, times any number, the rest strings: anything
// else is a bad line. A blank line is none.
//
// Organisations are lines or one array, whatever they are read from. A version
// holds from its update_time, or from the beginning if it has none:
//
//	{"OrgID":102,"OrgName":"Prem Hub","Region":"AMER","update_time":"2026-11-20T06:00:00"}
//
// Files may be gzip. "-" is standard input.
//
// # What comes out
//
// Files are written anew, as the rows come.
//
//	-out   {"window_start":…,"window_end":…,"OrgID":102,"OrgName":"Prem Hub","CallsInQueue":4,"Agent_cnt":3,"max_handle_time":120,…}
//	-late  {"window_start":…,"window_end":…,"watermark":…,"fact":{…}}
//	-bad   {"line":17,"reason":"OrgID is missing","text":…}
//
// Rows come by window_end and then OrgID. OrgName is empty where no version is
// as old as the row, and the ledger counts these; a greatest or least time that
// no call gave is null. A late fact stands beside the span that it missed. A bad
// line of the organisations has "file":"orgs" as well, and one that is not UTF-8
// "base64", which has it to the byte where "text" cannot.
//
// # What is late
//
// The watermark is the greatest EventTime, less 4 s, and a call is late once it
// has reached the end of the window. So a call with a time far ahead makes those
// after it late, which the ledger and the late file show.
//
// # Live
//
// What comes through a pipe may be live. If the newest call is less than a
// minute off the clock of the machine, the watermark goes on with the clock
// until the next comes, so that the last window does not wait for the next
// burst. What is older is a replay, and is never held against the clock. An
// interrupt ends the feed: what is open is written as it is.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"

	"github.com/tidemark-go/tidemark/examples/internal/cli"
)

// config is what the flags say.
type config struct {
	facts, orgs    string // read
	out, late, bad string // written
	org            string
	seed           uint64
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt kills
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program: it returns what the process ends with.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := parse(args, stderr)
	if err == nil {
		err = c.work(ctx, stdout)
	}
	return cli.End("callcenter", err, stderr)
}

func parse(args []string, stderr io.Writer) (c config, err error) {
	f := cli.Flags("callcenter", stderr)
	f.StringVar(&c.facts, "facts", "", "`FILE` of calls, - for standard input; without it they are made up")
	f.StringVar(&c.orgs, "orgs", "", "`FILE` of organisations, - for standard input; without it there are five")
	f.StringVar(&c.out, "out", "", "`FILE` for the rows")
	f.StringVar(&c.late, "late", "", "`FILE` for the late facts")
	f.StringVar(&c.bad, "bad", "", "`FILE` for the lines that are no facts")
	f.StringVar(&c.org, "org", "", "rows of the organisation of this `NAME` alone; without it the file gets every one, and the table \"Prem Hub\"")
	f.Uint64Var(&c.seed, "seed", 1, "seed of what is made up")
	if err := cli.Parse(f, args); err != nil {
		return c, err
	}
	if c.facts == "-" && c.orgs == "-" {
		return c, errors.New("-facts and -orgs are both standard input: one must be a file")
	}
	return c, cli.Check(c.inputs(), c.outputs(), "must be a file, standard output has the table")
}

// inputs are the files that c names to be read.
func (c config) inputs() []cli.File {
	return []cli.File{{Flag: "-facts", Path: c.facts}, {Flag: "-orgs", Path: c.orgs}}
}

// outputs are those that are written.
func (c config) outputs() []cli.File {
	return []cli.File{
		{Flag: "-out", Path: c.out, What: "rows"},
		{Flag: "-late", Path: c.late, What: "late facts"},
		{Flag: "-bad", Path: c.bad, What: "bad lines"},
	}
}

// work reads everything, and prints.
func (c config) work(ctx context.Context, stdout io.Writer) error {
	if err := cli.Readable(c.inputs()...); err != nil { // first: nothing is overwritten for want of calls
		return err
	}
	calls, err := c.feed()
	if err != nil {
		return err
	}
	s, err := newSystem(c)
	if err != nil {
		return err
	}
	if err := s.loadOrgs(ctx, c); err != nil {
		return err
	}
	if err := s.consume(ctx, calls, c.facts != "" && cli.Live(c.facts)); err != nil {
		return err
	}
	if err := s.close(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	return s.print(stdout, c)
}
