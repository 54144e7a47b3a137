package anomaly

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A forest as one would write it down: every box is put together anew from the
// points below, every time it is asked for. It throws the same dice as the real one.

type twig struct {
	left, right *twig
	dim         int
	cut         float32
	point       []float32 // of a leaf
	mass        int
}

func (w *twig) points() [][]float32 {
	if w.left == nil {
		return [][]float32{w.point}
	}
	return append(w.left.points(), w.right.points()...)
}

func (w *twig) box() (low, high []float32) {
	for i, p := range w.points() {
		if i == 0 {
			low, high = slices.Clone(p), slices.Clone(p)
		}
		for d, v := range p {
			low[d], high[d] = min(low[d], v), max(high[d], v)
		}
	}
	return low, high
}

func (w *twig) sum() float64 {
	low, high := w.box()
	var even, odd float64
	for d := range low {
		if d%2 == 0 {
			even += float64(high[d]) - float64(low[d])
		} else {
			odd += float64(high[d]) - float64(low[d])
		}
	}
	return even + odd
}

func within64(x, low, high float32) bool { return x >= low && x <= high }

func (w *twig) insert(x []float32, d *dice) *twig {
	low, high := w.box()
	inside := true
	for i := range x {
		inside = inside && within64(x[i], low[i], high[i])
	}
	if !inside {
		added, total := make([]float64, len(x)), 0.0
		for i := range x {
			added[i] = max(0, float64(x[i])-float64(high[i]), float64(low[i])-float64(x[i]))
			total += added[i]
		}
		if r := float64(d.unit() * (w.sum() + total)); r < total || w.left == nil {
			dim := -1
			for i, s := range added {
				if s > 0 {
					dim = i
					if r < s {
						break
					}
					r -= s
				}
			}
			mine := &twig{point: slices.Clone(x), mass: 1}
			if x[dim] < low[dim] {
				cut := min(float32(float64(x[dim])+r), math.Nextafter32(low[dim], x[dim]))
				return &twig{left: mine, right: w, dim: dim, cut: cut}
			}
			cut := min(float32(float64(high[dim])+r), math.Nextafter32(x[dim], high[dim]))
			return &twig{left: w, right: mine, dim: dim, cut: cut}
		}
	}
	switch {
	case w.left == nil:
		w.mass++
	case x[w.dim] <= w.cut:
		w.left = w.left.insert(x, d)
	default:
		w.right = w.right.insert(x, d)
	}
	return w
}

func (w *twig) remove(x []float32) *twig {
	switch {
	case w.left == nil:
		if !slices.Equal(w.point, x) {
			panic("another point")
		}
		if w.mass--; w.mass == 0 {
			return nil
		}
	case x[w.dim] <= w.cut:
		if w.left = w.left.remove(x); w.left == nil {
			return w.right
		}
	default:
		if w.right = w.right.remove(x); w.right == nil {
			return w.left
		}
	}
	return w
}

func (w *twig) score(x []float32, depth, mass int, noise float64) float64 {
	low, high := w.box()
	off := 0.0
	for i := range x {
		off += max(0, float64(low[i])-float64(x[i]), float64(x[i])-float64(high[i]))
	}
	p := 0.0
	if off > 0 {
		p = off / (w.sum() + off + noise)
	}
	parted := 1 / float64(depth+1)
	if w.left == nil {
		equal := 1 / (float64(depth) + math.Log2(float64(1+w.mass))) * (1 - float64(w.mass)/float64(2*mass))
		return p*parted + (1-p)*equal
	}
	next := w.right
	if x[w.dim] <= w.cut {
		next = w.left
	}
	return p*parted + (1-p)*next.score(x, depth+1, mass, noise)
}

func (w *twig) shift(d, dims int, by float32) {
	if w.left == nil {
		for j := d; j < len(w.point); j += dims {
			w.point[j] -= by
		}
		return
	}
	if w.dim%dims == d {
		w.cut -= by
	}
	w.left.shift(d, dims, by)
	w.right.shift(d, dims, by)
}

// naive is one tree with its sample.
type naive struct {
	root   *twig
	dice   dice
	marks  []float32
	points [][]float32
	next   float64
}

