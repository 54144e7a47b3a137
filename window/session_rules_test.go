package window

import (
	"fmt"
	"slices"
	"testing"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// sessionTalk is a store that is spoken to line by line.
type sessionTalk struct {
	t testing.TB
	*Store[int, total, int, *total]
	told Told[int, total]
	ids  map[string]row.ID
}

func newSessionTalk(t testing.TB, rule Rule, set Settings) *sessionTalk {
	return &sessionTalk{t: t, Store: newTotals(t, rule, set), ids: map[string]row.ID{}}
}

// fact feeds a fact of key 1, and expects to be told so.
func (s *sessionTalk) fact(at watermark.Time, want ...string) { s.t.Helper(); s.keyed(1, at, want...) }

func (s *sessionTalk) keyed(key int, at watermark.Time, want ...string) {
	s.t.Helper()
	s.AddAll([]int{key}, []watermark.Time{at}, []int{1}, &s.told)
	s.expect(fmt.Sprintf("a fact of %d at %d", key, at), want)
}

// rise moves W.
func (s *sessionTalk) rise(w watermark.Time, want ...string) {
	s.t.Helper()
	s.Fire(w, false, &s.told)
	s.expect(fmt.Sprintf("W at %d", w), want)
}

func (s *sessionTalk) expect(what string, want []string) {
	s.t.Helper()
	var got []string
	for _, m := range s.told.Missed {
		got = append(got, map[Fate]string{Late: "late", Refused: "refused: " + m.Detail}[m.Fate]+sessionSpans(m.Spans))
	}
	for i, p := range s.told.Panes {
		line := fmt.Sprintf("%v %d [%d %d) %d last %d rev %d", p.Kind, p.Key, p.Start, p.End, p.Facts, p.Last, p.Revision)
		if p.Forced {
			line += " forced"
		}
		for _, r := range s.told.Replaced {
			if r.At == i {
				line += fmt.Sprintf(" for %v %d", r.Pane.Kind, r.Pane.Facts)
			}
		}
		name := s.name(p.Key, p.Start, p.Forced)
		if id, ok := s.ids[name]; ok && id != p.ID {
			line += " of another ID"
		}
		s.ids[name] = p.ID
		got = append(got, line)
	}
	s.told.Reset(true)
	if !slices.Equal(got, want) {
		s.t.Fatalf("%s: %q, want %q", what, got, want)
	}
}

// name is what all panes of one ID have in common.
func (s *sessionTalk) name(key int, start watermark.Time, forced bool) string {
	return fmt.Sprint(key, int64(start), forced)
}

func (s *sessionTalk) holds(keys, panes int64) {
	s.t.Helper()
	if k, p, _ := s.Held(); k != keys || p != panes {
		s.t.Fatalf("%d keys and %d panes are held, want %d and %d", k, p, keys, panes)
	}
}

func TestSessionsPartAtGapAndNot1nsBefore(t *testing.T) {
	s := newSessionTalk(t, Session{Gap: 10}, Settings{})
	s.fact(0)
	s.fact(9)
	s.fact(19) // 10 after 9
	s.rise(18)
	s.rise(19, "final 1 [0 19) 2 last 9 rev 0")
	s.rise(28)
	s.rise(29, "final 1 [19 29) 1 last 19 rev 0")
}

func TestAFactJoinsTwoSessions(t *testing.T) {
	s := newSessionTalk(t, Session{Gap: 10}, Settings{})
	s.fact(0)
	s.fact(18)
	s.fact(9)
	s.rise(100, "final 1 [0 28) 3 last 18 rev 0")
}

// TestALateFactNeverOpensAFinalSessionAgain: with some, it does, and a second
// final session overlaps the first.
func TestALateFactNeverOpensAFinalSessionAgain(t *testing.T) {
	s := newSessionTalk(t, Session{Gap: 10}, Settings{})
	s.fact(100)
	s.rise(110, "final 1 [100 110) 1 last 100 rev 0")
	s.fact(101, "late [100 110)") // not late by itself: W is below 111
	s.fact(109, "late [100 110)")
	s.fact(110) // in time, and not nearer than 10
	s.fact(109, "late [100 110)")
	s.rise(118)
	s.fact(109, "late [100 110)") // it reaches an open one as well
	s.rise(200, "final 1 [110 120) 1 last 110 rev 0")
}

func TestAFactIsLateOnceWHasPassedItsOwnSpan(t *testing.T) {
	s := newSessionTalk(t, Session{Gap: 10}, Settings{})
	s.fact(30)
	s.fact(21)
	s.rise(30)
	s.fact(20, "late [20 30)") // it would reach [21 40), which is open
	s.keyed(2, 20, "late [20 30)")
	s.keyed(2, 21)
	s.rise(31, "final 2 [21 31) 1 last 21 rev 0")
}

func TestALateFactInsideAFinalSessionCorrectsIt(t *testing.T) {
	s := newSessionTalk(t, Session{Gap: 10}, Settings{Lateness: 20})
	s.fact(100)
	s.fact(105)
	s.rise(115, "final 1 [100 115) 2 last 105 rev 0")
	s.fact(99, "late [100 115)")
	s.fact(106, "late [100 115)")
	s.fact(105, "correction 1 [100 115) 3 last 105 rev 1 for final 2")
	s.fact(100, "correction 1 [100 115) 4 last 105 rev 2 for correction 3")
	s.fact(88, "final 1 [88 98) 1 last 88 rev 0") // over when it comes, and 12 before
	s.fact(89, "late [88 98)")
	s.rise(134)
	s.fact(105, "correction 1 [100 115) 5 last 105 rev 3 for correction 4")
	s.fact(104, "late [104 114)")
	s.rise(135)
	s.fact(105, "late [105 115)")
	s.rise(144)
	s.holds(1, 0) // to know that 114 is late
	s.fact(114, "late [114 124)")
	s.rise(145)
	s.holds(0, 0)
}

func TestASessionIsLetGoWhenItIsOver(t *testing.T) {
	s := newSessionTalk(t, Session{Gap: 10}, Settings{Lateness: 50})
	s.fact(100)
	s.fact(130)
	s.rise(140, "final 1 [100 110) 1 last 100 rev 0", "final 1 [130 140) 1 last 130 rev 0")
	s.rise(159)
	s.holds(1, 2)
	s.rise(160)
	s.holds(1, 1)
	s.rise(190)
	s.holds(1, 0)
	s.rise(199)
	s.holds(1, 0)
	s.rise(200)
	s.holds(0, 0)
}

func TestCoalesceSendsOneCorrectionAtEachMultiple(t *testing.T) {
	s := newSessionTalk(t, Session{Gap: 10}, Settings{Lateness: 20, Coalesce: 8})
	s.fact(100)
	s.rise(110, "final 1 [100 110) 1 last 100 rev 0")
	s.fact(100)
	s.fact(100)
	s.rise(111)
	s.rise(112, "correction 1 [100 110) 3 last 100 rev 1 for final 1")
	s.rise(128)
	s.fact(100)
	s.rise(129)
	s.rise(130, "correction 1 [100 110) 4 last 100 rev 2 for correction 3") // its state dies
	s.rise(200)
}

func TestEarlyRowsAreWithdrawnWhenTheirStartChanges(t *testing.T) {
	s := newSessionTalk(t, Session{Gap: 10}, Settings{EarlyEvery: 50})
	s.fact(105)
	s.fact(122)
	s.rise(100, "early 1 [105 115) 1 last 105 rev 0", "early 1 [122 132) 1 last 122 rev 0")
	s.fact(106)
	s.fact(114, "withdrawn 1 [122 132) 1 last 122 rev 1 for early 1")
	s.fact(96, "withdrawn 1 [105 115) 1 last 105 rev 1 for early 1") // what was sent, not what has come since
	s.fact(131)
	s.rise(141, "final 1 [96 141) 6 last 131 rev 0")
}

func TestEarlyRowsComeIfTheyHaveChanged(t *testing.T) {
	s := newSessionTalk(t, Session{Gap: 100}, Settings{EarlyEvery: 50, Lateness: 100})
	s.fact(10)
	s.rise(0, "early 1 [10 110) 1 last 10 rev 0")
	s.rise(50)
	s.fact(60)
	s.rise(100, "early 1 [10 160) 2 last 60 rev 1 for early 1")
	s.rise(160, "final 1 [10 160) 2 last 60 rev 2 for early 2") // 150 is passed too, but it is final
	s.fact(60, "correction 1 [10 160) 3 last 60 rev 3 for final 2")
	s.fact(61, "late [10 160)")
}

func TestASessionKeepsThePlaceOfItsFirstFact(t *testing.T) {
	s := newSessionTalk(t, Session{Gap: 10}, Settings{})
	s.keyed(1, 20)
	s.keyed(2, 5)
	s.keyed(1, 5)
	s.keyed(1, 12) // of [5 15) and [20 30) one, whose first fact came before all of key 2
	s.keyed(2, 12)
	s.keyed(2, 20)
	s.rise(30, "final 1 [5 30) 3 last 20 rev 0", "final 2 [5 30) 3 last 20 rev 0")
}

func TestMaxSpanEndsASession(t *testing.T) {
	s := newSessionTalk(t, Session{Gap: 10, MaxSpan: 20}, Settings{})
	s.fact(25)
	s.fact(0)
	s.fact(19)
	s.fact(8)
	s.fact(16) // within 10 of one another up to 25, but 20 opens the next
	s.rise(19)
	s.fact(18, "late [18 28)")
	s.fact(20)
	s.rise(20, "final 1 [0 20) 4 last 19 rev 0")
	s.rise(34)
	s.rise(35, "final 1 [20 35) 2 last 25 rev 0")
	s.fact(50)
	s.fact(69)
	s.rise(60, "final 1 [50 60) 1 last 50 rev 0")
	s.rise(79, "final 1 [69 79) 1 last 69 rev 0")
	s.holds(0, 0)
}

func TestAFactAtWEndsASessionAtOnce(t *testing.T) {
	s := newSessionTalk(t, Session{Gap: 10, MaxSpan: 5}, Settings{})
	s.fact(0)
	s.rise(5)
	s.fact(5, "final 1 [0 5) 1 last 0 rev 0")
	s.fact(5)
	s.rise(15, "final 1 [5 15) 2 last 5 rev 0")
}

func TestSessionsAreSortedByKeyWithinOneSpan(t *testing.T) {
	for _, sorted := range []bool{false, true} {
		s := newTotals(t, Session{Gap: 10}, Settings{Sorted: sorted})
		for _, f := range [][2]int{{3, 5}, {1, 5}, {2, 4}, {1, 7}, {3, 7}, {0, 20}} {
			s.Add(f[0], watermark.Time(f[1]), 1, nil)
		}
		var got []int
		s.Advance(100, func(p Pane[int, total]) { got = append(got, p.Key) })
		if want := map[bool][]int{false: {2, 3, 1, 0}, true: {2, 1, 3, 0}}[sorted]; !slices.Equal(got, want) {
			t.Errorf("sorted %t: keys come as %v, want %v", sorted, got, want)
		}
	}
}

func TestMaxKeysRefusesASession(t *testing.T) {
	s := newSessionTalk(t, Session{Gap: 10}, Settings{MaxKeys: MaxKeys{N: 1}})
	s.keyed(1, 100)
	s.keyed(2, 100, "refused: 1 keys are held: must be at most MaxKeys")
	s.keyed(1, 200)
	s.rise(110, "final 1 [100 110) 1 last 100 rev 0")
	s.keyed(2, 200, "refused: 1 keys are held: must be at most MaxKeys")
	s.keyed(2, 1, "late [1 11)") // that above all
	s.rise(210, "final 1 [200 210) 1 last 200 rev 0")
	s.keyed(2, 210) // 1 is still known, but has nothing
	s.holds(2, 1)
	s.keyed(1, 220, "refused: 1 keys are held: must be at most MaxKeys")
	s.rise(230, "final 2 [210 220) 1 last 210 rev 0")
	s.keyed(1, 230)

	s = newSessionTalk(t, Session{Gap: 10, MaxSpan: 10}, Settings{MaxKeys: MaxKeys{N: 1}})
	s.keyed(1, 100) // held
	s.keyed(2, 100, "refused: 1 keys are held: must be at most MaxKeys")
	s.rise(110, "final 1 [100 110) 1 last 100 rev 0")
	s.keyed(2, 110)
}

func TestMaxKeysEvictsTheSessionThatEndsFirst(t *testing.T) {
	s := newSessionTalk(t, Session{Gap: 10}, Settings{MaxKeys: MaxKeys{N: 2, Evict: true}})
	s.keyed(1, 100)
	s.keyed(2, 101)
	s.keyed(1, 120) // ends last, but the first of key 1 ends first
	s.keyed(3, 99, "final 1 [100 110) 1 last 100 rev 0 forced", "final 1 [120 130) 1 last 120 rev 0 forced")
	s.keyed(3, 105)
	s.keyed(1, 100, "final 2 [101 111) 1 last 101 rev 0 forced")
	s.keyed(2, 130, "final 1 [100 110) 1 last 100 rev 0 forced of another ID")
	s.rise(200, "final 3 [99 115) 2 last 105 rev 0", "final 2 [130 140) 1 last 130 rev 0")
}

// Of sessions that end together the one goes that started first; of those of one
// span that of the first fact, or of the least key with Sorted.
func TestMaxKeysEvictsByStartWhereEndsAreOne(t *testing.T) {
	s := newSessionTalk(t, Session{Gap: 10}, Settings{MaxKeys: MaxKeys{N: 3, Evict: true}})
	s.keyed(9, 100)
	s.keyed(5, 100)
	s.keyed(7, 100)
	s.keyed(7, 95) // its Start goes back, its End stays
	s.keyed(4, 200, "final 7 [95 110) 2 last 100 rev 0 forced")
	s.keyed(3, 200, "final 9 [100 110) 1 last 100 rev 0 forced")
	s.keyed(5, 105) // its End rises
	s.keyed(2, 115, "final 5 [100 115) 2 last 105 rev 0 forced")
	s.keyed(3, 190) // 190 and 200 are two sessions: the first of them ends first
	s.keyed(1, 300, "final 2 [115 125) 1 last 115 rev 0 forced")
	s.keyed(6, 300, "final 3 [190 200) 1 last 190 rev 0 forced", "final 3 [200 210) 1 last 200 rev 0 forced")
	s = newSessionTalk(t, Session{Gap: 10}, Settings{Sorted: true, MaxKeys: MaxKeys{N: 2, Evict: true}})
	s.keyed(9, 100)
	s.keyed(5, 100)
	s.keyed(7, 100, "final 5 [100 110) 1 last 100 rev 0 forced")
	s.keyed(8, 100, "final 7 [100 110) 1 last 100 rev 0 forced")
}

// What decides who goes does not grow with the keys that went.
func TestWhatMaxKeysEvictsLeavesNothing(t *testing.T) {
	store, err := NewStore[sessionBag, int, int](Session{Gap: 10}, Settings{MaxKeys: MaxKeys{N: 10, Evict: true}})
	if err != nil {
		t.Fatal(err)
	}
	s := store.mechanism.(*sessions[int, sessionBag, int, *sessionBag])
	gone := 0
	for i := range 20_000 {
		var told Told[int, sessionBag]
		at := watermark.Time(1000 - i%5) // Starts go back and Ends rise, while W stands still
		store.AddAll([]int{i / 4}, []watermark.Time{at + watermark.Time(i%3)}, []int{i}, &told)
		gone += len(told.Panes)
		if most := 2*10 + 65; len(s.firsts) > most || s.ends.Len() > most || s.table.Len() > 10 {
			t.Fatalf("after %d facts: %d entries, %d timers, %d keys", i, len(s.firsts), s.ends.Len(), s.table.Len())
		}
	}
	if gone < 4000 {
		t.Errorf("%d panes went", gone)
	}
}

func TestPanesOfOneSpanHaveIDsOfTheirOwn(t *testing.T) {
	s := newSessionTalk(t, Session{Gap: 10}, Settings{MaxKeys: MaxKeys{N: 3, Evict: true}})
	s.keyed(1, 100)
	s.keyed(2, 200)
	s.keyed(3, 300)
	s.keyed(4, 60, "final 1 [100 110) 1 last 100 rev 0 forced")
	s.keyed(1, 100, "final 4 [60 70) 1 last 60 rev 0 forced")
	s.keyed(2, 65)
	s.keyed(5, 400, "final 2 [65 75) 1 last 65 rev 0 forced", "final 2 [200 210) 1 last 200 rev 0 forced")
	s.keyed(6, 500, "final 1 [100 110) 1 last 100 rev 0 forced of another ID")
}

// TestRowsThatAreWithdrawnShareNothing: whoever is sent one may change it.
func TestRowsThatAreWithdrawnShareNothing(t *testing.T) {
	s, err := NewStore[sessionBag, int, int](Session{Gap: 10}, Settings{EarlyEvery: 10})
	if err != nil {
		t.Fatal(err)
	}
	var told Told[int, sessionBag]
	s.AddAll([]int{1}, []watermark.Time{20}, []int{7}, &told)
	s.Fire(10, false, &told)
	told.Panes[0].Value.Add(8)
	told.Reset(true)
	s.AddAll([]int{1}, []watermark.Time{15}, []int{9}, &told)
	told.Panes[0].Value.Add(8)
	told.Replaced[0].Pane.Value.Add(6)
	if got, want := told.Panes[0].Value.String()+told.Replaced[0].Pane.Value.String(), "[7 8][6 7]"; got != want {
		t.Errorf("the rows have %s, want %s", got, want)
	}
	told.Reset(true)
	s.Fire(30, false, &told)
	if got, want := told.Panes[0].Value.String(), "[7 9]"; got != want {
		t.Errorf("the session has %s, want %s", got, want)
	}
}

func TestSessionsAtTheBoundsOfTime(t *testing.T) {
	for _, rule := range []Session{{Gap: 1}, {Gap: 7}, {Gap: 1<<63 - 1}, {Gap: 1<<63 - 1, MaxSpan: 1<<63 - 1}, {Gap: 1, MaxSpan: 1}} {
		s := newTotals(t, rule, Settings{})
		times := []watermark.Time{watermark.Min + 1, watermark.Min + 2, -1, 0, 1, watermark.Max - 2, watermark.Max - 1}
		for _, at := range times {
			if missed := s.Add(1, at, 1, nil); missed != nil {
				t.Errorf("%+v: %d missed %v", rule, at, missed)
			}
		}
		facts, last := 0, Span{Start: watermark.Min, End: watermark.Min}
		for _, w := range []watermark.Time{watermark.Min + 2, 0, watermark.Max - 1, watermark.Max} {
			s.Advance(w, func(p Pane[int, total]) {
				if !p.Contains(p.Last) || p.Start < last.End || p.End > w {
					t.Errorf("%+v: pane %v after %v, last fact %d, W %d", rule, p.Span, last, p.Last, w)
				}
				facts, last = facts+p.Facts, p.Span
			})
		}
		if keys, _, _ := s.Held(); facts != len(times) || keys != 0 {
			t.Errorf("%+v: %d facts in panes, want %d; %d keys are left", rule, facts, len(times), keys)
		}
		if missed := s.Add(1, watermark.Max-1, 1, nil); len(missed) != 1 {
			t.Errorf("%+v: a fact after the end missed %v", rule, missed)
		}
	}
}

func TestAWrongSpanOfMergingIsRefused(t *testing.T) {
	for _, wrong := range []Span{{5, 5}, {4, 9}, {6, 9}, {5, 4}, {}} {
		s := newTotals(t, mergingRule(func(watermark.Time) Span { return wrong }), Settings{})
		var told Told[int, total]
		s.AddAll([]int{1}, []watermark.Time{5}, []int{1}, &told)
		want := fmt.Sprintf("the rule gives the span %v for %v: must start at it and end after it", wrong, watermark.Time(5))
		if len(told.Missed) != 1 || told.Missed[0].Fate != Refused || told.Missed[0].Detail != want {
			t.Errorf("%v: %+v", wrong, told.Missed)
		}
	}
}

// TestMergingForgetsWhatNoFactCanReach: a span of 5 is to be known for as long as
// one of its times gives a longer one, whatever spans have been seen.
func TestMergingForgetsWhatNoFactCanReach(t *testing.T) {
	s := newSessionTalk(t, mergingRule(func(t watermark.Time) Span {
		if t < 2 {
			return Span{t, 5}
		}
		return Span{t, 100}
	}), Settings{})
	s.keyed(1, 0)
	s.rise(20, "final 1 [0 5) 1 last 0 rev 0")
	s.keyed(1, 3, "late [0 5)")
	s.keyed(2, 3)
	s.rise(99)
	s.holds(2, 1)
	s.rise(100, "final 2 [3 100) 1 last 3 rev 0")
	s.rise(300)
	s.holds(0, 0)

	// Where ends fall as times rise, what may reach a forgotten span is late.
	s = newSessionTalk(t, mergingRule(func(t watermark.Time) Span {
		if t == 5 {
			return Span{t, 1000}
		}
		return Span{t, t + 1}
	}), Settings{})
	s.keyed(1, 10)
	s.rise(11, "final 1 [10 11) 1 last 10 rev 0")
	s.rise(12)
	s.holds(0, 0)
	s.keyed(1, 5, "late [5 1000)")
}

func TestMistakesOfSessionsAreTold(t *testing.T) {
	for _, c := range []struct {
		rule Rule
		set  Settings
		want string
	}{
		{Session{}, Settings{}, "window: Session: Gap is 0s: must be above 0"},
		{Session{Gap: -1, MaxSpan: -2}, Settings{}, "window: Session: Gap is -1ns: must be above 0\nwindow: Session: MaxSpan is -2ns: must not be negative"},
		{Session{Gap: 1, MaxSpan: 1}, Settings{Lateness: 1}, "window: Session: Lateness does not go with MaxSpan: facts are taken in order of time"},
		{Session{Gap: 1, MaxSpan: 1}, Settings{MaxKeys: MaxKeys{1, true}}, "window: Session: MaxKeys.Evict does not go with MaxSpan: facts that are held cannot be let go; leave Evict out"},
		{mergingRule(nil), Settings{}, "window: Merging: its function is nil"},
	} {
		if _, err := NewStore[total, int, int](c.rule, c.set); err == nil || err.Error() != c.want {
			t.Errorf("%+v %+v: %v, want %s", c.rule, c.set, err, c.want)
		}
	}
}

func TestLookTellsOfSessions(t *testing.T) {
	s := newTotals(t, Session{Gap: 10}, Settings{Lateness: 20})
	look := func(key int, at watermark.Time, want string) {
		t.Helper()
		span, facts, open := s.Look(key, at)
		if got := fmt.Sprintf("[%d %d) %d %t", span.Start, span.End, facts, open); got != want {
			t.Errorf("key %d at %d: %s, want %s", key, at, got, want)
		}
	}
	for _, at := range []watermark.Time{100, 105, 130} {
		s.Add(1, at, 1, nil)
	}
	look(1, 100, "[100 115) 2 true")
	look(1, 114, "[100 115) 2 true")
	look(1, 115, "[115 125) 0 true")
	look(1, 139, "[130 140) 1 true")
	look(2, 100, "[100 110) 0 true")
	s.Advance(115, func(Pane[int, total]) {})
	look(1, 100, "[100 115) 2 true")
	look(1, 91, "[91 101) 0 false") // it would reach the final one
	look(1, 90, "[90 100) 0 true")
	look(2, 86, "[86 96) 0 true")
	look(2, 85, "[85 95) 0 false")
	s.Advance(135, func(Pane[int, total]) {})
	look(1, 100, "[100 115) 0 false")
	look(1, 130, "[130 140) 1 true")

	s = newTotals(t, Session{Gap: 10, MaxSpan: 15}, Settings{})
	for _, at := range []watermark.Time{120, 100, 105, 112, 140} { // they wait
		s.Add(1, at, 1, nil)
	}
	for _, w := range []watermark.Time{99, 105} {
		look(1, 100, "[100 120) 3 true") // 122, but for the fact at 120
		look(1, 119, "[100 120) 3 true")
		look(1, 120, "[120 130) 1 true")
		look(1, 135, "[135 145) 0 true")
		look(1, 149, "[140 150) 1 true")
		look(2, 106, "[106 116) 0 true")
		s.Advance(w, func(Pane[int, total]) {})
	}
	s.Advance(121, func(Pane[int, total]) {})
	look(1, 100, "[100 110) 0 false")
	look(1, 120, "[120 130) 1 true")
}

// Whether W was at the fact that cuts a session short before it came makes no
// difference to the event time of the pane.
func TestTheEventTimeOfASessionThatIsCutShort(t *testing.T) {
	for _, first := range []bool{true, false} {
		s, err := NewStore[sessionBag, int, int](Session{Gap: 10, MaxSpan: 5}, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		var times []watermark.Time
		fire := func(p Pane[int, sessionBag]) { times = append(times, p.Stamp.Time) }
		s.Add(1, 0, 0, nil)
		if first {
			s.Advance(5, fire)
		}
		s.Add(1, 5, 5, nil)
		s.Advance(100, fire)
		if !slices.Equal(times, []watermark.Time{5, 14}) { // the second ends 10 after its fact
			t.Errorf("W first %t: the event times are %v, want 5 and 14", first, times)
		}
	}
}
