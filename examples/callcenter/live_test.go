package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/source"
	"github.com/tidemark-go/tidemark/watermark"
)

// station is the program on a feed that comes through a pipe, with its files.
type station struct {
	t    *testing.T
	s    *system
	c    config
	in   *io.PipeWriter
	stop context.CancelFunc
	done chan error
}

func newStation(t *testing.T, dir string, live bool) *station {
	t.Helper()
	st := &station{t: t, done: make(chan error)}
	st.c = config{out: filepath.Join(dir, "out"), late: filepath.Join(dir, "late"), bad: filepath.Join(dir, "bad")}
	var err error
	if st.s, err = newSystem(st.c); err != nil {
		t.Fatal(err)
	}
	if err := st.s.loadOrgs(t.Context(), st.c); err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	st.in = w
	ctx, stop := context.WithCancel(t.Context())
	st.stop = stop
	go func() {
		st.done <- st.s.consume(ctx, &source.NDJSON[Call]{From: r, Decode: decodeCall}, live)
		r.Close()
	}()
	return st
}

// burst sends a call for each time.
func (st *station) burst(times ...time.Time) {
	var b strings.Builder
	for i, at := range times {
		fmt.Fprintf(&b, `{"AgentId":2001,"OrgID":%d,"QueueId":1,"HandleTime":%d,"WaitingTime":10,"EventTime":"%s"}`+"\n", 101+i%5, 1+i, at.UTC().Format("2006-01-02T15:04:05.999999999"))
	}
	if _, err := io.WriteString(st.in, b.String()); err != nil {
		st.t.Error(err)
	}
}

// rows has the ends of the windows whose rows are out, one a row.
func (st *station) rows() (ends []time.Time) {
	st.t.Helper()
	for line := range strings.Lines(clitest.Read(st.t, st.c.out)) {
		_, end, _ := strings.Cut(line, `"window_end":"`)
		end, _, _ = strings.Cut(end, `"`)
		t, err := time.Parse(time.RFC3339, end)
		if err != nil {
			st.t.Fatal(err)
		}
		ends = append(ends, t)
	}
	return ends
}

// end ends the feed.
func (st *station) end() {
	st.t.Helper()
	st.in.Close()
	if err := <-st.done; err != nil {
		st.t.Error(err)
	}
	st.stop()
	if err := st.s.close(st.t.Context()); err != nil {
		st.t.Error(err)
	}
}

// TestLiveRowsDoNotWaitForTheNextBurst: with a burst each 15 seconds, a little
// sooner or later, each row is out within 6 s of window_end + 4 s, and no call
// is late.
func TestLiveRowsDoNotWaitForTheNextBurst(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		st := newStation(t, dir, true)
		<-time.After(time.Duration(r.IntN(5000)) * time.Millisecond)
		out, sent := 0, 0
		watch := func(until time.Time) {
			for time.Now().Before(until) {
				<-time.After(100 * time.Millisecond)
				synctest.Wait()
				all := st.rows()
				for _, end := range all[out:] {
					if d := time.Since(end.Add(delay)); d < 0 || d > 6*time.Second {
						t.Errorf("the row of the window to %v is out at %v", end, time.Now())
					}
				}
				out = len(all)
			}
		}
		for range 20 {
			var times []time.Time
			age := r.IntN(4) // of the newest, in seconds
			for n := range 1 + r.IntN(9) {
				at := time.Now().Add(-time.Duration(age) * time.Second)
				if n > 0 {
					at = at.Add(-time.Duration(r.IntN(4-age)) * time.Second)
				}
				if r.IntN(2) == 0 {
					at = at.Truncate(time.Second)
				}
				times = append(times, at)
			}
			sent += len(times)
			st.burst(times...)
			watch(time.Now().Add(14*time.Second + time.Duration(r.IntN(2000))*time.Millisecond))
			if n := st.s.p.Stats().Stages[0].Rows; n > 0 {
				t.Errorf("%d rows wait for the next burst", n)
			}
		}
		st.end()
		if n := len(st.rows()); n != out || clitest.Read(t, st.c.late) != "" || st.s.tally.calls.Lines != sent {
			t.Errorf("%d rows of %d were out before the end; %d lines, sent %d; late:\n%s", out, n, st.s.tally.calls.Lines, sent, clitest.Read(t, st.c.late))
		}
	})
}

