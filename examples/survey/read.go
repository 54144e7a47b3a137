package main

import (
	"context"
	"strings"

	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/source"
)

// consume takes the contacts, then the answers, to their ends.
func (s *system) consume(ctx context.Context, c config) error {
	if err := s.p.Flush(ctx); err != nil { // opens the files, before anything is taken
		return err
	}
	if err := s.bad.Flush(ctx); err != nil {
		return err
	}
	contacts := &source.NDJSON[Contact]{Path: c.contacts, Decode: decodeContact}
	if c.contacts == "" {
		contacts.From = strings.NewReader(madeContacts(c.seed))
	}
	if err := lines.Read(ctx, "-contacts", contacts, &s.tally.contacts, &s.bad, s.contacts.Feed); err != nil {
		return err
	}
	if err := s.contacts.Close(); err != nil {
		return err
	}
	answers := &source.NDJSON[Answer]{Path: c.facts, Decode: c.decodeAnswer}
	if c.facts == "" {
		answers.From = strings.NewReader(madeAnswers(c.seed))
	}
	if err := lines.Read(ctx, "-facts", answers, &s.tally.answers, &s.bad, s.answers.Feed); err != nil {
		return err
	}
	return s.answers.Close() // what fires by it is final
}
