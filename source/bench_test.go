package source

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"testing"
)

// calls has n lines of 209 bytes, as a call centre's facts are.
func calls(n int) []byte {
	line := `{"AgentId":2003,"OrgID":102,"QueueId":3,"WorkMode":"TACW","WorkSkill":"Problem Solving","HandleTime":101,"ServiceLevel":"Sev1","WorkSates":"On a call","WaitingTime":110,"EventTime":"2026-11-20T10:00:00Z0000"}` + "\n"
	return bytes.Repeat([]byte(line), n)
}

func length(line []byte, n *int) error {
	*n = len(line)
	return nil
}

func bench[T any](b *testing.B, r *NDJSON[T], size int) {
	dst := make([]T, 1000)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		if err := r.Seek(""); err != nil {
			b.Fatal(err)
		}
		for {
			if _, _, err := r.Read(context.Background(), dst); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
	r.Close()
}

func BenchmarkLines(b *testing.B) {
	data := calls(100_000)
	path := write(b, "calls", data)
	b.Run("tidemark", func(b *testing.B) { bench(b, &NDJSON[int]{Path: path, Decode: length}, len(data)) })
	b.Run("bufio.Scanner", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			f, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			sum := 0
			s := bufio.NewScanner(f)
			s.Buffer(make([]byte, chunk), 1<<20)
			for s.Scan() {
				sum += len(s.Bytes())
			}
			if f.Close(); sum == 0 || s.Err() != nil {
				b.Fatal(s.Err())
			}
		}
	})
	b.Run("json", func(b *testing.B) {
		small := calls(10_000)
		type call struct {
			AgentId, OrgID, QueueId, HandleTime, WaitingTime        int
			WorkMode, WorkSkill, ServiceLevel, WorkSates, EventTime string
		}
		bench(b, &NDJSON[call]{Path: write(b, "calls", small)}, len(small))
	})
}

func BenchmarkGzip(b *testing.B) {
	data := calls(20_000)
	bench(b, &NDJSON[int]{Path: write(b, "calls", zip(string(data))), Decode: length}, len(data))
}

func BenchmarkArray(b *testing.B) {
	data := bytes.ReplaceAll(calls(20_000), []byte("}\n{"), []byte("},\n{"))
	data = append(append([]byte("["), data...), ']')
	if !json.Valid(data) {
		b.Fatal("no array")
	}
	bench(b, &NDJSON[int]{Path: write(b, "calls", data), Array: true, Decode: length}, len(data))
}
