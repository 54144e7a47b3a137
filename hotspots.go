package tidemark

import (
	"github.com/tidemark-go/tidemark/anomaly"
	"github.com/tidemark-go/tidemark/watermark"
)

// Hotspots gives each fact the dense regions among the last points of its key, its
// own among them: in event-time order, so a fact is given once W is beyond it,
// those of one time as they were fed. The function vector appends the point of a
// fact to dst; all points of a key have as many dimensions as the first that is taken.
//
// What is missed is as in Score: late, invalid, or of one key more than
// anomaly.Hotspots.MaxKeys, which does not count the facts that wait for W either.
//
// To find the regions costs as much as there are points looked at, for each fact:
// where a picture now and then will do, set anomaly.Hotspots.Every. Facts between
// have no Regions, and pass as they are.
func Hotspots[K comparable, T any](s Keyed[K, T], how anomaly.Hotspots, vector func(dst []float64, fact T) []float64) (spots Keyed[K, anomaly.Spots[T]], missed Stream[Missed[T]]) {
	return newModelled(s, "hotspots", vector, models[T, *anomaly.Spotter, anomaly.Spots[T]]{
		does:   "Hotspots counts rows",
		text:   describe(how),
		check:  how.Check,
		most:   how.Models,
		fresh:  how.New,
		take:   spot[T],
		bytes:  (*anomaly.Spotter).Bytes,
		factOf: func(r *anomaly.Spots[T]) *T { return &r.Fact },
	})
}

// spot adds a point, and fills in the regions as they are then, if they are due.
func spot[T any](m *anomaly.Spotter, t watermark.Time, point []float64, r *anomaly.Spots[T]) error {
	if err := m.AddAt(t, point); err != nil {
		return err
	}
	if m.Due() {
		r.Regions = m.Regions([]anomaly.Region{})
	}
	return nil
}
