package script

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// sides reads the lines of both sides back from a diff that shows all.
func sides(d string) (want, got []string) {
	for _, s := range split(d) {
		op, text := s[7], s[9:]
		if op != '+' {
			want = append(want, text)
		}
		if op != '-' {
			got = append(got, text)
		}
	}
	return want, got
}

// longest is the length of the longest common subsequence, as it is defined.
func longest(w, g []string) int {
	switch {
	case len(w) == 0 || len(g) == 0:
		return 0
	case w[0] == g[0]:
		return 1 + longest(w[1:], g[1:])
	}
	return max(longest(w[1:], g), longest(w, g[1:]))
}

func TestDiffHasBothSidesAndIsTheShortest(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	random := func() []string {
		lines := make([]string, r.IntN(6))
		for i := range lines {
			lines[i] = string(rune('a' + r.IntN(3)))
		}
		return lines
	}
	for range 2000 {
		w, g := random(), random()
		if slices.Equal(w, g) {
			continue
		}
		d := diff(w, g, 1)
		if strings.Contains(d, "…") {
			continue
		}
		if w2, g2 := sides(d); !slices.Equal(w, w2) || !slices.Equal(g, g2) {
			t.Fatalf("%q and %q: the diff has %q and %q\n%s", w, g, w2, g2, d)
		}
		if n := len(w) + len(g) - longest(w, g); len(split(d)) != n {
			t.Fatalf("%q and %q: the diff has %d lines, %d will do\n%s", w, g, len(split(d)), n, d)
		}
	}
}

func TestDiffIsShort(t *testing.T) {
	w := strings.Split(strings.Repeat("a ", 50)+"b "+strings.Repeat("c ", 50), " ")
	g := slices.Clone(w)
	g[50] = "x"
	const want = "       …\n    57   a\n    58   a\n    59   a\n    60 - b\n       + x\n    61   c\n    62   c\n    63   c\n       …\n"
	if got := diff(w, g, 10); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestDiffOfHugeSidesIsToldWithoutATable(t *testing.T) {
	w, g := make([]string, 3000), make([]string, 3000)
	for i := range w {
		w[i], g[i] = "want", "got"
	}
	if n := len(split(diff(w, g, 1))); n != 6000 {
		t.Errorf("%d lines, want 6000", n)
	}
}
