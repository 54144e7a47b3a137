package anomaly

import "github.com/tidemark-go/tidemark/watermark"

// Detector makes models, one for each key. Forest, Twin and Linear are detectors.
type Detector interface {
	// New returns a model for points of so many dimensions, or what is wrong with
	// the fields.
	New(dims int) (Model, error)
}

// Model scores points of one key, in order. It is not safe for concurrent use.
type Model interface {
	// ScoreUpdate scores x and then learns it. On an error, which says what of x
	// cannot be taken, the model is as it was.
	ScoreUpdate(x []float64) (Result, error)
	// Explain appends to dst what each dimension gives to the score that x would
	// have now; the parts sum to it. It learns nothing. Of a point that cannot be
	// scored it appends nothing.
	Explain(x []float64, dst []Part) []Part
	// AppendBinary appends the whole model to b, and UnmarshalBinary takes it from
	// there, bit for bit, into a model that was made by the same detector. Bytes
	// that are none or of another model are an error, and the model is as it was.
	AppendBinary(b []byte) ([]byte, error)
	UnmarshalBinary(b []byte) error
}

// Timed is a Model to which the event time of a point matters.
type Timed interface {
	// ScoreUpdateAt is ScoreUpdate for a point of time t. A time before that of the
	// last point counts as that.
	ScoreUpdateAt(t watermark.Time, x []float64) (Result, error)
}

// Attributed is a Model that can explain the point that it was given last.
type Attributed interface {
	// Parts appends to dst what each dimension gave to the score in the last
	// ScoreUpdate, as it was before the point was learned; nothing if that was not
	// Ready, not asked for, or not beyond the threshold.
	Parts(dst []Part) []Part
}

// Sized is a Model that knows how much memory it has.
type Sized interface {
	// Bytes returns the bytes that the model owns.
	Bytes() int
}

// Result is a score.
type Result struct {
	Score float64 // 0: nothing unusual; of a forest about 0.7 to 1 for usual points; see each detector
	P     float64 // share of recent scores, this one among them, that are at least as high
	Ready bool    // false while the model has seen too little: Score is 0 and P 1 then
	Alarm bool    // Ready, P within the threshold, and a high score, the highest for some time
}

// Part is what one dimension gives to a score.
type Part struct {
	Name      string  // of the dimension; its number if it has no name
	High, Low float64 // because the value is high, low
}

// Scored is a fact with its score. Fields of the fact are under Fact.
type Scored[T any] struct {
	Fact T
	Result
	Parts []Part // nil unless asked for by Forest.Attribution
}
