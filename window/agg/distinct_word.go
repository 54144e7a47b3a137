package agg

import (
	"math"
	"reflect"
	"unsafe"
)

// form is what a Distinct does with its T. It is found by reflection once, from
// the kind, so that a declared type counts as what it is made of.
type form uint8

const (
	unknown form = iota // there was no value yet
	listed              // not a number
	floats
	unsigned // bools too
	signed
)

func formOf(t reflect.Type) form {
	switch k := t.Kind(); {
	case reflect.Int <= k && k <= reflect.Int64:
		return signed
	case reflect.Uint <= k && k <= reflect.Uintptr, k == reflect.Bool:
		return unsigned
	case k == reflect.Float32, k == reflect.Float64:
		return floats
	}
	return listed
}

const (
	sign64 = 1 << 63
	sign32 = 1 << 31
)

// raw returns the bits of v, a number.
func raw[T comparable](v T) uint64 {
	p := unsafe.Pointer(&v)
	switch unsafe.Sizeof(v) { // known when the code for T is compiled
	case 1:
		return uint64(*(*uint8)(p))
	case 2:
		return uint64(*(*uint16)(p))
	case 4:
		return uint64(*(*uint32)(p))
	case 8:
		return *(*uint64)(p)
	}
	return 0
}

// A word is a number as 64 bits that compare as the numbers do. Two numbers have
// the same word if they are the same to Distinct.

// word returns the word of v, a number of form f.
func word[T comparable](f form, v T) uint64 {
	if f == floats {
		return floatWord(raw(v), unsafe.Sizeof(v))
	}
	return integerWord(f, raw(v), unsafe.Sizeof(v))
}

// integerWord is word for the bits of an integer of so many bytes. It stands
// apart so that the compiler puts it in line.
func integerWord(f form, bits uint64, size uintptr) uint64 {
	if f == signed {
		up := (64 - 8*size) & 63
		return uint64(int64(bits<<up)>>up) ^ sign64
	}
	return bits
}

// floatWord is word for the bits of a float of so many bytes.
func floatWord(bits uint64, size uintptr) uint64 {
	sign := uint64(sign64)
	f := math.Float64frombits(bits)
	if size == 4 {
		sign = sign32
		f = float64(math.Float32frombits(uint32(bits)))
	}
	switch {
	case f != f:
		return 0 // as if there were nothing below -Inf but one NaN
	case f < 0:
		return ^bits & (sign<<1 - 1)
	}
	return bits | sign // which makes one of the two zeros
}

// number is the inverse of word.
func number[T comparable](f form, w uint64) (v T) {
	if f == signed {
		w ^= sign64
	}
	p := unsafe.Pointer(&v)
	switch unsafe.Sizeof(v) {
	case 1:
		*(*uint8)(p) = uint8(w)
	case 2:
		*(*uint16)(p) = uint16(w)
	case 4:
		if f == floats {
			w = floatBits(w, sign32, uint64(math.Float32bits(float32(math.NaN()))))
		}
		*(*uint32)(p) = uint32(w)
	case 8:
		if f == floats {
			w = floatBits(w, sign64, math.Float64bits(math.NaN()))
		}
		*(*uint64)(p) = w
	}
	return v
}

func floatBits(w, sign, nan uint64) uint64 {
	switch {
	case w == 0:
		return nan
	case w&sign == 0:
		return ^w
	}
	return w ^ sign
}

// least is the word of the least number within 32 bits.
func (f form) least() uint64 {
	if f == signed {
		return sign64 - sign32
	}
	return 0
}

// narrow returns the distance of w from the least number within 32 bits: w is
// one of these if the distance fits 32 bits.
func (f form) narrow(w uint64) uint64 { return w - f.least() }

// widen is the inverse of narrow.
func (f form) widen(k uint32) uint64 { return f.least() + uint64(k) }
