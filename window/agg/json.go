package agg

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"

	"github.com/tidemark-go/tidemark/watermark"
)

// The methods have value receivers: encoding/json finds those of a pane that is
// passed by value too, of which no part has an address. A program that writes no
// JSON does not link them.

// MarshalJSON implements json.Marshaler: the count, as 3.
func (c Count) MarshalJSON() ([]byte, error) { return strconv.AppendInt(nil, c.n, 10), nil }

// MarshalJSON implements json.Marshaler: the sum, null if it is NaN or infinite.
func (s Sum[N]) MarshalJSON() ([]byte, error) { return appendJSON(nil, s.Value()) }

// MarshalJSON implements json.Marshaler: the mean, null if there was no value,
// or if it is NaN or infinite.
func (m Mean[N]) MarshalJSON() ([]byte, error) {
	return appendKnown(nil, m.n > 0, m.Value())
}

// MarshalJSON implements json.Marshaler: {"n":3,"mean":2,"variance":1} with Sample
// as the variance. What is NaN or infinite is null, and so are the mean of no
// value and the variance of fewer than two.
func (a Variance) MarshalJSON() ([]byte, error) {
	b := strconv.AppendInt([]byte(`{"n":`), a.N(), 10)
	b, _ = appendKnown(append(b, `,"mean":`...), a.n > 0, a.Mean())       // a float never fails
	b, _ = appendKnown(append(b, `,"variance":`...), a.n > 1, a.Sample()) // nor does this
	return append(b, '}'), nil
}

// MarshalJSON implements json.Marshaler: the least value, null if there was none,
// or if it is NaN or infinite.
func (m Min[T]) MarshalJSON() ([]byte, error) { return appendKnown(nil, m.ok, m.v) }

// MarshalJSON implements json.Marshaler: the greatest value, null if there was
// none, or if it is NaN or infinite.
func (m Max[T]) MarshalJSON() ([]byte, error) { return appendKnown(nil, m.ok, m.v) }

// MarshalJSON implements json.Marshaler: {"min":1,"max":3}, null if there was no
// value; one that is NaN or infinite is null inside.
func (e Extent[T]) MarshalJSON() ([]byte, error) {
	if !e.ok {
		return []byte("null"), nil
	}
	b, err := appendJSON([]byte(`{"min":`), e.min)
	if err != nil {
		return nil, err
	}
	if b, err = appendJSON(append(b, `,"max":`...), e.max); err != nil {
		return nil, err
	}
	return append(b, '}'), nil
}

// MarshalJSON implements json.Marshaler: {"at":"2026-11-20T10:00:00Z","value":3},
// null if there was no value. The value is as encoding/json writes a T, and fails
// as that does; a float that is NaN or infinite is null.
func (l Last[T]) MarshalJSON() ([]byte, error) { return marshalAt(l.ok, l.at, l.v) }

// MarshalJSON implements json.Marshaler, as Last does.
func (f First[T]) MarshalJSON() ([]byte, error) { return marshalAt(f.ok, f.at, f.v) }

// MarshalJSON implements json.Marshaler: the number of values, Len, not the values.
func (d Distinct[T]) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, int64(d.Len()), 10), nil
}

func marshalAt[T any](ok bool, at watermark.Time, v T) ([]byte, error) {
	if !ok {
		return []byte("null"), nil
	}
	text, err := at.MarshalText()
	if err != nil {
		return nil, err
	}
	b := append(append([]byte(`{"at":"`), text...), `","value":`...)
	if b, err = appendJSON(b, v); err != nil {
		return nil, err
	}
	return append(b, '}'), nil
}

// appendKnown appends v, or null if it is not known.
func appendKnown[T any](b []byte, known bool, v T) ([]byte, error) {
	if !known {
		return append(b, "null"...), nil
	}
	return appendJSON(b, v)
}

// appendJSON appends v as encoding/json writes it, but null for a float that
// JSON cannot hold. Whether HTML is escaped is for the encoder above to say.
func appendJSON[T any](b []byte, v T) ([]byte, error) {
	if r := reflect.ValueOf(v); r.CanFloat() && r.Float()-r.Float() != 0 {
		return append(b, "null"...), nil
	}
	out := bytes.NewBuffer(b)
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	if err := e.Encode(&v); err != nil { // a T whose *T marshals itself does so
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
