package sink

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A file cut anywhere is taken back to whole lines, and goes on behind them.
func TestTornEndIsCutOff(t *testing.T) {
	for _, zipped := range []bool{false, true} {
		d := &disk{}
		s := &NDJSON[point]{Path: "rows", Gzip: zipped, open: d.open}
		ends := []int{0}
		for n := range 12 {
			if err := errors.Join(s.Write(batch(n, n+1)), s.Flush(background)); err != nil {
				t.Fatal(err)
			}
			ends = append(ends, len(d.data))
		}
		whole := 0
		for cut := range len(d.data) + 1 {
			if whole+1 < len(ends) && ends[whole+1] <= cut {
				whole++
			}
			rows := whole
			if !zipped && whole+1 < len(ends) && cut == ends[whole+1]-1 {
				rows++ // lacks nothing but the line end
			}
			torn := &disk{data: bytes.Clone(d.data[:cut])}
			s := &NDJSON[point]{Path: "rows", Gzip: zipped, open: torn.open}
			if err := errors.Join(s.Write(batch(100, 101)), s.Close(background)); err != nil {
				t.Fatalf("gzip %t, cut at %d: %v", zipped, cut, err)
			}
			if got, want := content(t, torn.data, zipped), numbered(0, rows)+numbered(100, 101); got != want {
				t.Fatalf("gzip %t, cut at %d: %q, want %q", zipped, cut, got, want)
			}
		}
	}
}

func TestEndThatIsNoRowIsCutOff(t *testing.T) {
	long := `{"n":1,"text":"` + strings.Repeat("y", 200_000)
	for before, want := range map[string]string{
		"1\n12":                   "1\n",
		"1\n\x00\x00\x00\x00":     "1\n",
		"{\"n\":1}\n\x00}":        "{\"n\":1}\n",
		"{":                       "",
		"\n":                      "\n",
		"1\n" + long:              "1\n",
		long + `"}`:               long + "\"}\n",
		"[{\"a\":1},\n{\"a\":2}]": "[{\"a\":1},\n", // no lines to begin with
		"{\"n\":\"a}":             "",
		"{\"n\":1}":               "{\"n\":1}\n",
	} {
		d := &disk{data: []byte(before)}
		s := &NDJSON[point]{Path: "rows", open: d.open}
		if err := s.Flush(background); err != nil || string(d.data) != want {
			t.Errorf("%.40q: %.40q, want %.40q, %v", before, d.data, want, err)
		}
	}
}

func TestFileOfAnotherKindIsNotTouched(t *testing.T) {
	var other bytes.Buffer
	for _, c := range []struct {
		data []byte
		gzip bool
		want string
	}{
		{zipOther(&other), false, "is gzip"},
		{zipOther(&other), true, "byte 0: no gzip member of this sink"},
		{[]byte("{\"n\":1}\n"), true, "byte 0: no gzip member of this sink"},
		{[]byte("x"), true, "byte 0: no gzip member of this sink"},
		{bytes.Repeat([]byte("x"), maxTorn+1<<20), false, "have no line end"},
	} {
		d := &disk{data: bytes.Clone(c.data), exists: true}
		s := &NDJSON[point]{Path: "rows", Gzip: c.gzip, open: d.open}
		for range 2 {
			if err := s.Write(batch(0, 1)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%.20q: %v, want %q", c.data, err, c.want)
			}
		}
		if !bytes.Equal(d.data, c.data) || d.closed != 2 {
			t.Errorf("%.20q: changed, or not closed", c.data)
		}
	}
}

// Whatever fails, and whenever the process dies: the rows that were flushed
// are there, in order, and after a Rewind each is there once.
func TestEachRowIsThereOnceOnAFailingDisk(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 4))
		zipped := seed%2 == 1
		d := &disk{random: random, fail: 0.3}
		open := func() *NDJSON[point] {
			return &NDJSON[point]{Path: "rows", Gzip: zipped, Truncate: random.IntN(2) == 0, open: d.open}
		}
		s := open()
		next, saved := 0, 0
		var position []byte
		must(t, "first snapshot", func() error { return s.Flush(background) })
		must(t, "position", func() error {
			if position = s.Position(); position == nil {
				return errDisk
			}
			return nil
		})
		for range 60 {
			switch random.IntN(10) {
			default:
				to := next + random.IntN(4)
				if random.IntN(20) == 0 && zipped {
					s.member.lines += memberSize // as if much had been written
				}
				must(t, "write", func() error { return s.Write(batch(next, to)) })
				next = to
			case 5: // rows that are given up if they are refused
				odd := Batch[point]{Rows: []point{{N: next, Text: strings.Repeat("z", 50)}}}
				if err := s.Write(odd); err == nil {
					must(t, "rewind", func() error { return s.Rewind(position) })
					next = saved
				} else if len(d.data) < int(s.out.size) || (!s.out.torn && len(d.data) > int(s.out.size)) {
					t.Fatalf("seed %d: %d bytes after an error, want %d", seed, len(d.data), s.out.size)
				}
			case 6:
				_ = s.Flush(background)
			case 7, 8: // snapshot
				must(t, "flush", func() error { return s.Flush(background) })
				if p := s.Position(); p != nil {
					position, saved = p, next
				}
			case 9: // crash, or a step back in the same process
				if random.IntN(2) == 0 {
					s = open()
				}
				must(t, "rewind", func() error { return s.Rewind(position) })
				next = saved
			}
		}
		must(t, "close", func() error { return s.Close(background) })
		if got, want := content(t, d.data, zipped), numbered(0, next); got != want {
			t.Fatalf("seed %d, gzip %t: %q\nwant %q", seed, zipped, got, want)
		}
	}
}

