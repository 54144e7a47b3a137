package sink

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestRewindCutsOffWhatCameAfter(t *testing.T) {
	for _, zipped := range []bool{false, true} {
		d := &disk{}
		s := &NDJSON[point]{Path: "rows", Gzip: zipped, open: d.open}
		positions := [][]byte{s.Position()}
		for n := range 20 {
			if err := s.Write(batch(n, n+1)); err != nil {
				t.Fatal(err)
			}
			positions = append(positions, s.Position())
		}
		if err := s.Write(batch(20, 25)); err != nil { // gzip: in memory only
			t.Fatal(err)
		}
		for n := 20; n >= 0; n-- {
			if n%2 == 0 { // a new process
				s = &NDJSON[point]{Path: "rows", Gzip: zipped, Truncate: n%4 == 0, open: d.open}
			}
			if err := s.Rewind(positions[n]); err != nil {
				t.Fatal(err)
			}
			if got := content(t, d.data, zipped); got != numbered(0, n) {
				t.Fatalf("gzip %t: rewound to %d: %q", zipped, n, got)
			}
			if !bytes.Equal(s.Position(), positions[n]) {
				t.Fatalf("position %s, want %s", s.Position(), positions[n])
			}
		}
		if err := errors.Join(s.Write(batch(0, 3)), s.Close(background)); err != nil || content(t, d.data, zipped) != numbered(0, 3) {
			t.Error(err)
		}
	}
}

func TestRewindThatCannotBeLeavesTheFile(t *testing.T) {
	d := &disk{}
	s := &NDJSON[point]{Path: "rows", open: d.open}
	z := &NDJSON[point]{Path: "rows", Gzip: true, open: (&disk{}).open}
	if err := errors.Join(s.Write(batch(0, 3)), z.Write(batch(0, 3)), s.Flush(background), z.Flush(background)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		s              *NDJSON[point]
		position, want string
	}{
		{s, "ndjson/1 lines 25", "has 24 bytes, the position is behind byte 25"},
		{s, "ndjson/1 lines 23", "within a line"},
		{s, "ndjson/1 gzip 24", "Gzip must be as it was"},
		{s, "ndjson/2 lines 24", "must begin with ndjson/1"},
		{s, "", "must begin with ndjson/1"},
		{s, "ndjson/1", "Gzip must be"},
		{s, "ndjson/1 lines", "no size"},
		{s, "ndjson/1 lines -8", "no size"},
		{s, "ndjson/1 lines 08", "no size"},
		{s, "ndjson/1 lines 99999999999999999999", "no size"},
		{s, "ndjson/1 lines 8 ", "no size"},
		{z, "ndjson/1 gzip 1", "within a gzip member"},
		{z, "ndjson/1 gzip 1000", "rows are missing"},
	} {
		for range 2 {
			if err := c.s.Rewind([]byte(c.position)); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "sink: rows: rewind: ") {
				t.Errorf("%q: %v, want %q", c.position, err, c.want)
			}
		}
	}
	if err := s.Write(batch(3, 4)); err != nil || string(d.data) != numbered(0, 4) {
		t.Errorf("%q, %v", d.data, err)
	}

	none := &disk{}
	s = &NDJSON[point]{Path: "rows", open: none.open}
	if err := s.Rewind([]byte("ndjson/1 lines 8")); !errors.Is(err, fs.ErrNotExist) || none.exists {
		t.Errorf("%v, or the file was made", err)
	}
	short := &disk{exists: true, data: []byte("{\"n\":0}\n{\"n\"")}
	s = &NDJSON[point]{Path: "rows", open: short.open}
	if err := s.Rewind([]byte("ndjson/1 lines 16")); err == nil || len(short.data) != 12 || short.closed != 1 {
		t.Errorf("%v, or the file was changed", err)
	}
}

// No bytes make a Rewind or the opening of a file panic, or lose whole members.
func FuzzPosition(f *testing.F) {
	f.Add([]byte("ndjson/1 lines 8"), []byte("{\"n\":0}\n{\"n\":1}\n"))
	f.Add([]byte("ndjson/1 gzip 8"), zipOther(new(bytes.Buffer)))
	m := &member{}
	m.add([]byte("{}\n"))
	f.Add([]byte("ndjson/1 gzip 8"), bytes.Clone(m.end()))
	f.Fuzz(func(t *testing.T, position, data []byte) {
		for _, zipped := range []bool{false, true} {
			d := &disk{data: bytes.Clone(data), exists: true}
			s := &NDJSON[point]{Path: "rows", Gzip: zipped, open: d.open}
			before := bytes.Clone(d.data)
			if err := s.Rewind(position); err != nil && !bytes.Equal(d.data, before) {
				t.Fatalf("%v, and the file was changed", err)
			} else if err == nil && !bytes.HasPrefix(before, d.data) {
				t.Fatal("the file has other bytes")
			}
			if err := s.Flush(background); err == nil && !zipped && len(d.data) > 0 && d.data[len(d.data)-1] != '\n' {
				t.Fatalf("%q: no whole lines", d.data)
			}
		}
	})
}

func TestMembersAreFoundAfterRandomCuts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	var data []byte
	ends := []int64{0}
	for range 50 {
		m := &member{}
		for range random.IntN(3) {
			m.add([]byte(numbered(0, random.IntN(100))))
		}
		data = append(data, m.end()...)
		ends = append(ends, int64(len(data)))
	}
	for range 500 {
		cut := int64(random.IntN(len(data) + 1))
		want := int64(0)
		for _, e := range ends {
			if e <= cut {
				want = e
			}
		}
		if got, err := wholeMembers(&disk{data: data[:cut]}, cut, 1<<62); err != nil || got != want {
			t.Fatalf("cut at %d: %d, want %d, %v", cut, got, want, err)
		}
	}
	// A length that was damaged must not lead into an endless loop, or back.
	for _, b := range [][]byte{{0, 0, 0, 0, 0, 0, 0, 0}, {24, 0, 0, 0, 0, 0, 0, 0}} {
		bad := bytes.Clone(data)
		copy(bad[16:], b)
		if _, err := wholeMembers(&disk{data: bad}, int64(len(bad)), 1<<62); err == nil {
			t.Errorf("length %v is no error", b)
		}
	}
}
