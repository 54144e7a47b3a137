package tidemark

import (
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// Lateness tells how late the facts came that were taken so far, whatever the
// strategy: each by how far its time lay before the greatest of its partition
// until then. From it a delay is picked, Lateness().Suggest(0.999), and the
// price of another is told, Lateness().Lost(time.Second). Heartbeats and
// refused facts do not count.
//
// On the handle of From it is of all partitions together, on that of a partition
// of it alone. It is a copy, which costs some microseconds a partition; counting
// costs less than half a nanosecond a fact. Any goroutine may call it, after
// Close too; of a zero Input it has seen no facts.
func (in *Input[T]) Lateness() watermark.Delays {
	if in.p == nil {
		return watermark.Delays{}
	}
	p := in.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if in.part.Name() == "" {
		return in.src.group.Delays()
	}
	return in.part.Delays()
}

// learned is what Explain says of the delays that the partitions of a Percentile
// have learned, "" for other strategies.
func (src *source[T]) learned() string {
	if !src.limits.Learn {
		return ""
	}
	var least, most time.Duration
	n, open := 0, 0
	src.group.Partitions(func(part *watermark.Partition) {
		d, ok := part.Learned()
		switch {
		case !ok && part.Counts():
			open++
		case ok && n == 0:
			least, most, n = d, d, 1
		case ok:
			least, most, n = min(least, d), max(most, d), n+1
		}
	})
	s := ""
	switch {
	case n > 0 && least == most:
		s = fmt.Sprintf("; learned %v", least)
	case n > 0:
		s = fmt.Sprintf("; learned %v to %v", least, most)
	}
	if open > 0 {
		s += fmt.Sprintf("; still learning: %d of %d partitions", open, open+n)
	}
	return s
}
