package tidemark

import (
	"errors"
	"fmt"

	"github.com/tidemark-go/tidemark/anomaly"
	"github.com/tidemark-go/tidemark/watermark"
)

// Score gives each fact a score by the model of its key, and lets the model learn
// it: in event-time order, so a fact is given once W is beyond it, those of one
// time as they were fed. The function vector appends the point of a fact to dst;
// all points of a key have as many dimensions as the first that is taken.
//
// A fact behind W is missed as late. One that its model cannot take, as a value
// is NaN or infinite, or another number of dimensions, is missed as invalid, and
// the model is as it was. A model stays for good, so their number is bounded: a fact
// of one key more than anomaly.Forest.MaxKeys is missed as refused. A key of which
// nothing was taken has no model. Facts that W has not passed wait as in InOrder, and
// that bound does not count them: whether a key is one too many is told in their turn.
//
// With anomaly.Forest.Attribution a row beyond the threshold has in Parts what
// each dimension gave to its score, by name.
func Score[K comparable, T any](s Keyed[K, T], d anomaly.Detector, vector func(dst []float64, fact T) []float64) (scored Keyed[K, anomaly.Scored[T]], missed Stream[Missed[T]]) {
	of := models[T, anomaly.Model, anomaly.Scored[T]]{
		does:   "Score learns from rows",
		text:   describe(d),
		check:  func() error { return checkDetector(d) },
		most:   func() int { return most(d) },
		take:   score[T],
		bytes:  bytesOfModel,
		factOf: func(r *anomaly.Scored[T]) *T { return &r.Fact },
	}
	if d != nil {
		of.fresh = d.New
	}
	return newModelled(s, "score", vector, of)
}

// score fills in what the model makes of a point.
func score[T any](m anomaly.Model, t watermark.Time, point []float64, r *anomaly.Scored[T]) (err error) {
	if timed, ok := m.(anomaly.Timed); ok {
		r.Result, err = timed.ScoreUpdateAt(t, point)
	} else {
		r.Result, err = m.ScoreUpdate(point)
	}
	if a, ok := m.(anomaly.Attributed); ok && err == nil {
		r.Parts = a.Parts(nil)
	}
	return err
}

func bytesOfModel(m anomaly.Model) int {
	if s, ok := m.(anomaly.Sized); ok {
		return s.Bytes()
	}
	return 0
}

// checkDetector tells what is wrong with a detector before there is a point.
func checkDetector(d anomaly.Detector) error {
	if d == nil {
		return errors.New("the detector is nil: give anomaly.Forest or another")
	}
	if c, ok := d.(interface{ Check() error }); ok {
		return c.Check()
	}
	return nil
}

// most is the number of keys that may have a model.
func most(d anomaly.Detector) int {
	if b, ok := d.(anomaly.Bounded); ok {
		return b.Models()
	}
	return anomaly.DefaultMaxKeys
}

func describe(d any) string {
	if s, ok := d.(fmt.Stringer); ok {
		return s.String()
	}
	return fmt.Sprintf("%T", d)
}
