// Package watermark tells how far event time has come.
//
// A watermark W says: no fact with a time before W is expected any more. It is
// exclusive: a fact at W is on time. What is fed with a time before W is
// behind, and it depends on the stage whether it is late.
//
//	time of the facts    3  5  4  9  8  .  .
//	W with a delay of 2  1  3  3  7  7          greatest time taken - delay
//
// A strategy says how an input finds its W: Bounded by a fixed delay, Percentile
// by one that it learns from how late the facts come, Punctuated by what facts
// say. A Clock and a network are not asked: the same facts give the same W.
//
// Delays is a sketch of how late they came. It tells what delay would have kept
// 99.9 % of the facts, and what another would have lost.
package watermark
