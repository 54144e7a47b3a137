package main

import (
	"bytes"
	"context"
	"errors"

	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/source"
)

// consume takes the users, then the actions, to their ends. Without a file, actions
// that are made up have users that are as well, and those of a file have none.
func (s *system) consume(ctx context.Context, c config) error {
	if err := errors.Join(s.p.Flush(ctx), s.bad.Flush(ctx)); err != nil { // opens the files, before anything is taken
		return err
	}
	users := &source.NDJSON[User]{Path: c.users, Decode: decodeUser, Array: true}
	actions := &source.NDJSON[Action]{Path: c.facts, Decode: decodeAction}
	switch {
	case c.facts == "":
		users.From = bytes.NewReader(madeUsers(small))
		actions.From = bytes.NewReader(madeActions(c.seed))
	case c.users == "":
		users.From = bytes.NewReader(nil)
	}
	if err := lines.Read(ctx, "-users", users, &s.tally.users, &s.bad, s.users.Feed); err != nil {
		return err
	}
	if err := s.users.Close(); err != nil { // complete: from now on nobody waits
		return err
	}
	if err := lines.Read(ctx, "-facts", actions, &s.tally.actions, &s.bad, s.actions.Feed); err != nil {
		return err
	}
	return s.actions.Close() // what fires by it is final
}
