// Package hugepage asks the system for large pages under large arrays. Random
// access to an array of many megabytes spends most of its time on looking up
// pages, when these have four kilobytes each.
package hugepage

import "unsafe"

// least is the size below which it is not worth a call.
const least = 4 << 20

// size is that of a large page, to which the range is cut down.
const size = 2 << 20

// Advise asks for large pages under the whole capacity of s, best before it is
// first written to. It is a hint: where the system has none, or refuses, nothing
// happens, and the contents are never touched.
func Advise[E any](s []E) {
	var e E
	n := uintptr(cap(s)) * unsafe.Sizeof(e)
	if n < least {
		return
	}
	p := unsafe.Pointer(unsafe.SliceData(s))
	skip := -uintptr(p) & (size - 1)
	if n -= skip; n >= size {
		advise(unsafe.Slice((*byte)(unsafe.Add(p, skip)), n&^(size-1)))
	}
}
