package main

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/jsonline"
	"github.com/tidemark-go/tidemark/watermark"
)

// Reading is a fact: what a sensor says, and when that arrived.
type Reading struct {
	Name    string
	Value   int64
	Created watermark.Time
}

func (r Reading) nanos() int64   { return int64(r.Created) }
func (r Reading) sensor() string { return r.Name }

// vector is the point that is scored.
func (r Reading) vector(dst []float64) []float64 { return append(dst, float64(r.Value)) }

// mostValue is where integers cease to be different as float64.
const mostValue = 1 << 53

// decode makes a Reading of a line, as yet without its time, or says why it is none.
func decode(line []byte, r *Reading) error {
	o, err := jsonline.Parse(line)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name, want string
		to         any
	}{{"iotName", "a string", &r.Name}, {"iotValue", "an integer", &r.Value}} {
		if err := o.Need(f.name); err != nil {
			return err
		}
		if err := json.Unmarshal(o[f.name], f.to); err != nil {
			return o.Wrong(f.name, f.want)
		}
	}
	switch {
	case r.Name == "":
		return errors.New("iotName is empty")
	case r.Value > mostValue || r.Value < -mostValue:
		return o.Wrong("iotValue", "an integer of 53 bits")
	}
	return nil
}

// arrival gives the time of a clock in milliseconds, never backwards.
func arrival(clock func() time.Time) func() watermark.Time {
	last := watermark.Min
	return func() watermark.Time {
		t, _ := watermark.Of(clock().Truncate(time.Millisecond))
		last = max(last, t)
		return last
	}
}

// steady is a clock that goes on by step each time it is read.
func steady(from time.Time, step time.Duration) func() time.Time {
	next := from
	return func() time.Time {
		t := next
		next = next.Add(step)
		return t
	}
}
