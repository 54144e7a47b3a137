// Package keys turns a key type into a plan for hashing, encoding, comparing
// and naming its keys. Reflection looks at the type once, when the plan is
// compiled, and never at a key.
//
// A key type is made of bool, the integers of all sizes but uintptr, strings,
// netip.Addr, netip.Prefix and netip.AddrPort, and arrays and structs of
// these, nested as one likes. Blank fields, which == ignores, are ignored.
// Compile refuses what == does not compare by value, or what another run
// would not have: pointers, interfaces, channels, floats, time.Time.
//
// A plan keeps to ==. Two keys are equal iff Compare gives 0 and iff their
// encodings are equal; equal keys have the same hash and the same ID. The
// bytes between the fields of a struct never count. All results are the same
// on every machine, in every run: nothing is seeded at random, and an int
// counts as 64 bits where it has 32.
//
// # Encoding
//
// Append writes the parts of a key one after the other, in declared order:
//
//	bool, int8, uint8     1 byte
//	other unsigned        LEB128, 7 bits a byte, low ones first, as binary.AppendUvarint
//	other signed          zigzag, then the same, as binary.AppendVarint
//	string                the length in bytes, as unsigned; the bytes
//	netip.Addr            1 byte: 0 for the zero Addr, 4, 6, or 7 for an IPv6 address with a zone;
//	                      then 4 or 16 bytes in network order; then the zone, as a string
//	netip.Prefix          the Addr; 1 byte, the bits + 1, 0 if the prefix is not valid
//	netip.AddrPort        the Addr; the port, 2 bytes, low one first
//	array, struct         the elements or fields, nothing before or between
//
// No part's encoding begins another of the same kind, so the encodings of two
// different keys differ, and neither begins the other.
//
// # Words
//
// Hash and ID do not go by way of the encoding: they read a key as 64-bit
// words, and two keys are equal iff their words are. The numbers of a key lie
// in the words as the fields of a struct lie in the memory of a little-endian
// 64-bit machine, with zeros between them, whatever the machine at hand; on
// such a machine a word is one load. A string or an address begins a word of
// its own; it tells how long it is, so no key's words begin another key's.
//
// The ID is over these words and there to stay, as the encoding is. The hash is
// for tables in memory and not to be stored: a later version may have another
// one. Neither has a secret, so neither is a defence against someone who
// chooses keys to collide.
package keys
