// Package watermark tells how far event time has come.
//
// A watermark W says: no fact with a time before W is expected any more. It is
// exclusive: a fact at W is on time. What is fed with a time before W is
// behind, and it depends on the stage whether it is late.
//
//	time of the facts    3  5  4  9  8  .  .
//	W with a delay of 2  1  3  3  7  7          greatest time taken - delay
//
// The strategies Bounded and Punctuated say how an input finds its W. A Clock
// and a network are not asked: the same facts give the same W.
package watermark
