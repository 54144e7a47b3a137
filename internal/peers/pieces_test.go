package peers

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// null stands for a fact without a value in tests of aggregates.
var null any

func factsOf(vals ...any) (facts []*fact) {
	for i, v := range vals {
		facts = append(facts, &fact{seq: i, fields: record{"v": v}, in: new(stream)})
	}
	return facts
}

func TestAggregatesOfNulls(t *testing.T) {
	i := func(n int64) any { return n }
	for _, c := range []struct {
		agg  string
		edit func(*item)
		vals []any
		want any
	}{
		{"count", nil, nil, i(0)},
		{"count", nil, []any{null, i(1), null}, i(1)},
		{"count", func(it *item) { it.Arg.any = nil }, []any{null, i(1), null}, i(3)},
		{"count", func(it *item) { it.Distinct = true }, []any{i(1), 1.0, null, "1"}, i(2)},
		{"count_distinct", nil, []any{null, null}, i(0)},
		{"sum", nil, []any{null}, null},
		{"sum", nil, []any{i(1), null, i(2)}, i(3)},
		{"sum", nil, []any{i(1), 0.5}, 1.5},
		{"sum", nil, []any{i(1 << 62), i(1 << 62)}, float64(1 << 63)},
		{"sum", nil, []any{i(1<<63 - 2), i(1)}, i(1<<63 - 1)},
		{"sum", nil, []any{i(-1 << 63), i(1)}, i(-1<<63 + 1)},
		{"min", nil, []any{null, null}, null},
		{"min", nil, []any{"b", null, "a"}, "a"},
		{"max", nil, []any{null, i(-3), -2.5}, -2.5},
		{"avg", nil, []any{null}, null},
		{"avg", nil, []any{i(1), null, i(2)}, 1.5},
		{"topk", func(it *item) { it.K = 3 }, []any{i(2), null, i(5)}, []any{i(5), i(2)}},
		{"topk", func(it *item) { it.K = 2 }, []any{null}, []any{}},
		{"topkdistinct", func(it *item) { it.Arg.any = []any{"v", i(2)} }, []any{i(5), i(1), i(5), i(3)}, []any{i(5), i(3)}},
		{"latest_by_offset", nil, []any{i(1), i(2), null}, i(2)},
		{"latest_by_offset", nil, []any{null}, null},
		{"earliest_by_offset", nil, []any{null, i(2), i(3)}, i(2)},
		{"earliest_by_offset", func(it *item) { it.N = 2 }, []any{i(1), null, i(2), i(3)}, []any{i(1), i(2)}},
		{"collect_list", nil, []any{i(1), null, i(1)}, []any{i(1), null, i(1)}},
		{"collect_list", func(it *item) { it.Distinct = true }, []any{i(1), null, i(1), null}, []any{i(1), null}},
		{"concat_distinct", nil, []any{null}, null},
		{"concat_distinct", nil, []any{"b", null, "a", "b", i(7)}, "b|a|7"},
	} {
		it := item{Agg: c.agg, Arg: value{"v"}}
		if c.edit != nil {
			c.edit(&it)
		}
		agg, err := new(Case).aggregate("s", it)
		if err != nil {
			t.Fatal(err)
		}
		got := agg(factsOf(c.vals...))
		_, gotInt := got.(int64)
		if _, wantInt := c.want.(int64); !same(got, c.want) || gotInt != wantInt {
			t.Errorf("%s(%v) = %#v, want %#v", c.agg, c.vals, got, c.want)
		}
	}
	spark := &Case{Source: source{System: "Spark"}}
	agg, err := spark.aggregate("s", item{Agg: "collect_list", Arg: value{"v"}})
	if got := agg(factsOf(i(1), null)); err != nil || !same(got, []any{i(1)}) {
		t.Errorf("collect_list of Spark: %v, %v", got, err)
	}
	trunc := &Case{Params: params{vals: record{"integer_avg_truncates": true}}}
	agg, err = trunc.aggregate("s", item{Agg: "avg", Arg: value{"v"}})
	if got := agg(factsOf(i(-1), i(-2))); err != nil || got != i(-1) {
		t.Errorf("mean of integers: %v, %v", got, err)
	}
	for _, it := range []item{{Agg: "topk", Arg: value{"v"}}, {Agg: "sum"}, {Agg: "sum", Arg: value{true}}, {Agg: "sum", Arg: value{int64(3)}}} {
		if _, err := new(Case).aggregate("s", it); err == nil {
			t.Errorf("%+v: no error", it)
		}
	}
}

