package peers

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// aggregate gives a value of the facts of a pane, in the order in which they came.
type aggregate func(facts []*fact) any

// folded is what the aggregates see: the values of the argument, and how.
type folded struct {
	vals     []any // nulls left out
	nulls    []any // nulls kept
	n        int   // a number that the aggregate was given; 0: none
	truncate bool  // the mean of integers is an integer
	spark    bool
}

// aggregates has them by name. As in SQL, what is asked of no value is null.
var aggregates = map[string]func(in folded) any{
	"count":              func(in folded) any { return int64(len(in.vals)) },
	"count_distinct":     func(in folded) any { return int64(len(unique(in.vals))) },
	"sum":                func(in folded) any { return sum(in.vals) },
	"min":                func(in folded) any { return extreme(in.vals, -1) },
	"max":                func(in folded) any { return extreme(in.vals, 1) },
	"avg":                mean,
	"topk":               func(in folded) any { return top(in.vals, in.n) },
	"topkdistinct":       func(in folded) any { return top(unique(in.vals), in.n) },
	"latest_by_offset":   latest,
	"earliest_by_offset": earliest,
	"collect_list":       collect,
	"concat_distinct":    concat,
}

// unique returns the first of each of equal values.
func unique(vals []any) []any {
	seen := map[string]bool{}
	var out []any
	for _, v := range vals {
		if k := encode(v); !seen[k] {
			seen[k] = true
			out = append(out, v)
		}
	}
	return out
}

// sum is an integer if all values are, and no sum of them is too long for it.
func sum(vals []any) any {
	if len(vals) == 0 {
		return nil
	}
	total, exact, float := int64(0), true, 0.0
	for _, v := range vals {
		f, _ := number(v)
		float += f
		n, ok := v.(int64)
		if (n > 0 && total > math.MaxInt64-n) || (n < 0 && total < math.MinInt64-n) {
			ok = false
		}
		exact = exact && ok
		total += n
	}
	if exact {
		return total
	}
	return float
}

func extreme(vals []any, sign int) any {
	var best any
	for _, v := range vals {
		if order, _ := compare(v, best); best == nil || order*sign > 0 {
			best = v
		}
	}
	return best
}

func mean(in folded) any {
	total := sum(in.vals)
	switch t := total.(type) {
	case int64:
		if in.truncate {
			return t / int64(len(in.vals))
		}
		return float64(t) / float64(len(in.vals))
	case float64:
		return t / float64(len(in.vals))
	}
	return nil
}

// top returns the n greatest, the greatest first.
func top(vals []any, n int) any {
	vals = slices.Clone(vals)
	slices.SortStableFunc(vals, func(a, b any) int { return compareNullsFirst(b, a) })
	return listed(vals[:min(n, len(vals))])
}

// latest is the value that came last, or a list of the last n.
func latest(in folded) any {
	switch k := len(in.vals); {
	case in.n > 0:
		return listed(in.vals[max(0, k-in.n):])
	case k == 0:
		return nil
	default:
		return in.vals[k-1]
	}
}

// earliest is the value that came first, or a list of the first n.
func earliest(in folded) any {
	switch k := len(in.vals); {
	case in.n > 0:
		return listed(in.vals[:min(in.n, k)])
	case k == 0:
		return nil
	default:
		return in.vals[0]
	}
}

func collect(in folded) any {
	if in.spark { // which leaves nulls out
		return listed(in.vals)
	}
	return listed(in.nulls)
}

func concat(in folded) any {
	if len(in.vals) == 0 {
		return nil
	}
	var words []string
	for _, v := range unique(in.vals) {
		s, ok := v.(string)
		if !ok {
			s = encode(v)
			s = s[1 : len(s)-1]
		}
		words = append(words, s)
	}
	return strings.Join(words, separator)
}

// separator stands between the words of concat_distinct.
const separator = "|"

func listed(vals []any) []any { return append([]any{}, vals...) }

// aggregate returns what an item with agg computes over facts of stream.
func (c *Case) aggregate(stream string, it item) (aggregate, error) {
	of := aggregates[it.Agg]
	if of == nil {
		return nil, unsupported("the aggregate %q", it.Agg)
	}
	names, n, err := arguments(it)
	if err != nil {
		return nil, err
	}
	if n == 0 && strings.HasPrefix(it.Agg, "topk") {
		return nil, unsupported("%s without the number of values", it.Agg)
	}
	if names == nil {
		if it.Agg != "count" {
			return nil, unsupported("%s of nothing", it.Agg)
		}
		return func(facts []*fact) any { return int64(len(facts)) }, nil
	}
	var args []func(*fact) any
	for _, name := range names {
		get, err := c.field(stream, name)
		if err != nil {
			return nil, err
		}
		args = append(args, get)
	}
	how := folded{n: n, truncate: c.Params.is("integer_avg_truncates"), spark: c.Source.System == "Spark"}
	return func(facts []*fact) any {
		in := how
		for _, f := range facts {
			v, null := argument(args, f)
			in.nulls = append(in.nulls, v)
			if !null {
				in.vals = append(in.vals, v)
			}
		}
		if it.Distinct {
			in.vals, in.nulls = unique(in.vals), unique(in.nulls)
		}
		return of(in)
	}, nil
}

// argument is the value of one fact; of several fields it is a list, and null if
// one of them is.
func argument(args []func(*fact) any, f *fact) (v any, null bool) {
	if len(args) == 1 {
		v = args[0](f)
		return v, v == nil
	}
	var all []any
	for _, a := range args {
		x := a(f)
		null = null || x == nil
		all = append(all, x)
	}
	return all, null
}

// arguments takes the argument apart: the names of fields (nil: there are none),
// and a number, given as k or n, or after the field.
func arguments(it item) (names []string, n int, err error) {
	n = max(it.K, it.N)
	var parts []any
	switch arg := it.Arg.any.(type) {
	case nil:
		return nil, n, nil
	case []any:
		parts = arg
	case string:
		for s := range strings.SplitSeq(arg, ",") {
			parts = append(parts, strings.TrimSpace(s))
		}
	default:
		parts = []any{arg}
	}
	for i, p := range parts {
		if s, ok := p.(string); ok {
			k, err := strconv.Atoi(s)
			if err != nil {
				names = append(names, s)
				continue
			}
			p = int64(k)
		}
		k, ok := whole(p)
		if !ok || i == 0 {
			return nil, 0, unsupported("%s of %s", it.Agg, encode(it.Arg.any))
		}
		n = int(k)
	}
	if slices.Equal(names, []string{"*"}) {
		names = nil
	}
	return names, n, nil
}
