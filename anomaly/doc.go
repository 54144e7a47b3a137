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
// # Which detector
//
//   - [Forest]: points of several dimensions, and where the score itself is wanted,
//     with what gave it. It ranks the points of one series well, but a score means
//     something else in each series.
//   - [Twin]: alarms on many series with one threshold. It is two forests, over the
//     points and over their mean, and tells an event again only when it gets worse.
//     On what is usual there is about one alarm in a thousand points, whatever the
//     values are like, but for a steady rhythm, where there is none.
//   - [Linear]: series that follow from themselves, such as waves, where a break in
//     shape matters that keeps within the range of values; and where a forest is too
//     dear. On bursts and shifts of level it is far worse.
//   - [Hotspots] is no detector, but finds where the last points lie close together.
//
// On a part of the Numenta benchmark (35 series, 55 events, one setting; 100 is
// perfect; bench/README.md) the Twin reaches 67, the forest alone 58 (61 where only
// the highest of 100 rows counts), Linear 32, at
// about 33, 14 and 0.6 us a point of one dimension.
//
// # Alone
//
// The package works without a pipeline:
//
//	model, err := anomaly.Forest{Seed: 1}.New(2)
//	...
//	r, err := model.ScoreUpdate([]float64{temperature, current})
//	if r.Alarm { ... }
//
// The same seed and the same points give the same scores, bit for bit, on every
// machine, and so does a model that was written by AppendBinary and read again.
//
// # Coming from a managed SQL service
//
// Its functions over streams have these names here:
//
//	RANDOM_CUT_FOREST                  tidemark.Score(keyed, Forest{…}, vector)
//	  all numeric columns              what vector appends, in its order
//	  numberOfTrees 100                Forest.Trees, 0: 100
//	  subSampleSize 256                Forest.Sample, 0: 256
//	  timeDecay 100000                 Forest.Decay: 1.0 / timeDecay
//	                                   0 is 1/(10*Sample): 2,560 points
//	  shingleSize 1                    Forest.Shingle, 0: 1
//	ANOMALY_SCORE                      Scored.Score
//	RANDOM_CUT_FOREST_WITH_EXPLANATION Forest.Attribution; Threshold 0.999
//	                                   explains nearly each score, and leaves alarms
//	                                   to Least and Gate
//	  withDirectionality               Scored.Parts has both directions always
//	  ATTRIBUTION_SCORE of a column    Part.High + Part.Low
//	  DIRECTION                        HIGH if Part.High > Part.Low, else LOW
//	  STRENGTH                         not given: High and Low tell how far each
//	                                   direction explains the score
//	ORDER BY of a second's scores      tidemark.Window of a second, sorted
//	WINDOWED BY STAGGER (… RANGE d)    window.Stagger{Size: d, Arrival: true}
//	HOTSPOTS                           tidemark.Hotspots(keyed, Hotspots{…}, vector)
//	  windowSize                       Hotspots.Records, 0: 500
//	  scanRadius                       Hotspots.Radius
//	  minimumNumberOfPointsInACluster  Hotspots.Least, 0: 10
//	  minValues, maxValues             Region.Low, Region.High
//	  numberOfPoints, density          Region.Points, Region.Density
//
// There, a model was lost at each restart, scored all rows of a stream by one
// forest, and told neither P nor an alarm. Here each key has a forest (one key for
// all gives one forest), and its scores begin when it is Ready: until then they are 0.
package anomaly