func TestValuesAreTheSame(t *testing.T) {
	for _, c := range []struct {
		a, b any
		same bool
	}{
		{nil, nil, true}, {nil, int64(0), false}, {int64(0), nil, false}, {"", nil, false}, {"1", int64(1), false},
		{int64(1), 1.0, true}, {int64(1), 1.0000009, true}, {int64(1), 1.0000011, false},
		{1e12, 1e12 + 9e5, true}, {1e12, 1e12 + 1.1e6, false}, {1e-9, 2e-9, true},
		{int64(1_600_000_000_000), int64(1_600_000_000_001), false}, {int64(1<<62 + 1), int64(1 << 62), false},
		{true, true, true}, {true, false, false}, {true, int64(1), false},
		{[]any{int64(1), nil}, []any{1.0, nil}, true}, {[]any{int64(1)}, []any{int64(1), nil}, false}, {[]any{}, nil, false},
		{map[string]any{"a": 1.0}, map[string]any{"a": int64(1)}, true}, {map[string]any{"a": nil}, map[string]any{}, false},
	} {
		if got := same(c.a, c.b); got != c.same {
			t.Errorf("same(%v, %v) = %t", c.a, c.b, got)
		}
		if got := same(c.b, c.a); got != c.same {
			t.Errorf("same(%v, %v) = %t", c.b, c.a, got)
		}
	}
	if encode(int64(1), nil, "1") != encode(1.0, nil, "1") || encode(int64(1)) == encode("1") || encode("null") == encode(nil) || encode("a", "b") == encode(`a","b`) {
		t.Error("keys are told apart by encode")
	}
	var v value
	if err := decode([]byte(`[9007199254740993, 1e3, 5.0, {"a": 1}]`), &v); err != nil || fmt.Sprintf("%#v", v.any) != `[]interface {}{9007199254740993, 1000, 5, map[string]interface {}{"a":1}}` {
		t.Errorf("%#v, %v", v.any, err)
	}
}

func TestRowsAreComparedAsAMultiset(t *testing.T) {
	row := func(v ...any) []any { return v }
	cols := []column{{name: "a"}, {name: "b", unordered: true}}
	for _, c := range []struct {
		got, want [][]any
		ok        bool
	}{
		{nil, nil, true},
		{[][]any{row(1.0, "x|y"), row(2.0, nil)}, [][]any{row(int64(2), nil), row(int64(1), "y|x")}, true},
		{[][]any{row(1.0, nil), row(1.0, nil)}, [][]any{row(1.0, nil)}, false},
		{[][]any{row(1.0, nil)}, [][]any{row(1.0, nil), row(1.0, nil)}, false},
		{[][]any{row(1.0, nil), row(1.0, nil), row(2.0, nil)}, [][]any{row(1.0, nil), row(2.0, nil), row(2.0, nil)}, false},
		{[][]any{row([]any{int64(1), int64(2)}, []any{int64(1), nil})}, [][]any{row([]any{int64(1), int64(2)}, []any{nil, int64(1)})}, true},
		{[][]any{row([]any{int64(2), int64(1)}, nil)}, [][]any{row([]any{int64(1), int64(2)}, nil)}, false},
	} {
		err := difference("rows", cols, c.got, c.want)
		if (err == nil) != c.ok {
			t.Errorf("%v against %v: %v", c.got, c.want, err)
		}
		if d := new(differ); err != nil && !errors.As(err, &d) {
			t.Errorf("%T is not a difference", err)
		}
	}
	err := difference("rows", cols, [][]any{row("there", nil)}, [][]any{row("wanted", nil)})
	if err == nil || !strings.Contains(err.Error(), `missing:`+"\n    "+`["wanted",null]`) || !strings.Contains(err.Error(), `not expected:`+"\n    "+`["there",null]`) {
		t.Error(err)
	}
}

