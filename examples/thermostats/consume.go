package main

import (
	"context"
	"errors"

	"github.com/tidemark-go/tidemark/sink"
)

// consume takes the settings, then the readings, to their ends.
func (s *system) consume(ctx context.Context, c config) error {
	if err := s.p.Flush(ctx); err != nil { // opens the files, before anything is taken
		return err
	}
	if s.bad != nil {
		if err := s.bad.Flush(ctx); err != nil {
			return err
		}
	}
	var failed error
	bad := func(of *count, file string) badFunc {
		return func(line int, text []byte, err error) {
			of.lines++
			of.bad++
			if s.bad != nil && failed == nil {
				failed = s.bad.Write(sink.Batch[badLine]{Rows: []badLine{{line, reason(err), string(text), file}}})
			}
		}
	}
	takeSettings := func(batch []Setting) error {
		s.tally.settings.lines += len(batch)
		return errors.Join(failed, s.settings.Feed(batch...))
	}
	takeReadings := func(batch []Reading) error {
		s.tally.readings.lines += len(batch)
		return errors.Join(failed, s.readings.Feed(batch...))
	}
	var err error
	if told := bad(&s.tally.settings, "settings"); c.settings == "" {
		err = readMade(c.made.settings(), decodeSetting, told, takeSettings)
	} else {
		err = readFile(ctx, "-settings", c.settings, decodeSetting, told, takeSettings)
	}
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	if err := s.settings.Close(); err != nil {
		return err
	}
	if told := bad(&s.tally.readings, ""); c.facts == "" {
		err = readMade(c.made.readings(), decodeReading, told, takeReadings)
	} else {
		err = readFile(ctx, "-facts", c.facts, decodeReading, told, takeReadings)
	}
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	return s.readings.Close() // what fires by it is final
}

// close ends the files.
func (s *system) close(ctx context.Context) error {
	err := s.p.Close(ctx)
	if s.bad != nil {
		err = errors.Join(err, s.bad.Close(ctx))
	}
	return err
}
