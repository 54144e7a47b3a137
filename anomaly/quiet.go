package anomaly

import "math"

// quiet makes of scores what is worth telling, so that one threshold serves all
// series: a score counts only if it is the highest of the last gate ones, and then
// less by the binary logarithm of how many there are, itself among them, of as high
// ones that counted within the size of the ring.
type quiet struct {
	size, gate int
	raw, told  []float64 // rings of one length
	at         int       // of the oldest, once they are full
}

// back returns the place of the i-th newest.
func (q *quiet) back(i int) int {
	if i = q.at - 1 - i; i < 0 {
		i += len(q.raw)
	}
	return i
}

// level returns what is told of a score, whether it counts, and the share of recent
// scores, s among them, that are at least as high.
func (q *quiet) level(s float64) (told, p float64, counts bool) {
	high := 1
	for _, v := range q.raw {
		if v >= s {
			high++
		}
	}
	p = float64(high) / float64(len(q.raw)+1)
	for i := range min(q.gate, len(q.raw)) {
		if q.raw[q.back(i)] >= s {
			return 0, p, false
		}
	}
	as := 1
	for _, v := range q.told {
		if v >= s {
			as++
		}
	}
	return max(0, s-log2(as)), p, true
}

// add keeps a score, and whether it counts.
func (q *quiet) add(s float64, counts bool) {
	if len(q.raw) < q.size {
		q.raw = double(q.raw, 1, q.size)
		q.told = double(q.told, 1, q.size)
		q.at = len(q.raw) - 1
	}
	q.raw[q.at], q.told[q.at] = s, 0
	if counts {
		q.told[q.at] = s
	}
	if q.at++; q.at == q.size {
		q.at = 0
	}
}

func (q *quiet) write(w *writer) {
	w.u32(uint32(len(q.raw)))
	w.u32(uint32(q.at))
	w.f64(q.raw...)
	for i, v := range q.told {
		if v != 0 {
			w.u32(uint32(i))
		}
	}
	w.u32(math.MaxUint32)
}

// read takes what write wrote, into a quiet of the same size and gate.
func (q *quiet) read(r *reader) {
	n, at := int(r.u32()), int(r.u32())
	r.must(n <= q.size && (n < q.size && at == n || n == q.size && at < n))
	if !r.wants(n, 8) {
		return
	}
	q.raw, q.told, q.at = make([]float64, n), make([]float64, n), at
	r.reals(q.raw, math.MaxFloat64)
	for last := -1; ; {
		i := r.u32()
		if r.bad() || i == math.MaxUint32 {
			return
		}
		if r.must(int(i) > last && int(i) < n && q.raw[min(int(i), n-1)] != 0); r.bad() {
			return
		}
		q.told[i] = q.raw[i]
		last = int(i)
	}
}
