package ddsketch

import "encoding/json"

// The method has a value receiver: encoding/json finds it for a pane that is
// passed by value too, of which no part has an address.

// MarshalJSON implements json.Marshaler: {"n":3,"p50":2,"p90":3,"p99":3,"invalid":0},
// the count, three quantiles, null if there was no value, and what Invalid tells.
func (q Quantile) MarshalJSON() ([]byte, error) {
	r := struct {
		N       int64    `json:"n"`
		P50     *float64 `json:"p50"`
		P90     *float64 `json:"p90"`
		P99     *float64 `json:"p99"`
		Invalid int64    `json:"invalid"`
	}{N: q.Count(), Invalid: q.invalid}
	if r.N > 0 {
		p50, p90, p99 := q.At(0.5), q.At(0.9), q.At(0.99)
		r.P50, r.P90, r.P99 = &p50, &p90, &p99
	}
	return json.Marshal(r)
}
