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
//   - [Linear]: series that follow from themselves, such as waves, where a break in
//     shape matters that keeps within the range of values; and where a forest is too
//     dear. On bursts and shifts of level it is worse. Beside a Twin it finds nothing
//     that this does not.
//   - [Hotspots] is no detector, but finds where the last points lie close together.
//
// On a part of the Numenta benchmark (35 series, 55 events, one setting; 100 is
// perfect; bench/README.md has the commands) the Twin reaches 67, a forest of 50 trees
// of 1024 points 58 (61 where only the highest of 100 rows counts), one of 100 of 256
// 51, Linear 39, at about 33, 14, 13 and 0.6 us a point of one dimension. Half-space
// trees, which keep counts where a forest keeps points, come to 33 there, and to
// nothing where each row counts: they are left out.
//
// # Alarms
//
// There the alarms of a detector as it is by default, and of one with another setting,
// are these: in how many of the 55 events, and how many others in 160,224 rows.
//
//	Forest{}                    38     80
//	  Least 1.5; 2.5            39; 31    146; 45
//	  Threshold 0.002; 0.005    40; 45    101; 197
//	  Recent 500; 2000          42; 32    120; 50
//	  Gate -1; 400              35; 38     68; 78
//	Twin{}                      42     75
//	  Least 2; 3                45; 39    109; 50
//	Linear{}                    22     44
//	  Least 1.2; 2              32; 17    186; 11
//	  Threshold 0.001; 0.1      21; 22     35; 44
//
// A Threshold below 1/(Recent+1) is as good as that: P is never less.
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
//	  a row for each record            Hotspots.Every has them found more rarely
//
// There, a model was lost at each restart, scored all rows of a stream by one
// forest, and told neither P nor an alarm. Here each key has a forest (one key for
// all gives one forest), and its scores begin when it is Ready: until then they are 0.
package anomaly
