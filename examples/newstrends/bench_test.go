//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/source"
)

const benchLines = 1_000_000

// cpu is the time that all cores together have spent for this process.
func cpu(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// perLine measures n lines each time: the time of a core a line, and the share of
// one core that 500,000 lines a minute are.
func perLine(b *testing.B, n int, f func()) {
	b.ReportAllocs()
	var spent int64
	for b.Loop() {
		before := cpu(b)
		f()
		spent += cpu(b) - before
	}
	each := float64(spent) / float64(b.N) / float64(n)
	b.ReportMetric(each, "cpu-ns/line")
	b.ReportMetric(each*float64(large.perMinute)/60e9*100, "%core")
}

// The whole program, with all of its files, and its parts alone:
//
//	go test -run '^$' -bench . -benchtime 5x ./examples/newstrends

func BenchmarkRun(b *testing.B) {
	dir := b.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	if err := (config{o: dir, generate: benchLines, seed: 1}).makeFiles(context.Background(), new(bytes.Buffer)); err != nil {
		b.Fatal(err)
	}
	perLine(b, benchLines, func() {
		try(b, 0, "-facts", path("actions.ndjson"), "-users", path("users.ndjson"), "-out", path("out"), "-rates", path("rates"),
			"-top", path("top"), "-late", path("late"), "-bad", path("bad"))
	})
}

// BenchmarkRead reads and decodes.
func BenchmarkRead(b *testing.B) {
	dir := b.TempDir()
	if err := (config{o: dir, generate: benchLines, seed: 1}).makeFiles(context.Background(), new(bytes.Buffer)); err != nil {
		b.Fatal(err)
	}
	perLine(b, benchLines, func() {
		r := &source.NDJSON[Action]{Path: filepath.Join(dir, "actions.ndjson"), Decode: decodeAction, Bad: func(int, []byte, error) {}}
		defer r.Close()
		if err := lines.Each(context.Background(), "-facts", r, func(...Action) error { return nil }); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkFeed is the library's part: facts that are there already go in, and the
// rows come out.
func BenchmarkFeed(b *testing.B) {
	facts := make([]Action, 0, benchLines)
	var text []byte
	for m := newMaker(large, benchLines, 1); m.left > 0; {
		text = m.append(text[:0])
		var a Action
		if decodeAction(bytes.TrimSuffix(text, []byte("\n")), &a) == nil {
			facts = append(facts, a)
		}
	}
	var users []User
	for line := range bytes.Lines(madeUsers(large)) {
		var u User
		if err := decodeUser(bytes.TrimSuffix(line, []byte("\n")), &u); err != nil {
			b.Fatal(err)
		}
		users = append(users, u)
	}
	perLine(b, len(facts), func() {
		s, err := newSystem(config{delay: 10e9, n: 10})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.users.Feed(users...); err != nil {
			b.Fatal(err)
		}
		if err := s.users.Close(); err != nil {
			b.Fatal(err)
		}
		for rest := facts; len(rest) > 0; {
			n := min(1024, len(rest))
			if err := s.actions.Feed(rest[:n]...); err != nil {
				b.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := s.p.Close(context.Background()); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkDecode has what the parser by hand is measured against, too.
func BenchmarkDecode(b *testing.B) {
	const n = 20_000
	var lines [][]byte
	for m := newMaker(large, n, 1); m.left > 0; {
		lines = append(lines, bytes.TrimSpace(m.append(nil)))
	}
	b.Run("by hand", func(b *testing.B) {
		perLine(b, n, func() {
			for _, line := range lines {
				var a Action
				_ = decodeAction(line, &a)
			}
		})
	})
	b.Run("encoding/json", func(b *testing.B) {
		perLine(b, n, func() {
			for _, line := range lines {
				var a struct {
					User    string    `json:"USER_ID"`
					Article string    `json:"ARTICLE_ID"`
					Action  string    `json:"ACTION"`
					At      time.Time `json:"TIME"`
				}
				_ = json.Unmarshal(line, &a)
			}
		})
	})
}
