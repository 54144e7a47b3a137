package agg

import (
	"math"
	"strconv"
)

// MarshalJSON implements json.Marshaler:
// {"step":100,"buckets":[{"start":13000,"count":11}]} by start, the step 0 if there
// was no value.
func (h Histogram) MarshalJSON() ([]byte, error) {
	b := strconv.AppendInt([]byte(`{"step":`), h.Step(), 10)
	b = append(b, `,"buckets":[`...)
	rest := false
	for start, n := range h.All() {
		b = strconv.AppendInt(append(comma(b, rest), `{"start":`...), start, 10)
		b = append(strconv.AppendInt(append(b, `,"count":`...), n, 10), '}')
		rest = true
	}
	return append(b, `]}`...), nil
}

// MarshalJSON implements json.Marshaler: [{"key":"a","count":3}], all keys, the
// first one first. For a few of many, make a row of what Top returns.
func (t TopN[K]) MarshalJSON() ([]byte, error) { return appendJSON(nil, t.Top(math.MaxInt)) }

// MarshalJSON implements json.Marshaler:
// {"total":9,"bound":1,"invalid":0,"keys":[{"key":"a","count":3,"error":1}]}, all
// keys that are there, the first one first. For a few of many, make a row of what
// Top returns.
func (h Heavy[K]) MarshalJSON() ([]byte, error) {
	b := strconv.AppendInt([]byte(`{"total":`), h.total, 10)
	b = strconv.AppendInt(append(b, `,"bound":`...), h.bound, 10)
	b = strconv.AppendInt(append(b, `,"invalid":`...), h.invalid, 10)
	b, err := appendJSON(append(b, `,"keys":`...), h.Top(math.MaxInt))
	if err != nil {
		return nil, err
	}
	return append(b, '}'), nil
}

// MarshalJSON implements json.Marshaler: [{"by":3,"value":"a"}], the greatest
// first. What was added is as encoding/json writes a T, and fails as that does;
// a float that is NaN or infinite is null.
func (g Greatest[V, T]) MarshalJSON() ([]byte, error) {
	b := []byte{'['}
	var err error
	for by, v := range g.All() {
		if b, err = appendJSON(append(comma(b, len(b) > 1), `{"by":`...), by); err != nil {
			return nil, err
		}
		if b, err = appendJSON(append(b, `,"value":`...), v); err != nil {
			return nil, err
		}
		b = append(b, '}')
	}
	return append(b, ']'), nil
}

// MarshalJSON implements json.Marshaler:
// {"dropped":0,"values":[{"at":"2026-11-20T10:00:00Z","value":3}]}, the earliest
// first, each as Last writes it.
func (c Collect[T]) MarshalJSON() ([]byte, error) {
	b := strconv.AppendInt([]byte(`{"dropped":`), c.Dropped(), 10)
	b = append(b, `,"values":[`...)
	rest := false
	for at, v := range c.All() {
		one, err := marshalAt(true, at, v)
		if err != nil {
			return nil, err
		}
		b = append(comma(b, rest), one...)
		rest = true
	}
	return append(b, `]}`...), nil
}

// MarshalJSON implements json.Marshaler: {"increase":30,"rate":0.5,"resets":1}; what
// needs two readings is null if there are not two, and so is what is NaN or infinite.
func (c Counter[N]) MarshalJSON() ([]byte, error) {
	known := c.Len() > 1
	b, _ := appendKnown([]byte(`{"increase":`), known, c.Increase()) // a number never fails
	b, _ = appendKnown(append(b, `,"rate":`...), known, c.Rate())    // nor does this
	b = strconv.AppendInt(append(b, `,"resets":`...), int64(c.Resets()), 10)
	return append(b, '}'), nil
}

// MarshalJSON implements json.Marshaler: the change, null if there was no value, or
// if it is NaN or infinite.
func (d Delta[N]) MarshalJSON() ([]byte, error) { return appendKnown(nil, !d.Empty(), d.Value()) }

// MarshalJSON implements json.Marshaler:
// {"score":25,"promoters":2,"passives":1,"detractors":1,"invalid":0}, the score
// null if there was no valid answer.
func (n NPS) MarshalJSON() ([]byte, error) {
	b, _ := appendKnown([]byte(`{"score":`), n.N() > 0, n.Value()) // a float never fails
	b = strconv.AppendInt(append(b, `,"promoters":`...), n.promoters, 10)
	b = strconv.AppendInt(append(b, `,"passives":`...), n.passives, 10)
	b = strconv.AppendInt(append(b, `,"detractors":`...), n.detractors, 10)
	b = strconv.AppendInt(append(b, `,"invalid":`...), n.invalid, 10)
	return append(b, '}'), nil
}

// comma appends what parts one element from those before it, if there are any.
func comma(b []byte, rest bool) []byte {
	if rest {
		return append(b, ',')
	}
	return b
}
