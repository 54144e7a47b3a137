// Package row has what a row carries beside its value, from the stage that
// made it to the sink: the time, the kind, the revision and the ID. A sink
// that upserts by ID and never goes back in revision has every row once,
// however often it was sent.
package row

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/tidemark-go/tidemark/watermark"
)

// Kind is why a row was sent.
type Kind uint8

// The kinds of rows.
const (
	Final      Kind = iota // the watermark has reached the end of the span
	Early                  // a preview; the final row still comes
	Correction             // late facts changed a final row; the value is whole
	Withdrawn              // a row sent before does not hold any more: a filter let it pass, and would not now
)

// String gives the name of the kind.
func (k Kind) String() string {
	if k > Withdrawn {
		return fmt.Sprintf("kind(%d)", uint8(k))
	}
	return kindNames[k]
}

// kindNames has the names of all kinds, in their order.
var kindNames = [...]string{"final", "early", "correction", "withdrawn"}

// MarshalText implements encoding.TextMarshaler: the name, as String gives it.
// A Kind that is none of the four is an error.
func (k Kind) MarshalText() ([]byte, error) {
	if k > Withdrawn {
		return nil, fmt.Errorf("row: kind %d: has no name: must be at most %d, %v", uint8(k), uint8(Withdrawn), Withdrawn)
	}
	return []byte(kindNames[k]), nil
}

// UnmarshalText implements encoding.TextUnmarshaler for what MarshalText writes.
func (k *Kind) UnmarshalText(b []byte) error {
	for i, name := range kindNames {
		if string(b) == name {
			*k = Kind(i)
			return nil
		}
	}
	return fmt.Errorf("row: kind %q: must be one of %s", b, strings.Join(kindNames[:], ", "))
}

// ID names a row, the same for every revision, run and restore: 128 bits over
// stage, key and span (and an ordinal where spans can repeat). The zero ID is
// that of a row which no window made: it has no name.
type ID [2]uint64

// String writes 32 hexadecimal digits.
func (id ID) String() string {
	b, _ := id.MarshalText() // never fails
	return string(b)
}

// MarshalText implements encoding.TextMarshaler: 32 hexadecimal digits.
func (id ID) MarshalText() ([]byte, error) {
	var raw [16]byte
	for i := range 8 {
		raw[i] = byte(id[0] >> (56 - 8*i))
		raw[8+i] = byte(id[1] >> (56 - 8*i))
	}
	return hex.AppendEncode(make([]byte, 0, 32), raw[:]), nil
}

// UnmarshalText implements encoding.TextUnmarshaler for what MarshalText writes.
func (id *ID) UnmarshalText(b []byte) error {
	var raw [16]byte
	if len(b) != 32 {
		return fmt.Errorf("row: ID %q: has %d characters, must have 32", b, len(b))
	}
	if _, err := hex.Decode(raw[:], b); err != nil {
		return fmt.Errorf("row: ID %q: %w", b, err)
	}
	*id = ID{}
	for i := range 8 {
		id[0] = id[0]<<8 | uint64(raw[i])
		id[1] = id[1]<<8 | uint64(raw[8+i])
	}
	return nil
}

// Stamp is what a sink knows of a row beside the row: enough to write it twice
// and have it once.
type Stamp struct {
	Time     watermark.Time // event time: of a pane, the end of its span less 1 ns
	Kind     Kind
	Forced   bool   // fired by Close, Deadline or MaxKeys before the watermark came
	Revision uint32 // 0 for the first row of this ID, then one more each time, early rows counted; a row never replaces one of a higher revision
	ID       ID
}
