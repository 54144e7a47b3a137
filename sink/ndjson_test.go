package sink

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/row"
)

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestRowsAreLinesOfJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows")
	s := &NDJSON[any]{Path: path}
	rows := []any{map[string]string{"a": "<b> & \"c\"\n\u2028"}, []int{1, 2}, "x\r\ny", 1.5, nil, point{N: 1}}
	if err := s.Write(Batch[any]{Rows: rows}); err != nil {
		t.Fatal(err)
	}
	want := `{"a":"<b> & \"c\"\n\u2028"}` + "\n[1,2]\n\"x\\r\\ny\"\n1.5\nnull\n{\"n\":1}\n"
	if got := read(t, path); got != want { // before any Flush
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if err := s.Close(background); err != nil {
		t.Error(err)
	}
}

func TestStampedRowsCanBeUpserted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows")
	s := &NDJSON[point]{Path: path, Stamped: true}
	b := batch(0, 3)
	b.Stamps[0] = row.Stamp{Time: 1_795_168_804_999_999_999, Kind: row.Correction, Revision: 2, ID: row.ID{1, 0xab}}
	b.Stamps[1] = row.Stamp{Time: -1, Forced: true, ID: row.ID{0, 1}}
	b.Stamps[2] = row.Stamp{Time: 0, Kind: row.Withdrawn}
	if err := s.Write(b); err != nil {
		t.Fatal(err)
	}
	want := `{"id":"000000000000000100000000000000ab","kind":"correction","revision":2,"time":"` + b.Stamps[0].Time.String() + `","row":{"n":0}}
{"id":"00000000000000000000000000000001","kind":"final","forced":true,"revision":0,"time":"1969-12-31T23:59:59.999999999Z","row":{"n":1}}
{"kind":"withdrawn","revision":0,"time":"1970-01-01T00:00:00Z","row":{"n":2}}
`
	if got := read(t, path); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	b.Stamps = b.Stamps[:2]
	if err := s.Write(b); err == nil || !strings.Contains(err.Error(), "3 rows and 2 stamps") {
		t.Error(err)
	}
}

func TestSecondRunAddsUnlessTruncateIsSet(t *testing.T) {
	for _, zipped := range []bool{false, true} {
		for _, anew := range []bool{false, true} {
			d := &disk{}
			for run := range 3 {
				s := &NDJSON[point]{Path: "rows", Gzip: zipped, Truncate: anew, open: d.open}
				for i := range 2 { // only the first call of a run starts anew
					n := 4*run + 2*i
					if err := errors.Join(s.Write(batch(n, n+2)), s.Flush(background)); err != nil {
						t.Fatal(err)
					}
				}
				if err := s.Close(background); err != nil {
					t.Fatal(err)
				}
			}
			want := numbered(0, 12)
			if anew {
				want = numbered(8, 12)
			}
			if got := content(t, d.data, zipped); got != want {
				t.Errorf("gzip %t, truncate %t: %q, want %q", zipped, anew, got, want)
			}
		}
	}
}

func TestRunWithoutRowsLeavesAnEmptyFile(t *testing.T) {
	for _, zipped := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "rows")
		for range 2 {
			s := &NDJSON[point]{Path: path, Gzip: zipped}
			if err := errors.Join(s.Flush(background), s.Close(background)); err != nil {
				t.Fatal(err)
			}
			data := read(t, path)
			if zipped == (data == "") || content(t, []byte(data), zipped) != "" {
				t.Errorf("gzip %t: %q", zipped, data)
			}
		}
	}
}

func TestWriteIsOneWriteAndFlushOneSync(t *testing.T) {
	d := &disk{}
	s := &NDJSON[point]{Path: "rows", open: d.open}
	for i := range 5 {
		if err := s.Write(batch(1000*i, 1000*i+1000)); err != nil || d.writes != i+1 {
			t.Fatalf("%d writes, want %d, %v", d.writes, i+1, err)
		}
	}
	for range 3 {
		if err := s.Flush(background); err != nil || d.syncs != 1 {
			t.Fatalf("%d syncs, want 1, %v", d.syncs, err)
		}
	}
	if string(d.data) != numbered(0, 5000) {
		t.Error("other rows")
	}
}

func TestCloseIsTheEnd(t *testing.T) {
	for _, zipped := range []bool{false, true} {
		d := &disk{}
		s := &NDJSON[point]{Path: "rows", Gzip: zipped, open: d.open}
		if err := errors.Join(s.Write(batch(0, 9)), s.Close(background), s.Close(background)); err != nil || d.closed != 1 || d.syncs != 1 {
			t.Fatalf("%v: closed %d times, %d syncs", err, d.closed, d.syncs)
		}
		if got := content(t, d.data, zipped); got != numbered(0, 9) {
			t.Errorf("%q", got)
		}
		if p := s.Position(); string(p) != string(formatPosition(zipped, int64(len(d.data)))) {
			t.Errorf("position %q of %d bytes", p, len(d.data))
		}
		for _, err := range []error{s.Write(batch(9, 10)), s.Flush(background), s.Rewind(s.Position())} {
			if !errors.Is(err, fs.ErrClosed) || !strings.HasPrefix(err.Error(), "sink: rows: ") {
				t.Error(err)
			}
		}
	}
}

