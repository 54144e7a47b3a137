package source

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
)

// memory is a file in memory; its reads are cut at random lengths.
type memory struct {
	*bytes.Reader
	random *rand.Rand // nil: reads are not cut
	stream bool
	closed *int
}

func (m memory) Read(p []byte) (int, error) {
	if m.random != nil && len(p) > 1 {
		p = p[:1+m.random.IntN(min(len(p), 9))]
	}
	return m.Reader.Read(p)
}

func (m memory) Size() int64 {
	if m.stream {
		return -1
	}
	return m.Reader.Size()
}

func (m memory) Close() error {
	if m.closed != nil {
		*m.closed++
	}
	return nil
}

// over gives a reader of data whose facts are the texts of the lines.
func over(data []byte, random *rand.Rand) *NDJSON[string] {
	r := &NDJSON[string]{Path: "test", Decode: text}
	r.in.open = func(string) (file, error) { return memory{Reader: bytes.NewReader(data), random: random}, nil }
	if random != nil {
		r.in.buf = make([]byte, 2+random.IntN(20)) // it grows
	}
	return r
}

func text(line []byte, fact *string) error {
	*fact = string(line)
	return nil
}

// read reads to the end in batches of at most batch facts, and gives the
// position after each batch; at[i] facts were read by then.
func read[T any](t testing.TB, r *NDJSON[T], batch int) (facts []T, positions []string, at []int, err error) {
	t.Helper()
	dst := make([]T, batch)
	for {
		n, position, err := r.Read(context.Background(), dst)
		if (n > 0) != (err == nil) {
			t.Fatalf("%d facts with error %v", n, err)
		}
		facts = append(facts, dst[:n]...)
		positions, at = append(positions, position), append(at, len(facts))
		if errors.Is(err, io.EOF) {
			return facts, positions, at, nil
		} else if err != nil {
			return facts, positions, at, err
		}
	}
}

func zip(members ...string) []byte {
	var b bytes.Buffer
	for _, m := range members {
		z := gzip.NewWriter(&b)
		io.WriteString(z, m)
		z.Close()
	}
	return b.Bytes()
}

func numbered(n int) (lines []byte) {
	for i := range n {
		lines = fmt.Appendf(lines, "{\"id\":%d}\n", i)
	}
	return lines
}
