package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/tidemark-go/tidemark/watermark"
)

// Hit is what somebody did in an app.
type Hit struct {
	App, User, Event string
	ID               string // may be empty
	At               watermark.Time
	Original         string // the line, for the late file
}

func (h Hit) nanos() int64 { return int64(h.At) }
func (h Hit) app() string  { return h.App }

// key is 16 bytes of a hash over all fields, each with its length before it, so
// that no two hits write the same bytes. A repeat has all of them in common, the
// time too: the retry of an upload sends what was stored.
func (h Hit) key() (key [16]byte) {
	var room [256]byte
	b := binary.BigEndian.AppendUint64(room[:0], uint64(h.At))
	for _, field := range [...]string{h.App, h.User, h.Event, h.ID} {
		b = binary.AppendUvarint(b, uint64(len(field)))
		b = append(b, field...)
	}
	sum := sha256.Sum256(b)
	copy(key[:], sum[:])
	return key
}

// Day is a day of UTC, by its first instant.
type Day watermark.Time

func dayOf(t watermark.Time) Day { return Day(t.Floor(24*time.Hour, 0)) }

// String gives it as 2026-11-20.
func (d Day) String() string { return watermark.Time(d).UTC().Format(time.DateOnly) }

// MarshalText implements encoding.TextMarshaler.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// notHit is why a line is no hit, and when that would have been, if the line
// tells: the source has counted it in that day.
type notHit struct {
	reason string
	day    Day
	dated  bool
}

func (n *notHit) Error() string { return n.reason }

// decodeHit makes a Hit of a line, or says with a *notHit why it is none.
func decodeHit(line []byte, h *Hit) error {
	var in struct {
		App   *string `json:"app"`
		User  *string `json:"user"`
		Event *string `json:"event"`
		ID    string  `json:"hit_id"`
		At    *string `json:"event_time"`
	}
	err := json.Unmarshal(line, &in) // goes on behind a value of a wrong type
	var not notHit
	if in.At != nil {
		if at, timeErr := time.Parse(time.RFC3339, *in.At); timeErr == nil {
			h.At, not.dated = watermark.Of(at)
			not.day = dayOf(h.At)
		}
	}
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		not.reason = fmt.Sprintf("%s is of type %s: must be a string", wrong.Field, wrong.Value)
	case err != nil || wrong != nil || string(line) == "null":
		not.reason = "is no JSON object"
	case !utf8.Valid(line): // two hits could be one in what JSON makes of them
		not.reason = "is not UTF-8"
	case empty(in.App):
		not.reason = "app is missing"
	case empty(in.User):
		not.reason = "user is missing"
	case empty(in.Event):
		not.reason = "event is missing"
	case empty(in.At):
		not.reason = "event_time is missing"
	case !not.dated:
		not.reason = fmt.Sprintf("event_time %q: must be RFC 3339, like 2026-11-20T10:00:00Z, of a year from 1678 to 2261", *in.At)
	default:
		h.App, h.User, h.Event, h.ID, h.Original = *in.App, *in.User, *in.Event, in.ID, string(line)
		return nil
	}
	return &not
}

func empty(s *string) bool { return s == nil || *s == "" }
