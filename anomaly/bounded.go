package anomaly

// DefaultMaxKeys is how many keys have a model in a pipeline where a detector
// does not say another number.
const DefaultMaxKeys = 1000

// Bounded is a Detector, or Hotspots, that says for how many keys a pipeline makes
// models.
type Bounded interface {
	// Models is the greatest number of them.
	Models() int
}

// Models implements Bounded.
func (f Forest) Models() int {
	if f.MaxKeys == 0 {
		return DefaultMaxKeys
	}
	return f.MaxKeys
}

// Models implements Bounded: it is what Forest.MaxKeys says.
func (t Twin) Models() int { return t.Forest.Models() }