// TestAReplayIsNotHeldAgainstTheClock: calls of another day, in the past or the
// future, may come as slowly as they like: no row before its time, none late.
func TestAReplayIsNotHeldAgainstTheClock(t *testing.T) {
	for _, off := range []time.Duration{-24 * time.Hour, -61 * time.Second, 61 * time.Second, 24 * time.Hour} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			st := newStation(t, dir, true)
			begin := time.Now().Add(off)
			for n := range 50 {
				// Event time stands still in the past, and in the future keeps
				// ahead, so that it never comes near the clock.
				at := begin.Add(time.Duration(n) * time.Second)
				if off > 0 {
					at = time.Now().Add(off)
				}
				st.burst(at.Add(-3*time.Second), at, at.Add(-2*time.Second))
				synctest.Wait()
				rows := len(st.rows())
				<-time.After(time.Duration(10+n) * time.Second)
				synctest.Wait()
				if n := len(st.rows()); n != rows {
					t.Fatalf("%v: %d rows came with the clock", off, n-rows)
				}
			}
			st.end()
			if late := clitest.Read(t, st.c.late); late != "" || st.s.tally.calls.Lines != 150 {
				t.Errorf("%v: %d lines; late:\n%s", off, st.s.tally.calls.Lines, late)
			}
		})
	}
}

func TestAReplayThatCatchesUpIsLive(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		st := newStation(t, dir, true)
		st.burst(time.Now().Add(-time.Hour))
		<-time.After(20 * time.Second)
		synctest.Wait()
		if n := len(st.rows()); n != 0 {
			t.Errorf("%d rows of the past came with the clock", n)
		}
		st.burst(time.Now().Add(-30 * time.Second))
		<-time.After(20 * time.Second)
		synctest.Wait()
		if n := len(st.rows()); n != 2 {
			t.Errorf("%d rows are out, want 2", n)
		}
		st.end()
	})
}

func TestBadLinesAreOutAtOnce(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		st := newStation(t, dir, true)
		io.WriteString(st.in, "no call\n")
		synctest.Wait()
		if got := clitest.Read(t, st.c.bad); !strings.HasPrefix(got, `{"line":1,"reason":`) {
			t.Errorf("the file has %q", got)
		}
		st.end()
	})
}

func TestAnInterruptWritesWhatIsOpen(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		st := newStation(t, dir, true)
		st.burst(time.Now().Add(-time.Hour))
		synctest.Wait()
		st.stop()
		if err := <-st.done; err != nil {
			t.Error(err)
		}
		if err := st.s.close(t.Context()); err != nil {
			t.Error(err)
		}
		if n := len(st.rows()); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}

// TestASleepIsNoSilence: while the program is stopped, bursts pile up in the
// pipe, and the clock must not run ahead of them.
func TestASleepIsNoSilence(t *testing.T) {
	var p pulse
	begin := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	at, _ := watermark.Of(begin)
	if w := p.watermark(begin); !w.IsZero() {
		t.Errorf("before the first call W is %v", w)
	}
	p.see(begin, []Call{{At: at}, {At: at - 1}})
	want := begin.Add(-delay - patience)
	for n := range 20 {
		now := begin.Add(time.Duration(n) * time.Second)
		if w := p.watermark(now); !w.Equal(want.Add(time.Duration(n) * time.Second)) {
			t.Errorf("%d s after the call W is %v", n, w)
		}
	}
	woke := begin.Add(time.Hour)
	if w := p.watermark(woke); !w.Equal(want.Add(19 * time.Second)) {
		t.Errorf("after an hour asleep W is %v", w)
	}
	if w := p.watermark(woke.Add(time.Second)); !w.Equal(want.Add(20 * time.Second)) {
		t.Errorf("and a second later %v", w)
	}
	p.see(woke.Add(time.Minute), []Call{{At: at + 1}}) // an old one, but the newest
	if w := p.watermark(woke.Add(time.Minute)); !w.IsZero() {
		t.Errorf("after an old call W is %v", w)
	}
}

// TestPatienceEndsWithTheHaste: a burst whose newest call is old already leaves
// less time to wait for the next.
func TestPatienceEndsWithTheHaste(t *testing.T) {
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct{ age, behind time.Duration }{
		{-time.Second, patience - time.Second}, {0, patience}, {time.Second, patience + time.Second},
		{haste - patience, haste}, {4 * time.Second, haste}, {haste, haste}, {5 * time.Second, 5 * time.Second}, {time.Minute, time.Minute},
	} {
		var p pulse
		at, _ := watermark.Of(now.Add(-c.age))
		p.see(now, []Call{{At: at}})
		if w, want := p.watermark(now.Add(time.Second)), now.Add(time.Second-delay-c.behind); !w.Equal(want) {
			t.Errorf("age %v: W is %v, want %v", c.age, w, want)
		}
	}
}
