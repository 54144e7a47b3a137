package peers

import (
	"cmp"
	"slices"
	"strings"
)

// rank numbers the rows of a partition in an order, and keeps some.
type rank struct {
	PartitionBy []string   `json:"partition_by"`
	OrderBy     [][]string `json:"order_by"`
	From        int64      `json:"from"`
	To          int64      `json:"to"`
}

// rowNumber is the column that has the number.
const rowNumber = "rownum"

// ranking is a rank over the columns of a plan.
type ranking struct {
	partition []int
	order     []ordering
	from, to  int64
	number    []int // the columns that show it
}

type ordering struct {
	at   int
	sign int // -1: descending
}

func (p *plan) ranking(r *rank) (*ranking, error) {
	k := &ranking{from: max(1, r.From), to: r.To}
	for i, col := range p.columns {
		if col.name == rowNumber {
			k.number = append(k.number, i)
		}
	}
	for _, name := range r.PartitionBy {
		at, err := p.find(name)
		if err != nil {
			return nil, err
		}
		k.partition = append(k.partition, at)
	}
	for _, o := range r.OrderBy {
		direction := "asc"
		if len(o) == 2 {
			direction = strings.ToLower(o[1])
		}
		sign := map[string]int{"asc": 1, "desc": -1}[direction]
		if len(o) == 0 || len(o) > 2 || sign == 0 {
			return nil, unsupported("order_by %q", o)
		}
		at, err := p.find(o[0])
		if err != nil {
			return nil, err
		}
		k.order = append(k.order, ordering{at, sign})
	}
	return k, nil
}

// key is the partition of a row.
func (k *ranking) key(row []any) string {
	var vals []any
	for _, at := range k.partition {
		vals = append(vals, row[at])
	}
	return encode(vals...)
}

// compare puts the better row first.
func (k *ranking) compare(a, b []any) int {
	for _, o := range k.order {
		if c := compareNullsFirst(a[o.at], b[o.at]) * o.sign; c != 0 {
			return c
		}
	}
	return 0
}

// best returns the rows that are kept, numbered. Of equal ones the earlier is better.
func (k *ranking) best(rows [][]any) (kept [][]any) {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b []any) int { return cmp.Or(cmp.Compare(k.key(a), k.key(b)), k.compare(a, b)) })
	n, key := int64(0), ""
	for i, row := range rows {
		if now := k.key(row); i == 0 || now != key {
			n, key = 0, now
		}
		if n++; n < k.from || k.to > 0 && n > k.to {
			continue
		}
		row = slices.Clone(row)
		for _, at := range k.number {
			row[at] = n
		}
		kept = append(kept, row)
	}
	return kept
}
