package ddsketch

import (
	"reflect"
	"unsafe"

	"github.com/DataDog/sketches-go/ddsketch/store"
)

// bins counts magnitudes by their bins, in an array from the least to the
// greatest. Of those beyond maxBins, the lowest become one.
type bins = store.CollapsingLowestDenseStore

// made returns the bins at s, which it makes if there are none.
func made(s **bins) *bins {
	if *s == nil {
		*s = store.NewCollapsingLowestDenseStore(maxBins)
	}
	return *s
}

// insert adds values of one sign, which are in order.
func insert(into **bins, codes list) {
	if len(codes) == 0 {
		return
	}
	s, last := made(into), len(codes)-1
	s.Add(binOf(codes[0]))
	if last > 0 {
		s.Add(binOf(codes[last])) // the array has its length then
		for _, c := range codes[1:last] {
			s.Add(binOf(c))
		}
	}
}

func merge(into **bins, from *bins) {
	if from != nil {
		made(into).MergeWith(from)
	}
}

func count(s *bins) int64 {
	if s == nil {
		return 0
	}
	return int64(s.TotalCount())
}

// binned is how many values are in the bin of a code.
type binned struct {
	code  int32
	count int64
}

// appendBins appends the bins of s, by magnitude.
func appendBins(all []binned, s *bins, negative bool) []binned {
	if s != nil {
		s.ForEach(func(bin int, count float64) (stop bool) {
			all = append(all, binned{codeOf(bin, negative), int64(count)})
			return false
		})
	}
	return all
}

// arrayOf is where a store has its bins.
var arrayOf, _ = reflect.TypeFor[bins]().FieldByName("bins")

// bytesOf asks a store how long its array is by reflection, as the library does
// not tell, and as append may have made it up to twice as long as was asked for.
func bytesOf(s *bins) int {
	if s == nil {
		return 0
	}
	n := int(unsafe.Sizeof(*s))
	if array := reflect.ValueOf(s).Elem().FieldByIndex(arrayOf.Index); array.Kind() == reflect.Slice {
		return n + 8*array.Cap()
	}
	// Another version of the library: what is in use, and what it adds by habit.
	low, _ := s.MinIndex()
	high, _ := s.MaxIndex()
	return n + 8*min(high-low+64, maxBins)
}