func TestRowThatCannotBeEncodedIsNamed(t *testing.T) {
	type rate struct{ Org, Rate float64 }
	for _, zipped := range []bool{false, true} {
		d := &disk{}
		s := &NDJSON[rate]{Path: "rows", Gzip: zipped, open: d.open}
		b := Batch[rate]{Rows: []rate{{1, 0.5}, {7, math.NaN()}, {8, 1}, {9, math.Inf(1)}}}
		for range 2 {
			if err := s.Write(b); err == nil || err.Error() != "sink: rows: row 1 of 4, {Org:7 Rate:NaN}: json: unsupported value: NaN" {
				t.Fatal(err)
			}
		}
		var bad []string
		s.Bad = func(r rate, err error) { bad = append(bad, fmt.Sprint(r.Org, " ", err)) }
		if err := errors.Join(s.Write(b), s.Close(background)); err != nil {
			t.Fatal(err)
		}
		want := []string{"7 sink: rows: row 1 of 4, {Org:7 Rate:NaN}: json: unsupported value: NaN", "9 sink: rows: row 3 of 4, {Org:9 Rate:+Inf}: json: unsupported value: +Inf"}
		if !slices.Equal(bad, want) {
			t.Errorf("%q\nwant %q", bad, want)
		}
		if got := content(t, d.data, zipped); got != "{\"Org\":1,\"Rate\":0.5}\n{\"Org\":8,\"Rate\":1}\n" {
			t.Errorf("%q", got)
		}
	}
	if s := show(strings.Repeat("x", 1000)); len(s) > 210 {
		t.Errorf("a long row takes %d bytes of the message", len(s))
	}
}

func TestBadRowsAreToldOnceTheOthersAreWritten(t *testing.T) {
	d := &disk{}
	told := 0
	full := true
	s := &NDJSON[float64]{Path: "rows", Bad: func(float64, error) { told++ }}
	s.open = func(string, bool) (file, error) { return &fullDisk{disk: d, full: &full, room: 5}, nil }
	b := Batch[float64]{Rows: []float64{math.NaN(), 1, 2, math.NaN(), 3}}
	if err := s.Write(b); !errors.Is(err, errDisk) || told != 0 || err.Error() != "sink: rows: row 4 of 5: no space left on device" {
		t.Fatalf("told %d, %v", told, err)
	}
	if full = false; s.Write(b) != nil || told != 2 || string(d.data) != "1\n2\n3\n" {
		t.Errorf("told %d, %q", told, d.data)
	}
}

// fullDisk has room for some bytes while it is full.
type fullDisk struct {
	*disk
	full *bool
	room int
}

func (d *fullDisk) WriteAt(p []byte, at int64) (int, error) {
	if *d.full && int(at)+len(p) > d.room {
		n, _ := d.disk.WriteAt(p[:d.room-int(at)], at)
		return n, errDisk
	}
	return d.disk.WriteAt(p, at)
}

func TestWrongPathsAreErrorsUntilTheyAreRight(t *testing.T) {
	dir := t.TempDir()
	s := &NDJSON[point]{}
	if err := s.Write(batch(0, 1)); err == nil || err.Error() != "sink: NDJSON: Path is empty, must be set" {
		t.Error(err)
	}
	if s.Path = dir; s.Write(batch(0, 1)) == nil {
		t.Error("a folder is no error")
	}
	if s.Path = os.DevNull; s.Write(batch(0, 1)) == nil {
		t.Error("a device is no error")
	}
	s.Path = filepath.Join(dir, "a", "rows")
	for _, err := range []error{s.Write(batch(0, 1)), s.Flush(background), s.Close(background)} {
		if !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), s.Path) != 1 {
			t.Error(err)
		}
	}
	if s.Position() != nil {
		t.Error("a position of no file")
	}
	if err := os.Mkdir(filepath.Dir(s.Path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Write(batch(0, 1)), s.Close(background)); err != nil || read(t, s.Path) != numbered(0, 1) {
		t.Error(err)
	}
}

func TestNothingIsAllocatedPerRow(t *testing.T) {
	d := &disk{data: make([]byte, 0, 1<<20)}
	s := &NDJSON[point]{Path: "rows", open: d.open}
	b := batch(0, 1000)
	allocs := testing.AllocsPerRun(20, func() {
		d.data = d.data[:0]
		s.out.size = 0
		if err := s.Write(b); err != nil {
			t.Fatal(err)
		}
	})
	if allocs > 900 { // none, but under the race detector encoding/json drops buffers that it could use again
		t.Errorf("%v allocations for 1000 rows", allocs)
	}
}