func zipOther(b *bytes.Buffer) []byte {
	b.Reset()
	m := &member{}
	m.begin()
	m.zip.Extra = []byte("xx\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	m.zip.Write([]byte("{}\n"))
	m.zip.Close()
	b.Write(m.buf.Bytes())
	return bytes.Clone(b.Bytes())
}

func TestDamagedLengthDoesNotCutOffWhatLiesBehind(t *testing.T) {
	m := &member{}
	m.add([]byte("{}\n"))
	data := slices.Concat(m.end(), make([]byte, maxTorn))
	for _, b := range []byte{0x7f, 0xff} {
		data[memberHead-1] = b
		d := &disk{data: data}
		s := &NDJSON[point]{Path: "rows", Gzip: true, open: d.open}
		if err := s.Write(batch(0, 1)); err == nil || !strings.Contains(err.Error(), "damaged") || len(d.data) != len(data) {
			t.Errorf("%v, or it was cut off", err)
		}
	}
}

func TestGzipMembersAreWrittenWhenTheyAreFull(t *testing.T) {
	d := &disk{}
	s := &NDJSON[point]{Path: "rows", Gzip: true, open: d.open}
	n := 0
	var want strings.Builder
	for ; want.Len() < 3*memberSize; n += 100 {
		b := batch(n, n+100)
		for i := range b.Rows {
			b.Rows[i].Text = strings.Repeat("x", 1000)
		}
		if err := s.Write(b); err != nil {
			t.Fatal(err)
		}
		want.Write(s.lines.buf.Bytes())
	}
	if d.writes != 2 {
		t.Errorf("%d members in the file, want 2", d.writes)
	}
	if err := s.Close(background); err != nil || content(t, d.data, true) != want.String() {
		t.Error("other rows", err)
	}
}

func TestFailedSyncIsNotForgotten(t *testing.T) {
	for _, zipped := range []bool{false, true} {
		d := &disk{}
		s := &NDJSON[point]{Path: "rows", Gzip: zipped, open: d.open}
		if err := errors.Join(s.Write(batch(0, 2)), s.Flush(background)); err != nil {
			t.Fatal(err)
		}
		position := s.Position()
		if err := s.Write(batch(2, 4)); err != nil {
			t.Fatal(err)
		}
		d.failSync = true
		first := s.Flush(background)
		d.failSync = false
		for _, err := range []error{first, s.Flush(background), s.Write(batch(4, 5))} {
			if !errors.Is(err, errDisk) || !strings.Contains(err.Error(), "rows may be lost") {
				t.Fatal(err)
			}
		}
		if err := errors.Join(s.Rewind(position), s.Write(batch(2, 4)), s.Close(background)); err != nil {
			t.Fatal(err)
		}
		if got := content(t, d.data, zipped); got != numbered(0, 4) {
			t.Errorf("%q", got)
		}

		d = &disk{failSync: true}
		s = &NDJSON[point]{Path: "rows", Gzip: zipped, open: d.open}
		for range 2 {
			if err := s.Close(background); !errors.Is(err, errDisk) || d.closed != 1 {
				t.Errorf("closed %d times, %v", d.closed, err)
			}
		}
	}
}

// child writes batches of increasing numbers to the file named in the
// environment, and says on standard output which it has written, until killed.
func child(path string) {
	s := &NDJSON[point]{Path: path, Gzip: strings.HasSuffix(path, ".gz")}
	from, _ := strconv.Atoi(os.Getenv("SINK_TEST_FROM"))
	text := strings.Repeat("x", 400)
	var b Batch[point]
	for n := from; ; n += 1000 {
		b.Rows = b.Rows[:0]
		for i := range 1000 {
			b.Rows = append(b.Rows, point{N: n + i, Text: text})
		}
		err := s.Write(b)
		if s.Gzip && err == nil {
			err = s.Flush(background)
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(n + 1000)
	}
}

func TestMain(m *testing.M) {
	if path := os.Getenv("SINK_TEST_FILE"); path != "" {
		child(path)
	}
	os.Exit(m.Run())
}

func TestKilledProcessLeavesWholeLines(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rows", "rows.gz"} {
		path := filepath.Join(t.TempDir(), name)
		from := 0
		for round := range 4 {
			cmd := exec.Command(exe)
			cmd.Env = append(os.Environ(), "SINK_TEST_FILE="+path, "SINK_TEST_FROM="+strconv.Itoa(from))
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			written := from
			lines := bufio.NewScanner(out)
			for i := 0; lines.Scan(); i++ {
				if written, err = strconv.Atoi(lines.Text()); err != nil {
					t.Error(lines.Text())
				}
				if i == 3+round {
					cmd.Process.Kill() // in the middle of the next batch; what it still says is read
				}
			}
			cmd.Wait()

			// The next run goes on behind whole lines. It finds out which.
			s := &NDJSON[point]{Path: path, Gzip: name == "rows.gz"}
			if err := s.Close(background); err != nil {
				t.Fatal(err)
			}
			text := content(t, []byte(read(t, path)), s.Gzip)
			rows, end := 0, ",\"text\":\""+strings.Repeat("x", 400)+"\"}\n"
			for line := range strings.Lines(text) {
				if want := fmt.Sprint("{\"n\":", rows, end); line != want {
					t.Fatalf("%s, round %d: line %d is %q", name, round, rows, line)
				}
				rows++
			}
			if rows < written || rows > written+1000 {
				t.Fatalf("%s, round %d: %d rows in the file, %d were written", name, round, rows, written)
			}
			from = rows
		}
		if from == 0 {
			t.Error("nothing was written")
		}
	}
}

var _ io.ReaderAt = (*disk)(nil)