// offer is what a sample does with x. top is the point that the real sampler would
// give up: of equal marks either could.
func (n *naive) offer(x []float32, top []float32, sample int, initial, g, before float64) {
	greatest := -1
	for i, m := range n.marks {
		if greatest < 0 || m > n.marks[greatest] || m == n.marks[greatest] && slices.Equal(n.points[i], top) {
			greatest = i
		}
	}
	var mark float32
	if len(n.marks) < sample {
		fill := float64(len(n.marks)) / float64(sample)
		enter := fill < initial || n.dice.unit() < 1-(fill-initial)/(1-initial)
		mark = float32(n.dice.exponential() / g)
		if enter {
			greatest = -1
		} else if mark >= n.marks[greatest] {
			return
		}
	} else {
		if before+g < n.next {
			return
		}
		m := float64(n.marks[greatest])
		e := float64(m * (n.next - before))
		if m*g > 64 {
			e = n.dice.exponential()
		}
		mark = float32(max(min(e, m*g), math.Pow(2, -40)) / g)
	}
	if greatest >= 0 {
		n.root = n.root.remove(n.points[greatest])
		n.marks = slices.Delete(n.marks, greatest, greatest+1)
		n.points = slices.Delete(n.points, greatest, greatest+1)
	}
	if n.root == nil {
		n.root = &twig{point: slices.Clone(x), mass: 1}
	} else {
		n.root = n.root.insert(x, &n.dice)
	}
	n.marks = append(n.marks, mark)
	n.points = append(n.points, slices.Clone(x))
	if len(n.marks) == sample {
		n.next = before + g + n.dice.exponential()/float64(slices.Max(n.marks))
	}
}

// same compares the real tree with the naive one, boxes and sums included.
func same(t *tree, ref, parent uint16, w *twig, p *points) error {
	if ref&isLeaf != 0 {
		l := t.leaves[ref&^isLeaf]
		if w.left != nil || int(l.mass) != w.mass || !slices.Equal(p.at(l.point), w.point) || l.parent != parent {
			return fmt.Errorf("leaf %d is %+v at %v, want %+v below %d", ref&^isLeaf, l, p.at(l.point), w, parent)
		}
		return nil
	}
	n := t.nodes[ref]
	if w.left == nil || int(n.dim) != w.dim || n.cut != w.cut || n.parent != parent {
		return fmt.Errorf("node %d is %+v, want %+v below %d", ref, n, w, parent)
	}
	var low, high []float32
	for _, s := range t.box(ref) {
		low, high = append(low, s.low), append(high, s.high)
	}
	wantLow, wantHigh := w.box()
	if !slices.Equal(low, wantLow) || !slices.Equal(high, wantHigh) || t.sum(ref) != w.sum() {
		return fmt.Errorf("box of node %d is %v %v with the sum %v, want %v %v with %v", ref, low, high, t.sum(ref), wantLow, wantHigh, w.sum())
	}
	if err := same(t, n.left, ref, w.left, p); err != nil {
		return err
	}
	return same(t, n.right, ref, w.right, p)
}

// values gives points that are hard on a tree: duplicates, dimensions that do not
// change, jumps, offsets.
func values(r *rand.Rand, dims, i int) []float64 {
	x := make([]float64, dims)
	for d := range x {
		switch (d + i/3000) % 5 {
		case 0:
			x[d] = r.NormFloat64()
		case 1:
			x[d] = float64(r.IntN(4))
		case 2:
			x[d] = 17
		case 3:
			x[d] = 1e9 + float64(r.IntN(1000))
		case 4:
			x[d] = math.Exp(10 * r.NormFloat64())
		}
	}
	if r.IntN(4) == 0 {
		for d := range x {
			x[d] = float64(r.IntN(2))
		}
	}
	return x
}

