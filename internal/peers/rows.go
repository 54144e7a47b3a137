package peers

import (
	"fmt"
	"slices"
	"strings"
)

// differ is what makes a case fail: rows are not those expected.
type differ struct{ text string }

func (d *differ) Error() string { return d.text }

// difference compares rows as multisets; it is nil if they are the same. The
// name says which rows they are.
func difference(name string, cols []column, got, want [][]any) error {
	got, want = canonical(cols, got), canonical(cols, want)
	var missing []string
	left := slices.Clone(got)
	for _, w := range want {
		i := slices.IndexFunc(left, func(g []any) bool { return slices.EqualFunc(g, w, same) })
		if i < 0 {
			missing = append(missing, encode(w...))
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	if len(missing) == 0 && len(left) == 0 {
		return nil
	}
	var names, over []string
	for _, col := range cols {
		names = append(names, col.name)
	}
	for _, g := range left {
		over = append(over, encode(g...))
	}
	return &differ{fmt.Sprintf("%s: %d rows, expected %d; columns %s%s%s", name, len(got), len(want), strings.Join(names, ", "),
		some("missing", missing), some("not expected", over))}
}

// some shows the first of lines.
func some(what string, lines []string) string {
	const most = 10
	more := ""
	if len(lines) > most {
		lines, more = lines[:most], "\n    …"
	}
	if len(lines) == 0 {
		return ""
	}
	return "\n  " + what + ":\n    " + strings.Join(lines, "\n    ") + more
}

// canonical sorts the values of columns that have no order of their own.
func canonical(cols []column, rows [][]any) [][]any {
	if !slices.ContainsFunc(cols, func(c column) bool { return c.unordered }) {
		return rows
	}
	out := make([][]any, len(rows))
	for i, row := range rows {
		out[i] = slices.Clone(row)
		for j, col := range cols {
			if !col.unordered {
				continue
			}
			switch v := row[j].(type) {
			case string:
				words := strings.Split(v, separator)
				slices.Sort(words)
				out[i][j] = strings.Join(words, separator)
			case []any:
				v = slices.Clone(v)
				slices.SortFunc(v, compareNullsFirst)
				out[i][j] = v
			}
		}
	}
	return out
}

// content is what a table holds after changes to it, a change having an op and a
// row. With an identity, and where no row is taken back (-U), rows that agree in
// its columns replace one another; else -U and -D take back an equal row.
func content(ops []string, rows [][]any, identity []int) ([][]any, error) {
	replaces := identity != nil && !slices.Contains(ops, "-U")
	id := func(row []any) string {
		var vals []any
		for _, at := range identity {
			vals = append(vals, row[at])
		}
		return encode(vals...)
	}
	var table [][]any
	for i, row := range rows {
		away := ops[i] == "-U" || ops[i] == "-D"
		at := slices.IndexFunc(table, func(r []any) bool {
			if replaces {
				return id(r) == id(row)
			}
			return away && slices.EqualFunc(r, row, same)
		})
		if at >= 0 {
			table = slices.Delete(table, at, at+1)
		}
		switch {
		case !away:
			table = append(table, row)
		case at < 0:
			return nil, fmt.Errorf("expected %d takes back a row that is not there: %s", i, encode(row...))
		}
	}
	return table, nil
}
