package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"os"
	"strings"

	"github.com/tidemark-go/tidemark/examples/internal/cli"
	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/source"
)

// feed returns the feed of calls.
func (c config) feed() (*source.NDJSON[Call], error) {
	r := &source.NDJSON[Call]{Path: c.facts, Decode: decodeCall}
	if c.facts == "" {
		r.From = strings.NewReader(madeCalls(c.seed))
		return r, nil
	}
	// The first line of a stream may begin with a bracket and be no array.
	if c.facts != "-" && !cli.Live(c.facts) {
		array, err := startsArray(c.facts)
		if err != nil {
			return nil, cli.Of("-facts", err)
		}
		r.Array = array
	}
	return r, nil
}

// startsArray reports whether a file begins with [{, which no line of a feed does.
func startsArray(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	if head, _ := r.Peek(2); string(head) == "\x1f\x8b" {
		z, err := gzip.NewReader(r)
		if err != nil {
			return false, nil // is told by the reader
		}
		r = bufio.NewReader(z)
	}
	for _, want := range []byte("[{") {
		got := byte(' ')
		for err == nil && strings.IndexByte(" \t\r\n\xef\xbb\xbf", got) >= 0 {
			got, err = r.ReadByte()
		}
		if err != nil || got != want {
			return false, nil // an error is told by the reader
		}
	}
	return true, nil
}

// loadOrgs feeds all versions of the organisations. An interrupt waits until they
// are there: it ends the feed of calls.
func (s *system) loadOrgs(ctx context.Context, c config) error {
	r := &source.NDJSON[Org]{Path: c.orgs, Decode: decodeOrg, Array: true}
	if c.orgs == "" {
		r.From = strings.NewReader(madeOrgs(c.facts == ""))
	}
	if err := lines.Read(context.WithoutCancel(ctx), "-orgs", r, &s.tally.orgs, &s.bad, s.orgs.Feed); err != nil {
		return err
	}
	return s.orgs.Close()
}
