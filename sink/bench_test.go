package sink

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

type wide struct {
	Start  time.Time `json:"window_start"`
	End    time.Time `json:"window_end"`
	Org    int
	Name   string
	Calls  int64
	Agents int
	Handle float64
}

func wideRows() (rows Batch[wide]) {
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for i := range 1000 {
		rows.Rows = append(rows.Rows, wide{at, at.Add(5 * time.Second), 100 + i, "Prem Hub", int64(i), i % 17, float64(i) / 3})
	}
	rows.Stamps = batch(0, 1000).Stamps
	return rows
}

func BenchmarkWrite(b *testing.B) {
	rows := wideRows()
	for _, c := range []struct {
		name            string
		zipped, stamped bool
	}{{"lines", false, false}, {"stamped", false, true}, {"gzip", true, false}} {
		b.Run(c.name, func(b *testing.B) {
			s := &NDJSON[wide]{Path: filepath.Join(b.TempDir(), "rows"), Gzip: c.zipped, Stamped: c.stamped}
			if err := s.Write(rows); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(s.lines.buf.Len()))
			b.ReportAllocs()
			for b.Loop() {
				if s.out.size > 64<<20 { // not the speed of the disk
					if err := s.Rewind(formatPosition(c.zipped, 0)); err != nil {
						b.Fatal(err)
					}
				}
				if err := s.Write(rows); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/row")
			if err := s.Close(background); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// What one would write by hand.
func BenchmarkEncoder(b *testing.B) {
	rows := wideRows()
	f, err := os.Create(filepath.Join(b.TempDir(), "rows"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 64<<10)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	size := 0
	for b.Loop() {
		if size++; size > 400 {
			if _, err := f.Seek(0, 0); err != nil {
				b.Fatal(err)
			}
			size = 0
		}
		for i := range rows.Rows {
			if err := enc.Encode(&rows.Rows[i]); err != nil {
				b.Fatal(err)
			}
		}
		w.Flush()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/row")
}

// The opening of a gzip file of 10,000 members, 10 GB of lines if they are full.
func BenchmarkOpenGzip(b *testing.B) {
	path := filepath.Join(b.TempDir(), "rows.gz")
	s := &NDJSON[point]{Path: path, Gzip: true}
	for n := range 10_000 {
		if err := s.Write(batch(n, n+1)); err != nil || s.Position() == nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(background); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s := &NDJSON[point]{Path: path, Gzip: true}
		if err := errors.Join(s.start(), s.out.f.Close()); err != nil {
			b.Fatal(err)
		}
	}
}
