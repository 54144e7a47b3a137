package peers

import (
	"slices"
	"strings"
)

// operators are those of conditions, by name. As in SQL, a comparison with null
// does not hold, and its contrary does not either.
var operators = map[string]func(v, with any) bool{
	"=":           equals,
	"==":          equals,
	"!=":          differs,
	"<>":          differs,
	"<":           func(v, with any) bool { o, ok := compare(v, with); return ok && o < 0 },
	"<=":          func(v, with any) bool { o, ok := compare(v, with); return ok && o <= 0 },
	">":           func(v, with any) bool { o, ok := compare(v, with); return ok && o > 0 },
	">=":          func(v, with any) bool { o, ok := compare(v, with); return ok && o >= 0 },
	"is null":     func(v, _ any) bool { return v == nil },
	"is not null": func(v, _ any) bool { return v != nil },
	"in":          func(v, with any) bool { return among(v, with) },
	"not in":      func(v, with any) bool { return v != nil && !slices.Contains(with.([]any), nil) && !among(v, with) },
	"between":     between,
	"like":        func(v, with any) bool { s, p, ok := texts(v, with); return ok && like(s, p) },
	"not like":    func(v, with any) bool { s, p, ok := texts(v, with); return ok && !like(s, p) },
	"prefix":      prefixed,
	"starts_with": prefixed,
	"startswith":  prefixed,
}

func equals(v, with any) bool  { return v != nil && with != nil && same(v, with) }
func differs(v, with any) bool { return v != nil && with != nil && !same(v, with) }

func among(v, with any) bool {
	return slices.ContainsFunc(with.([]any), func(x any) bool { return equals(v, x) })
}

func between(v, with any) bool {
	bounds := with.([]any)
	if len(bounds) != 2 {
		return false
	}
	low, above := compare(v, bounds[0])
	high, below := compare(v, bounds[1])
	return above && below && low >= 0 && high <= 0
}

func prefixed(v, with any) bool {
	s, p, ok := texts(v, with)
	return ok && strings.HasPrefix(s, p)
}

func texts(v, with any) (s, t string, ok bool) {
	s, is := v.(string)
	t, ok = with.(string)
	return s, t, is && ok
}

// like matches s with a pattern of SQL: _ is any character, % any number of them.
func like(s, pattern string) bool {
	text, p := []rune(s), []rune(pattern)
	i, j, star, from := 0, 0, -1, 0
	for i < len(text) {
		switch {
		case j < len(p) && p[j] == '%':
			star, from = j, i
			j++
		case j < len(p) && (p[j] == '_' || p[j] == text[i]):
			i++
			j++
		case star >= 0: // let the last % take one more
			from++
			i, j = from, star+1
		default:
			return false
		}
	}
	return strings.Trim(string(p[j:]), "%") == ""
}

// condition is where or having over values of type T: all of its terms hold.
type condition[T any] []func(T) bool

func (c condition[T]) holds(v T) bool {
	for _, term := range c {
		if !term(v) {
			return false
		}
	}
	return true
}

// compile makes a condition of [[field, op, const], …], or of one [field, op,
// const]; get finds what a field means. The constant {"col": name} is a field too.
func compile[T any](what string, raw any, get func(field any) (func(T) any, error)) (condition[T], error) {
	list, ok := raw.([]any)
	if !ok && raw != nil {
		return nil, unsupported("%s is %s: not a list of [field, op, const]", what, encode(raw))
	}
	if len(list) > 0 {
		if _, ok := list[0].(string); ok {
			list = []any{list}
		}
	}
	var all condition[T]
	for _, t := range list {
		term, _ := t.([]any)
		if len(term) == 2 { // is null needs no constant
			term = append(slices.Clone(term), nil)
		}
		if len(term) != 3 {
			return nil, unsupported("%s has %s: not [field, op, const]", what, encode(t))
		}
		name, _ := term[1].(string)
		name = strings.ToLower(strings.Join(strings.Fields(name), " "))
		holds := operators[name]
		if holds == nil {
			return nil, unsupported("%s has the operator %s", what, encode(term[1]))
		}
		if _, ok := term[2].([]any); !ok && slices.Contains([]string{"in", "not in", "between"}, name) {
			return nil, unsupported("%s has %s: no list to look in", what, encode(t))
		}
		of, err := get(term[0])
		if err != nil {
			return nil, err
		}
		with := func(T) any { return term[2] }
		if ref, ok := term[2].(map[string]any); ok {
			if with, err = get(ref["col"]); err != nil {
				return nil, err
			}
		}
		all = append(all, func(v T) bool { return holds(of(v), with(v)) })
	}
	return all, nil
}
