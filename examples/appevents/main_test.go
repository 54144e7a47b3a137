package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/internal/script"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/sink"
)

// TestScripts runs the program as the scripts say: run takes the body for the
// file of hits and gives the files, each line behind the name of its file, and
// the ledger; print gives what is printed, of hits that are made up.
func TestScripts(t *testing.T) {
	script.Dir(t, "testdata", func(t *testing.T, path string) {
		script.Run(t, path, func(b *script.Block) string {
			if b.Name == "print" {
				return try(t, 0, "-seed", b.String("seed", "1"))
			}
			f := runFiles(t, strings.Join(b.Body, "\n"), 1024)
			var out strings.Builder
			for _, file := range []struct{ name, text string }{{"out", f.out}, {"table", f.table}, {"late", f.late}, {"bad", f.bad}} {
				for line := range strings.Lines(file.text) {
					out.WriteString(file.name + " " + line)
				}
			}
			return out.String() + f.stdout[strings.LastIndex(f.stdout, "\nlines ")+1:]
		})
	})
}

func TestWhatCannotBeReadOrWrittenEndsWithTwoAndALine(t *testing.T) {
	dir := t.TempDir()
	hits := clitest.Write(t, dir, "hits", []string{madeHits(1)})
	clitest.Write(t, dir, "torn.gz", []string{"\x1f\x8b\x08\x00\x00\x00"})
	kept := clitest.Write(t, dir, "kept", []string{"yesterday's"})
	clitest.Refused(t, run, "appevents", dir, [][2]string{
		{"-hits DIR/none -out DIR/kept", "no such file"},
		{"-hits DIR -table DIR/kept", "is a directory"},
		{"-hits DIR/torn.gz", "EOF"},
		{"-out DIR/none/x", "no such file"},
		{"-table DIR/none/x", "no such file"},
		{"-late DIR/none/x", "no such file"},
		{"-bad DIR", "is a directory"},
		{"-table -", "-table is -: must be a file"},
		{"-out DIR/a -late DIR/./a", "-out and -late are the same file"},
		{"-hits DIR/hits -table DIR/hits", "-hits and -table are the same file"},
		{"-hits=", "-hits is empty"},
		{"-table=", "-table is empty"},
		{"more", `argument "more"`},
	})
	if got := try(t, 2, "-nonsense"); !strings.Contains(got, "-nonsense") {
		t.Errorf("says %q", got)
	}
	if got := run(t.Context(), []string{"-h"}, io.Discard, io.Discard); got != 0 {
		t.Errorf("-h ends with %d", got)
	}
	if clitest.Read(t, hits) != madeHits(1) || clitest.Read(t, kept) != "yesterday's" {
		t.Error("a file was written to although there was nothing to read")
	}
}

// brokenPipe is a standard output that nobody reads.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestATableThatDoesNotAgreeEndsWithOne(t *testing.T) {
	c := config{seed: 1, batch: 100}
	s, err := newSystem(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.consume(t.Context(), c), s.close(t.Context())); err != nil {
		t.Fatal(err)
	}
	if err := s.print(brokenPipe{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("gives %v for a pipe that is closed", err)
	}
	for _, e := range s.table.rows { // order: any will do
		e.Hits++
		break
	}
	for _, c := range s.tally.days { // order: each by itself
		c.table = 0
	}
	if err := s.print(io.Discard); !errors.Is(err, errDiffers) {
		t.Errorf("gives %v for a row with a hit too many", err)
	}
}

// TestTheTableNeverGoesBack: whatever is sent once more, in any order, the table
// is what it is if each row comes once.
func TestTheTableNeverGoesBack(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	var b sink.Batch[Row]
	want := newTable()
	for range 200 {
		id := row.ID{0, uint64(r.IntN(5))}
		s, value := row.Stamp{ID: id}, Row{App: fmt.Sprint(id[1]), Hits: r.Int64N(100)}
		if e := want.rows[id]; e != nil {
			s.Revision = e.stamp.Revision + 1
		}
		want.upsert(value, s)
		b.Rows, b.Stamps = append(b.Rows, value), append(b.Stamps, s)
	}
	got := newTable()
	for n := range 3 {
		if err := got.Write(b); err != nil {
			t.Fatal(err)
		}
		if n == 0 && got.behind > 0 {
			t.Error("rows in their order are taken for old ones")
		}
		r.Shuffle(len(b.Rows), func(i, j int) {
			b.Rows[i], b.Rows[j] = b.Rows[j], b.Rows[i]
			b.Stamps[i], b.Stamps[j] = b.Stamps[j], b.Stamps[i]
		})
	}
	if !reflect.DeepEqual(got.lines(), want.lines()) || got.behind != 400 {
		t.Errorf("%d rows were old ones, want 400; the table is\n%v\nwant\n%v", got.behind, got.lines(), want.lines())
	}
}

// TestTheKeyTellsHitsApart by every field, and where one field ends.
func TestTheKeyTellsHitsApart(t *testing.T) {
	seen := map[[16]byte]Hit{}
	for _, h := range []Hit{{}, {App: "a"}, {User: "a"}, {Event: "a"}, {ID: "a"}, {At: 1}, {App: "ab"}, {App: "a", User: "b"}, {App: "a\x01b"}, {App: strings.Repeat("a", 300)}} {
		if was, ok := seen[h.key()]; ok {
			t.Errorf("%+v and %+v have one key", was, h)
		}
		seen[h.key()] = h
		other := h
		if other.Original = "elsewhere"; other.key() != h.key() {
			t.Errorf("%+v: the key depends on how the line is written", h)
		}
	}
}

func FuzzDecodeHit(f *testing.F) {
	for line := range strings.Lines(madeHits(1)[:2000]) {
		f.Add([]byte(strings.TrimSpace(line)))
	}
	for way := range 8 {
		f.Add([]byte(strings.TrimSpace(madeBroken(way, `{"app":"shop","user":"u1","event":"tap","event_time":"2026-11-16T00:00:00Z"}`))))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var h Hit
		err := decodeHit(line, &h)
		var not *notHit
		if err != nil {
			if !errors.As(err, &not) || not.reason == "" {
				t.Fatalf("%q: is refused for %v", line, err)
			}
			return
		}
		if h.App == "" || h.User == "" || h.Event == "" || !json.Valid([]byte(h.Original)) {
			t.Fatalf("%q gives %+v", line, h)
		}
		// Written anew, it is the same hit.
		again, _ := json.Marshal(map[string]string{"app": h.App, "user": h.User, "event": h.Event, "hit_id": h.ID, "event_time": h.At.UTC().Format(time.RFC3339Nano)})
		var g Hit
		if err := decodeHit(again, &g); err != nil || g.key() != h.key() {
			t.Fatalf("%q: gives %+v (%v), written anew %+v", line, h, err, g)
		}
	})
}

// try runs the program, and returns what it prints.
func try(t testing.TB, code int, args ...string) string {
	t.Helper()
	return clitest.Try(t, run, code, args...)
}
