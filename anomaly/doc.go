// Package anomaly scores points by how little they fit those before.
//
// A [Forest] is a random cut forest (Guha, Mishra, Roy and Schrijvers, "Robust
// Random Cut Forest Based Anomaly Detection on Streams", 2016). Each of its trees
// keeps a sample of the points, in which younger ones are likelier to be, and
// parts it by random cuts: of the box around the points, a dimension is drawn in
// proportion to its side, and a place in it. A point that the first cuts part
// from all others is an anomaly. The score of a usual point is about 0.7 to 1,
// that of a certain outlier log2(1+Sample).
//
// A score by itself has no threshold. So a [Result] has the share of recent scores
// that were as high, P, and says by Alarm whether the score is beyond Threshold
// and the highest for some time: an outlier that goes on is told once.
//
// The package works without a pipeline:
//
//	model, err := anomaly.Forest{Seed: 1}.New(2)
//	...
//	r, err := model.ScoreUpdate([]float64{temperature, current})
//	if r.Alarm { ... }
//
// The same seed and the same points give the same scores, bit for bit, on every
// machine, and so does a forest that was written by AppendBinary and read again.
package anomaly