func TestConditionsHoldAsInSQL(t *testing.T) {
	for _, c := range []struct {
		cond string
		v    any
		want bool
	}{
		{`["v", "=", 1]`, int64(1), true}, {`["v", "==", 1.0]`, int64(1), true}, {`["v", "=", "1"]`, int64(1), false},
		{`["v", "=", null]`, nil, false}, {`["v", "!=", null]`, int64(1), false}, {`["v", "<>", 1]`, nil, false}, {`["v", "!=", 1]`, int64(2), true},
		{`["v", "<", 2]`, 1.5, true}, {`["v", "<", 2]`, int64(2), false}, {`["v", "<=", 2]`, int64(2), true}, {`["v", ">", 2]`, nil, false}, {`["v", ">=", "b"]`, "b", true}, {`["v", "<", "b"]`, int64(1), false},
		{`["v", "IN", [1, null]]`, int64(1), true}, {`["v", "in", [1, null]]`, nil, false}, {`["v", "in", [1, null]]`, int64(2), false},
		{`["v", "not  in", [1]]`, int64(2), true}, {`["v", "not in", [1, null]]`, int64(2), false}, {`["v", "not in", [1]]`, nil, false}, {`["v", "not in", [1]]`, int64(1), false},
		{`["v", "is null", null]`, nil, true}, {`["v", "is null"]`, int64(0), false}, {`["v", "is not null"]`, nil, false}, {`["v", "is not null"]`, false, true},
		{`["v", "between", [1, 3]]`, int64(3), true}, {`["v", "between", [1, 3]]`, 3.1, false}, {`["v", "between", [1, 3]]`, nil, false}, {`["v", "between", [1]]`, int64(1), false},
		{`["v", "like", "a%c_"]`, "abbcd", true}, {`["v", "like", "a%"]`, nil, false}, {`["v", "not like", "a%"]`, nil, false}, {`["v", "not like", "a%"]`, "ba", true},
		{`["v", "prefix", "US"]`, "US Dollar", true}, {`["v", "startswith", "US"]`, "Euro", false},
		{`["v", "=", {"col": "w"}]`, int64(7), true}, {`["v", ">", {"col": "w"}]`, int64(7), false},
		{`[["v", ">", 1], ["v", "<", 3]]`, int64(2), true}, {`[["v", ">", 1], ["v", "<", 3]]`, int64(3), false}, {`[]`, nil, true}, {`null`, nil, true},
	} {
		var raw value
		if err := decode([]byte(c.cond), &raw); err != nil {
			t.Fatal(err)
		}
		cond, err := compile("where", raw.any, func(f any) (func(any) any, error) {
			if f == "w" {
				return func(any) any { return int64(7) }, nil
			}
			return func(v any) any { return v }, nil
		})
		if err != nil {
			t.Fatalf("%s: %v", c.cond, err)
		}
		if got := cond.holds(c.v); got != c.want {
			t.Errorf("%s of %v: %t", c.cond, c.v, got)
		}
	}
	for _, bad := range []string{`"v"`, `[1]`, `[["v"]]`, `[["v", 3, 4]]`, `[["v", "=", 1, 2]]`} {
		var raw value
		if err := decode([]byte(bad), &raw); err != nil {
			t.Fatal(err)
		}
		_, err := compile("where", raw.any, func(any) (func(any) any, error) { return func(v any) any { return v }, nil })
		if m := new(missing); !errors.As(err, &m) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestLikeMatchesAsAnExpressionDoes(t *testing.T) {
	seed := uint64(20)
	random := rand.New(rand.NewPCG(seed, 0))
	word := func(letters string, n int) string {
		b := make([]byte, random.IntN(n))
		for i := range b {
			b[i] = letters[random.IntN(len(letters))]
		}
		return string(b)
	}
	hits := 0
	for range 20000 {
		s, p := word("ab", 9), word("ab%_", 7)
		want := regexp.MustCompile("^" + strings.NewReplacer("%", ".*", "_", ".").Replace(p) + "$").MatchString(s)
		if got := like(s, p); got != want {
			t.Fatalf("seed %d: like(%q, %q) = %t", seed, s, p, got)
		}
		if want {
			hits++
		}
	}
	if hits == 0 {
		t.Error("no pattern matched: the test shows nothing")
	}
}

func TestContentOfChanges(t *testing.T) {
	row := func(v ...any) []any { return v }
	rows := [][]any{row("a", int64(1)), row("a", int64(2)), row("b", int64(1)), row("a", int64(2))}
	for _, c := range []struct {
		ops      []string
		identity []int
		want     string
	}{
		{[]string{"+I", "+U", "+I", "+U"}, []int{0}, `[[b 1] [a 2]]`},
		{[]string{"+I", "+U", "+I", "-D"}, []int{0}, `[[b 1]]`},
		{[]string{"+I", "+I", "+I", "-U"}, []int{0}, `[[a 1] [b 1]]`},
		{[]string{"+I", "+I", "+I", "-D"}, nil, `[[a 1] [b 1]]`},
		{[]string{"", "", "", ""}, nil, `[[a 1] [a 2] [b 1] [a 2]]`},
	} {
		got, err := content(c.ops, rows, c.identity)
		if fmt.Sprint(got) != c.want || err != nil {
			t.Errorf("%v by %v: %v, want %s; %v", c.ops, c.identity, got, c.want, err)
		}
	}
	if _, err := content([]string{"-D"}, rows[:1], nil); err == nil {
		t.Error("a row that was not there is taken back: no error")
	}
}

func TestInterleavingsKeepEachSideInOrder(t *testing.T) {
	seed := uint64(7)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		var events []event
		for i := range random.IntN(12) {
			e := event{side: random.IntN(2)}
			if random.IntN(4) > 0 {
				e.fact = &fact{seq: i, at: time.UnixMilli(random.Int64N(10))}
			} else {
				at := time.UnixMilli(int64(i))
				e.mark = &at
			}
			events = append(events, e)
		}
		side := func(all []event, n int) (out []event) {
			for _, e := range all {
				if e.side == n {
					out = append(out, e)
				}
			}
			return out
		}
		for _, o := range interleavings(events) {
			for n := range 2 {
				if !slices.Equal(side(o.events, n), side(events, n)) || len(o.events) != len(events) {
					t.Fatalf("seed %d, %s: %v of %v", seed, o.name, o.events, events)
				}
			}
		}
	}
}

func TestPlayCutsFeedsAndKeepsTheOrder(t *testing.T) {
	at, batch := time.UnixMilli(5), 0
	f := func(n int) event { return event{fact: &fact{seq: n}} }
	g := func(n int) event { return event{side: 1, fact: &fact{seq: n}} }
	events := []event{f(0), f(1), f(2), f(3), g(4), f(5), {mark: &at}, f(6), {ended: &batch}, {side: 1, mark: &at}}
	for cut, want := range map[int]string{
		0: "0:[0 1 2 3] 1:[4] 0:[5] 0@5 0:[6] end0 1@5",
		1: "0:[0] 0:[1] 0:[2] 0:[3] 1:[4] 0:[5] 0@5 0:[6] end0 1@5",
		3: "0:[0 1 2] 0:[3] 1:[4] 0:[5] 0@5 0:[6] end0 1@5",
	} {
		var calls []string
		err := play(events, cut, feeder{
			feed: func(side int, facts []*fact) error {
				var seqs []int
				for _, f := range facts {
					seqs = append(seqs, f.seq)
				}
				calls = append(calls, fmt.Sprintf("%d:%v", side, seqs))
				return nil
			},
			advance: func(side int, w time.Time) error {
				calls = append(calls, fmt.Sprintf("%d@%d", side, w.UnixMilli()))
				return nil
			},
			ended: func(batch int) { calls = append(calls, fmt.Sprintf("end%d", batch)) },
		})
		if got := strings.Join(calls, " "); got != want || err != nil {
			t.Errorf("cut %d: %s, want %s; %v", cut, got, want, err)
		}
	}
}

func TestDifferentCutsMustGiveTheSame(t *testing.T) {
	_, err := everyCut(func(cut int) ([]pair, error) { return []pair{{left: &fact{seq: cut}}}, nil })
	if err == nil || !strings.Contains(err.Error(), "3 facts a Feed gives") {
		t.Error(err)
	}
}
