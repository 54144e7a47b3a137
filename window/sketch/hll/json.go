package hll

import "strconv"

// The method has a value receiver: encoding/json finds it for a pane that is
// passed by value too, of which no part has an address.

// MarshalJSON implements json.Marshaler: the number of values, Len.
func (d Distinct[T]) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, int64(d.Len()), 10), nil
}
