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
func (f Forest) Models() int { return or(f.MaxKeys, DefaultMaxKeys) }

// Models implements Bounded: it is what Forest.MaxKeys says.
func (t Twin) Models() int { return t.Forest.Models() }

// Models implements Bounded.
func (l Linear) Models() int { return or(l.MaxKeys, DefaultMaxKeys) }

// Models implements Bounded.
func (h Hotspots) Models() int { return or(h.MaxKeys, DefaultMaxKeys) }
