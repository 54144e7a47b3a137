package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/examples/internal/output"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

const benchLines = 500_000

// perLine reports the cost of a line of a log of n.
func perLine(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/line")
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mlines/s")
}

func made(n int) []byte {
	text, _ := io.ReadAll(newMaker(n, 1, 0.001)) // never fails
	return text
}

// The parts of the program, each alone, over the same log. Run them on one core,
// as GOMAXPROCS=1 go test -run '^$' -bench . -benchtime 10x.

func BenchmarkMake(b *testing.B) {
	for b.Loop() {
		if _, err := fill(context.Background(), io.Discard, newMaker(benchLines, 1, 0.001)); err != nil {
			b.Fatal(err)
		}
	}
	perLine(b, benchLines)
}

// BenchmarkRead reads blocks of a file, and does nothing with them.
func BenchmarkRead(b *testing.B) {
	for _, name := range []string{"log", "log.gz"} {
		path := filepath.Join(b.TempDir(), name)
		try(b, 0, "-generate", fmt.Sprint(benchLines), "-o", path)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r, f, err := config{logs: path}.open()
				for err == nil {
					_, err = r.next()
				}
				if err != io.EOF {
					b.Fatal(err)
				}
				f.Close()
			}
			perLine(b, benchLines)
		})
	}
}

// BenchmarkParse has the lines of a block at hand, as the program has.
func BenchmarkParse(b *testing.B) {
	text := made(benchLines)
	for _, c := range []struct {
		name string
		want field
	}{{"texts", 0}, {"asked", fAddr | fTime | fStatus | fSize}, {"everything", fAddr | fTime | fStatus | fSize | fRequest}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			p := parser{want: c.want}
			var l line
			for b.Loop() {
				for rest := text; len(rest) > 0; {
					end := bytes.IndexByte(rest, '\n')
					_ = p.parse(rest[:end], &l)
					rest = rest[end+1:]
				}
			}
			perLine(b, benchLines)
		})
	}
}

func BenchmarkAddress(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 0))
	for _, c := range []struct {
		name string
		make func() string
	}{
		{"v4", func() string {
			return netip.AddrFrom4([4]byte{byte(r.Uint32()), byte(r.Uint32() >> r.IntN(8)), byte(r.Uint32()), byte(r.Uint32())}).String()
		}},
		{"v6", func() string {
			return fmt.Sprintf("2001:db8:%x:%x::%x", r.IntN(1<<16), r.IntN(1<<16), r.IntN(1<<16))
		}},
	} {
		var texts [][]byte
		var strings []string
		for range 1 << 16 {
			s := c.make()
			texts, strings = append(texts, append(make([]byte, 0, 64), s...)), append(strings, s)
		}
		b.Run(c.name, func(b *testing.B) {
			var n names
			for i := 0; b.Loop(); i++ {
				if _, ok := n.client(texts[i&(1<<16-1)]); !ok {
					b.Fatal("no address")
				}
			}
		})
		b.Run(c.name+" netip", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if _, err := netip.ParseAddr(strings[i&(1<<16-1)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFeed is the library's part: facts that are there already go into one
// window, the other, or all that the program has. In "crowd" the 9,000 lines of a
// minute are of some 7,500 clients instead of 700.
func BenchmarkFeed(b *testing.B) {
	for _, crowd := range []bool{false, true} {
		hits, known := hitsOf(crowd)
		suffix := ""
		if crowd {
			suffix = " crowd"
		}
		for _, c := range []struct {
			name  string
			build func(tidemark.Stream[hit])
		}{
			{"none", func(hits tidemark.Stream[hit]) {
				tidemark.Into(hits, sink.Func[hit](func(sink.Batch[hit]) error { return nil }))
			}},
			{"sizes", func(hits tidemark.Stream[hit]) {
				panes, _ := tidemark.Window[sizes](tidemark.KeyBy(hits, hit.all), window.Tumble{Size: size})
				tidemark.Into(panes, sink.Func[minute](func(sink.Batch[minute]) error { return nil }))
			}},
			{"clients", func(hits tidemark.Stream[hit]) {
				panes, _ := tidemark.Window[traffic](tidemark.KeyBy(hits, hit.client), window.Tumble{Size: size})
				tidemark.Into(tidemark.Filter(panes, limits{requests: 600}.busy), sink.Func[visits](func(sink.Batch[visits]) error { return nil }))
			}},
			{"both", nil},
		} {
			b.Run(c.name+suffix, func(b *testing.B) {
				for b.Loop() {
					var p tidemark.Pipeline
					in, all := tidemark.FromNanos(&p, "log", hit.nanos, watermark.Bounded{Delay: 2e9})
					feed, end := in.Feed, p.Close
					if c.build != nil {
						c.build(all)
					} else {
						s, err := newSystem(config{limits: limits{requests: 600, bytes: 5e8}, before: watermark.Max})
						if err != nil {
							b.Fatal(err)
						}
						s.parse.names = known
						feed, end = s.in.Feed, s.p.Close
					}
					for rest := hits; len(rest) > 0; {
						n := min(3300, len(rest)) // a block
						if err := feed(rest[:n]...); err != nil {
							b.Fatal(err)
						}
						rest = rest[n:]
					}
					if err := end(context.Background()); err != nil {
						b.Fatal(err)
					}
				}
				perLine(b, len(hits))
			})
		}
	}
}

func hitsOf(crowd bool) (hits []hit, known names) {
	r := rand.New(rand.NewPCG(1, 0))
	p := parser{want: fAddr | fTime | fSize}
	var l line
	for text := range bytes.Lines(made(benchLines)) {
		if p.parse(bytes.TrimSuffix(text, []byte("\n")), &l) == nil {
			if crowd {
				l.from = client{0, mapped | r.Uint64N(20000)}
			}
			hits = append(hits, hit{at: watermark.Time(l.at * 1e9), size: l.size, from: l.from})
		}
	}
	return hits, p.names
}

// BenchmarkWrite encodes and writes the rows of -out.
func BenchmarkWrite(b *testing.B) {
	var panes []minute
	store, err := window.NewStore[sizes, hit, struct{}](window.Tumble{Size: size}, window.Settings{})
	if err != nil {
		b.Fatal(err)
	}
	hits, _ := hitsOf(false)
	for _, h := range hits {
		store.Add(struct{}{}, h.at, h, nil)
	}
	store.Advance(watermark.Max, func(p minute) { panes = append(panes, p) })
	out := output.Rows[Row]("-out", filepath.Join(b.TempDir(), "rows"))
	for b.Loop() {
		for _, p := range panes {
			if err := out.Write(sink.Batch[Row]{Rows: []Row{newRow(p)}}); err != nil {
				b.Fatal(err)
			}
		}
	}
	perLine(b, benchLines)
	if err := out.Close(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkRun is the whole program, with the files that cost most.
func BenchmarkRun(b *testing.B) {
	dir := b.TempDir()
	for _, name := range []string{"log", "log.gz"} {
		path := filepath.Join(dir, name)
		try(b, 0, "-generate", fmt.Sprint(benchLines), "-o", path)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				try(b, 0, "-logs", path, "-out", filepath.Join(dir, "out"), "-alerts", filepath.Join(dir, "alerts"), "-bad", filepath.Join(dir, "bad"))
			}
			perLine(b, benchLines)
		})
	}
}
