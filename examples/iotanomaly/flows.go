package main

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Flow is a record of a flow log: what went from one address and port to another
// through an interface, within some minutes.
type Flow struct {
	flowID
	Packets, Bytes uint64
	Action         string
	Original       string
}

// flowID is what makes a flow the one that it is.
type flowID struct {
	Interface, Source, Target string
	SourcePort, TargetPort    uint16
	Protocol                  uint8
	Start, End                int64 // Unix seconds
}

func (f Flow) nanos() int64    { return f.End * int64(time.Second) }
func (f Flow) id() flowID      { return f.flowID }
func (f Flow) through() string { return f.Interface }

// vector is the point that is scored: packets, bytes and duration, each on a
// logarithmic scale. A forest cuts a dimension in proportion to its range, so raw
// bytes would leave no cut for the others; and of sizes the ratio is what matters.
func (f Flow) vector(dst []float64) []float64 {
	return append(dst, log2(f.Packets), log2(f.Bytes), log2(uint64(f.End-f.Start)))
}

// flowNames are the names of the dimensions.
var flowNames = []string{"packets", "bytes", "duration"}

// log2 is the binary logarithm of 1+n, by straight lines between the powers of 2:
// off by 0.09 at most, and the same bits on every machine.
func log2(n uint64) float64 {
	if n++; n == 0 {
		return 64
	}
	power := bits.Len64(n) - 1
	return float64(power) + float64(n-uint64(1)<<power)/float64(uint64(1)<<power)
}

// Lines of a flow log that are no flows, and no mistakes either.
var (
	errHead    = errors.New("is the head of a file")
	errNoData  = errors.New("says that nothing went through")
	errSkipped = errors.New("says that records were skipped")
)

// fields of a line, in their order.
var fields = strings.Fields("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status")

const (
	version, interfaceID, origin, target    = 0, 2, 3, 4
	sourcePort, targetPort, protocol        = 5, 6, 7
	packets, octets, start, end, action, ok = 8, 9, 10, 11, 12, 13
)

// mostTime is where nanoseconds leave int64.
const mostTime = 9_000_000_000

// decodeFlow makes a Flow of a line, or says why it is none.
func decodeFlow(line []byte, f *Flow) error {
	if !utf8.Valid(line) {
		return errors.New("is not UTF-8")
	}
	v := strings.Fields(string(line))
	if len(v) > 0 && v[0] == fields[0] {
		return errHead
	}
	if len(v) != len(fields) {
		return fmt.Errorf("has %d fields: must have %d", len(v), len(fields))
	}
	if v[version] != "2" {
		return wrong("version", v[version], "2")
	}
	var err error
	number := func(field, size int) uint64 {
		n, e := strconv.ParseUint(v[field], 10, size)
		if e != nil && err == nil {
			err = wrong(fields[field], v[field], fmt.Sprintf("an integer of %d bits, not negative", size))
		}
		return n
	}
	f.Start, f.End = int64(number(start, 63)), int64(number(end, 63))
	switch {
	case err != nil:
		return err
	case f.End > mostTime:
		return wrong("end", v[end], "a time in seconds before the year 2255")
	case f.End < f.Start:
		return fmt.Errorf("end is %d: must not be before start, %d", f.End, f.Start)
	}
	switch v[ok] {
	case "OK":
	case "NODATA":
		return errNoData
	case "SKIPDATA":
		return errSkipped
	default:
		return wrong(fields[ok], v[ok], "OK, NODATA or SKIPDATA")
	}
	f.Interface, f.Source, f.Target, f.Action = v[interfaceID], v[origin], v[target], v[action]
	f.SourcePort, f.TargetPort, f.Protocol = uint16(number(sourcePort, 16)), uint16(number(targetPort, 16)), uint8(number(protocol, 8))
	f.Packets, f.Bytes = number(packets, 64), number(octets, 64)
	f.Original = string(line)
	return err
}

// wrong says what is wrong with a value; of a long one it shows the beginning.
func wrong(name, value, want string) error {
	if v := []rune(value); len(v) > 60 {
		value = string(v[:60]) + "…"
	}
	return fmt.Errorf("%s is %s: must be %s", name, value, want)
}
