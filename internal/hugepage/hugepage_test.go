package hugepage

import "testing"

// TestAdviseLeavesTheContents: it is a hint, at any size and place.
func TestAdviseLeavesTheContents(t *testing.T) {
	for _, n := range []int{0, 1, least - 1, least, least + 1, 5*size + 17} {
		s := make([]byte, n)
		for i := range s {
			s[i] = byte(i * 7)
		}
		Advise(s)
		if n > 3 {
			Advise(s[3:])
		}
		for i := range s {
			if s[i] != byte(i*7) {
				t.Fatalf("size %d: byte %d is %d", n, i, s[i])
			}
		}
	}
}
