package anomaly

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// Hotspots finds where points lie close together, among the last ones: a point
// that has enough others near it is a core, cores that are near one another make a
// region, and so do the points near them (DBSCAN: Ester, Kriegel, Sander and Xu, "A
// Density-Based Algorithm for Discovering Clusters", 1996). The answer is exact.
type Hotspots struct {
	// Records is how many points are looked at, the last ones, at most 1,000,000; 0:
	// 500, or with a Span all of it.
	Records int
	// Span is over how much event time points are looked at: those later than the
	// last one less Span. 0: by Records alone. The times come by AddAt.
	Span time.Duration
	// Radius is the distance (Euclidean, in the unit of the values; scale them if
	// they have several) below which two points are near. It has to be set.
	Radius float64
	// Least is how many points, itself among them, have to be near a point to make
	// it a core. 0: 10. A region has as many, but for those that belong to another
	// one too.
	Least int
	// Every is how much event time lies between two answers of tidemark.Hotspots: of
	// each key the first fact at or after a multiple of Every has the regions, the
	// others none; 0: each fact has them. To find regions is what costs: see Spotter.
	Every time.Duration
	// Members asks for the points of a region: Region.Members.
	Members bool
	// MaxKeys is for how many keys tidemark.Hotspots looks at points; 0: 1000. A
	// Spotter by itself has no use for it.
	MaxKeys int
}

const (
	defaultSpotRecords = 500
	defaultSpotLeast   = 10
	maxSpotRecords     = 1_000_000
)

// Region is a dense box.
type Region struct {
	// Low and High are the least and the greatest value of its points in each
	// dimension.
	Low, High []float64
	// Points is how many points it has. A point is in one region at most.
	Points int
	// Density is Points by volume, of the box with a Radius more to each side's
	// length: so equal points have a density too. +Inf where the volume is too small
	// for a float64, 0 where it is too large.
	Density float64
	// Members are copies of its points, the oldest first; nil unless asked for by
	// Hotspots.Members.
	Members [][]float64
}

// Spots is a fact with the regions as they are once it is counted.
type Spots[T any] struct {
	Fact    T
	Regions []Region // nil if they were not looked for, by Hotspots.Every; without any, it is empty
}

// Check returns all that is wrong with the fields, joined, or nil.
func (h Hotspots) Check() error {
	var errs []error
	bad := func(ok bool, field string, value any, rule string) {
		if !ok {
			errs = append(errs, fmt.Errorf("anomaly: Hotspots.%s is %v: %s", field, value, rule))
		}
	}
	bad(h.Records >= 0 && h.Records <= maxSpotRecords, "Records", h.Records, "must be from 1 to 1000000, or 0 for the default")
	bad(h.Span >= 0, "Span", h.Span, "must not be negative")
	bad(h.Radius > 0 && h.Radius <= math.MaxFloat64, "Radius", h.Radius, "must be above 0 and finite: it has no default, as it has the unit of the values")
	bad(h.Every >= 0, "Every", h.Every, "must not be negative")
	bad(h.MaxKeys >= 0, "MaxKeys", h.MaxKeys, "must not be negative")
	bad(h.Least >= 0, "Least", h.Least, "must be at least 1, or 0 for the default")
	if set := h.withDefaults(); len(errs) == 0 {
		bad(set.Least <= set.Records, "Least", set.Least, fmt.Sprintf("must be at most Records, which is %d: no region could have so many", set.Records))
	}
	return errors.Join(errs...)
}

// withDefaults returns h with its zero fields filled in.
func (h Hotspots) withDefaults() Hotspots {
	h.Least = or(h.Least, defaultSpotLeast)
	if h.Records == 0 {
		h.Records = defaultSpotRecords
		if h.Span > 0 {
			h.Records = maxSpotRecords
		}
	}
	return h
}

// New returns a Spotter of points of so many dimensions, with nothing in it, or
// all that is wrong with the fields.
func (h Hotspots) New(dims int) (*Spotter, error) {
	err := h.Check()
	if dims < 1 || dims > maxDims {
		err = errors.Join(err, fmt.Errorf("anomaly: points of %d dimensions: must be from 1 to %d", dims, maxDims))
	}
	if err != nil {
		return nil, err
	}
	h = h.withDefaults()
	s := &Spotter{set: h, dims: dims, now: watermark.Min, grid: [2]int{0, min(1, dims-1)}}
	s.grow(min(h.Records, 16))
	return s, nil
}
