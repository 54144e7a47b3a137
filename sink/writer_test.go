package sink

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"strings"
	"testing"
)

func TestFuncGetsEachBatch(t *testing.T) {
	refuse := errors.New("not now")
	rows := 0
	var s Sink[point] = Func[point](func(b Batch[point]) error {
		if rows += len(b.Rows); rows > 4 {
			return refuse
		}
		return nil
	})
	if err := errors.Join(s.Write(batch(0, 2)), s.Write(batch(2, 4)), s.Flush(background), s.Close(background)); err != nil || rows != 4 {
		t.Error(rows, err)
	}
	if err := s.Write(batch(4, 5)); err != refuse {
		t.Error(err)
	}
}

func TestWriterWritesLinesAndLeavesTheStreamOpen(t *testing.T) {
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	s := &Writer[point]{W: w}
	if err := errors.Join(s.Write(batch(0, 2)), s.Write(batch(0, 0))); err != nil || b.Len() != 0 {
		t.Error(err)
	}
	if err := s.Flush(background); err != nil || b.String() != numbered(0, 2) {
		t.Errorf("%q, %v", b.String(), err)
	}
	if err := errors.Join(s.Write(batch(2, 3)), s.Close(background), s.Close(background)); err != nil || b.String() != numbered(0, 3) {
		t.Errorf("%q, %v", b.String(), err)
	}
	if err := s.Write(batch(3, 4)); !errors.Is(err, fs.ErrClosed) {
		t.Error(err)
	}
	b.Reset()
	s = &Writer[point]{W: &b, Stamped: true}
	if err := s.Write(batch(5, 6)); err != nil || b.String() != `{"kind":"final","revision":5,"time":"1970-01-01T00:00:00Z","row":{"n":5}}`+"\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
}

type short struct{ n int }

func (s short) Write(p []byte) (int, error) { return min(s.n, len(p)), nil }

type unflushable struct{ io.Writer }

func (unflushable) Flush() error { return errDisk }

func TestWriterTellsWhatFailed(t *testing.T) {
	var b strings.Builder
	if err := (&Writer[point]{}).Write(batch(0, 1)); err == nil {
		t.Error("no W is no error")
	}
	if err := (&Writer[point]{W: short{3}}).Write(batch(0, 1)); !errors.Is(err, io.ErrShortWrite) || !strings.Contains(err.Error(), "3 bytes of 8") {
		t.Error(err)
	}
	s := &Writer[point]{W: unflushable{&b}}
	for range 2 {
		if err := s.Close(context.Background()); !errors.Is(err, errDisk) {
			t.Error(err)
		}
	}
	s = &Writer[point]{W: &b}
	if err := s.Close(background); err != nil {
		t.Error(err)
	}
	s.W = unflushable{&b} // as one that was closed in between
	if err := s.Close(background); err != nil {
		t.Error(err)
	}
	told := 0
	f := &Writer[float64]{W: &b}
	rows := Batch[float64]{Rows: []float64{1, math.NaN(), 2}}
	if err := f.Write(rows); err == nil || b.Len() > 0 || !strings.Contains(err.Error(), "row 1 of 3, NaN") {
		t.Errorf("%q, %v", b.String(), err)
	}
	f.Bad = func(float64, error) { told++ }
	if err := f.Write(rows); err != nil || told != 1 || b.String() != "1\n2\n" {
		t.Errorf("%q, told %d, %v", b.String(), told, err)
	}
}