func TestForestIsThatOfTheNaiveOne(t *testing.T) {
	const seed = 1
	for _, f := range []struct {
		Forest
		dims, steps int
	}{
		{Forest{Trees: 3, Sample: 13, Seed: 3}, 1, 100_000},
		{Forest{Trees: 2, Sample: 20, Decay: 0.3, InitialAccept: 1}, 4, 50_000},
		{Forest{Trees: 2, Sample: 2, Seed: 4, Decay: -1, Noise: Noise{Absolute: 0.1}}, 2, 20_000},
		{Forest{Trees: 2, Sample: 32, Seed: 5, Shingle: 3, Noise: Noise{Absolute: -1}}, 2, 30_000},
	} {
		if testing.Short() {
			f.steps /= 20
		}
		t.Run(fmt.Sprintf("%d dims, sample %d", f.dims, f.Sample), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, uint64(f.dims)))
			m, err := f.Grow(f.dims)
			if err != nil {
				t.Fatal(err)
			}
			all := make([]naive, f.Trees)
			for i := range all {
				all[i].dice = diceOf(f.Seed, i)
			}
			sum, g := 0.0, 1.0
			for step := range f.steps {
				x := values(r, f.dims, step)
				look := step < 1000 || step%41 == 0 // at all of it; what has gone wrong stays so
				scored, err := m.Score(x)
				if err != nil {
					t.Fatal(err)
				}
				if look && scored.Ready {
					want := 0.0
					for i := range all {
						want += all[i].root.score(m.rows.point, 0, len(all[i].points), m.noise()) * math.Log2(float64(1+len(all[i].points)))
					}
					want /= float64(len(all))
					if math.Abs(scored.Score-want) > 1e-9*want {
						t.Fatalf("seed %d, step %d: score %v, want %v", seed, step, scored.Score, want)
					}
				}
				// What the update is going to do, by hand.
				g *= m.decay.byPoint
				if g >= 1<<32 {
					k := math.Ilogb(g)
					g = math.Ldexp(g, -k)
					for i := range all {
						for j, mark := range all[i].marks {
							all[i].marks[j] = float32(min(math.Ldexp(float64(mark), k), 1<<100))
						}
						all[i].next = max(0, math.Ldexp(all[i].next-sum, -k))
					}
					sum = 0
				}
				if step+1 >= m.set.Shingle {
					for i := range all {
						var top []float32
						if real := &m.trees[i]; len(real.marks) > 0 {
							top = m.points.at(real.leaves[real.sampler.leaves[0]].point)
						}
						all[i].offer(m.rows.point, slices.Clone(top), f.Sample, m.set.InitialAccept, g, sum)
					}
					sum += g
				} else {
					g = 1
				}
				origin := slices.Clone(m.rows.origin)
				if err := m.Update(x); err != nil {
					t.Fatal(err)
				}
				for d := range f.dims {
					if m.rows.origin[d] != origin[d] {
						for i := range all {
							all[i].root.shift(d, f.dims, within(m.rows.origin[d]-origin[d]))
							for _, p := range all[i].points {
								for j := d; j < len(p); j += f.dims {
									p[j] -= within(m.rows.origin[d] - origin[d])
								}
							}
						}
					}
				}
				if !look {
					continue
				}
				for i := range all {
					if all[i].root == nil {
						continue
					}
					real := &m.trees[i]
					if err := same(real, real.root, nothing, all[i].root, &m.points); err != nil {
						t.Fatalf("seed %d, step %d, tree %d: %v", seed, step, i, err)
					}
					if a, b := slices.Sorted(slices.Values(real.marks)), slices.Sorted(slices.Values(all[i].marks)); !slices.Equal(a, b) {
						t.Fatalf("seed %d, step %d, tree %d: marks %v, want %v", seed, step, i, a, b)
					}
					if real.dice != all[i].dice || m.next[i] != all[i].next {
						t.Fatalf("seed %d, step %d, tree %d: dice %d or next %v, want %d, %v", seed, step, i, real.dice, m.next[i], all[i].dice, all[i].next)
					}
				}
			}
			held := 0
			for i := range m.points.refs {
				if slices.Contains(free(&m.points), uint32(i)) {
					held++
				}
			}
			if m.points.used+held != len(m.points.refs) {
				t.Errorf("%d points used and %d free of %d", m.points.used, held, len(m.points.refs))
			}
		})
	}
}

func free(p *points) (free []uint32) {
	for i := p.free; i != noPoint; i = p.refs[i] {
		free = append(free, i)
	}
	return free
}
