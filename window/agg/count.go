package agg

// Count counts.
type Count struct{ n int64 }

// Add counts one.
func (c *Count) Add() { c.n++ }

// AddIf counts one if ok.
func (c *Count) AddIf(ok bool) {
	if ok {
		c.n++
	}
}

// Merge adds the count of o.
func (c *Count) Merge(o *Count) { c.n += o.n }

// Value returns the count.
func (c *Count) Value() int64 { return c.n }
