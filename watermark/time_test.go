package watermark

import (
	"math/big"
	"testing"
	"time"
)

// interesting holds the values at which sums wrap and signs change.
var interesting = []int64{
	int64(Min), int64(Min) + 1, int64(Min) + 2, int64(Min)/2 - 1, int64(Min) / 2, -1_000_000_001, -1_000_000_000, -999_999_999, -2, -1,
	0, 1, 2, 999_999_999, 1_000_000_000, 1_000_000_001, int64(Max) / 2, int64(Max)/2 + 1, int64(Max) - 2, int64(Max) - 1, int64(Max),
}

func saturate(v *big.Int) int64 {
	if !v.IsInt64() {
		if v.Sign() < 0 {
			return int64(Min)
		}
		return int64(Max)
	}
	return v.Int64()
}

func TestAddAndSubSaturate(t *testing.T) {
	for _, a := range interesting {
		for _, b := range interesting {
			if got, want := int64(Time(a).Add(time.Duration(b))), saturate(new(big.Int).Add(big.NewInt(a), big.NewInt(b))); got != want {
				t.Errorf("%d.Add(%d) = %d, want %d", a, b, got, want)
			}
			if got, want := int64(Time(a).Sub(Time(b))), saturate(new(big.Int).Sub(big.NewInt(a), big.NewInt(b))); got != want {
				t.Errorf("%d.Sub(%d) = %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestFloorIsFloorDivision(t *testing.T) {
	for _, a := range interesting {
		for _, size := range interesting {
			if size <= 0 {
				continue
			}
			for _, offset := range interesting {
				x := new(big.Int).Sub(big.NewInt(a), big.NewInt(offset))
				m := new(big.Int).Mod(x, big.NewInt(size)) // Euclidean: 0 <= m < size
				want := saturate(new(big.Int).Sub(big.NewInt(a), m))
				if got := int64(Time(a).Floor(time.Duration(size), time.Duration(offset))); got != want {
					t.Errorf("%d.Floor(%d, %d) = %d, want %d", a, size, offset, got, want)
				}
				if got := int64(Time(a).Phase(time.Duration(size), time.Duration(offset))); got != m.Int64() {
					t.Errorf("%d.Phase(%d, %d) = %d, want %d", a, size, offset, got, m.Int64())
				}
			}
		}
	}
}

func TestOfRefusesTheBoundsAndWhatIsBeyond(t *testing.T) {
	for _, a := range interesting {
		got, ok := Of(time.Unix(0, a))
		if want := Time(a) != Min && Time(a) != Max; ok != want {
			t.Errorf("Of(%d): ok = %t, want %t", a, ok, want)
		} else if ok && got != Time(a) {
			t.Errorf("Of(%d) = %d", a, got)
		}
	}
	for _, c := range []struct {
		t    time.Time
		want Time
	}{
		{time.Time{}, Min + 1},
		{time.Date(1677, 1, 1, 0, 0, 0, 0, time.UTC), Min + 1},
		{time.Date(2263, 1, 1, 0, 0, 0, 0, time.UTC), Max - 1},
		{time.Unix(0, int64(Min)).Add(-1), Min + 1},
		{time.Unix(0, int64(Max)).Add(1), Max - 1},
		{time.Unix(-1<<62, 0), Min + 1},
		{time.Unix(1<<62, 0), Max - 1},
	} {
		if got, ok := Of(c.t); ok || got != c.want {
			t.Errorf("Of(%v) = %d, %t, want %d, false", c.t, got, ok, c.want)
		}
	}
}

func TestTextKeepsEveryTime(t *testing.T) {
	for _, a := range interesting {
		b, err := Time(a).MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back Time
		if err := back.UnmarshalText(b); err != nil || back != Time(a) {
			t.Errorf("%d: %s: read back as %d, %v", a, b, back, err)
		}
	}
	for _, bad := range []string{"", "yesterday", "0001-01-01T00:00:00Z", "2300-01-01T00:00:00Z"} {
		v := Time(7)
		if err := v.UnmarshalText([]byte(bad)); err == nil || v != 7 {
			t.Errorf("%q: no error, or the value changed: %v %v", bad, v, err)
		}
	}
}
