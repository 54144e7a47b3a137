package window

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// FuzzStaggerAndCount reads settings, facts and moves of W from bytes: whatever they
// are, the rows are those of the obvious window.
func FuzzStaggerAndCount(f *testing.F) {
	f.Add([]byte{10, 0, 0, 0, 0, 1, 5, 201, 7, 1, 3, 210, 4, 255})
	f.Add([]byte{3, 12, 5, 1, 2, 100, 7, 100, 202, 9, 101, 230, 8, 90})
	f.Add([]byte{1, 0, 0, 0, 5, 50, 50, 50, 50, 203, 50, 255})
	f.Add([]byte{200, 90, 7, 20, 3, 1, 2, 3, 254, 4, 5, 6, 250, 100, 99, 98})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 6 {
			return
		}
		size, n := 1+time.Duration(b[0]), 1+int(b[5])%6
		set := Settings{Lateness: time.Duration(b[1]), EarlyEvery: time.Duration(b[3]), Sorted: b[4]&1 > 0}
		if b[1] > 0 {
			set.Coalesce = time.Duration(b[2])
		}
		alone := Settings{Sorted: set.Sorted}
		if b[4] > 127 {
			set.MaxKeys.N = 1 + int(b[4])%4
			alone.MaxKeys = MaxKeys{set.MaxKeys.N, b[4]&2 > 0}
		}
		stagger, err := NewStore[bag, int, int](Stagger{Size: size}, set)
		if err != nil {
			t.Fatal(err)
		}
		count, err := NewStore[bag, int, int](Count{N: n, MaxWait: size - 1}, alone)
		if err != nil {
			t.Fatal(err)
		}
		ref, refCount := &plainStagger{size: size, set: set, w: watermark.Min}, &plainCount{rule: Count{n, size - 1}, set: alone, w: watermark.Min}
		now := watermark.Time(0)
		for i, c := range b[6:min(len(b), 100)] {
			var told, toldCount Told[int, bag]
			var want, wantCount []string
			if c < 200 { // a fact: two bits of key, and a time
				f := plainFact{int(c) % 4, now + watermark.Time(c)/4*3 - 70, i}
				out, missed := ref.add(0, f)
				if want = out; missed != "" {
					want = append(want, missed)
				}
				if missed := refCount.add(0, f); missed != "" {
					wantCount = append(wantCount, missed)
				}
				stagger.AddAll([]int{f.key}, []watermark.Time{f.t}, []int{i}, &told)
				count.AddAll([]int{f.key}, []watermark.Time{f.t}, []int{i}, &toldCount)
			} else {
				now += watermark.Time(c - 199)
				w := now
				if c == 255 {
					w = watermark.Max
				}
				if w <= ref.w {
					return
				}
				want, wantCount = ref.advance(w, c == 255), refCount.advance(w, c == 255)
				stagger.Fire(w, c == 255, &told)
				count.Fire(w, c == 255, &toldCount)
			}
			gotCount := tell(&toldCount)
			if len(toldCount.Panes) > 0 {
				gotCount = allTimed(toldCount.Panes)
			}
			if got := tell(&told); !reflect.DeepEqual(got, want) && len(got)+len(want) > 0 {
				t.Fatalf("size %d %+v, byte %d: %s, want %s", size, set, i, fmt.Sprint(got), fmt.Sprint(want))
			}
			if !reflect.DeepEqual(gotCount, wantCount) && len(gotCount)+len(wantCount) > 0 {
				t.Fatalf("n %d, wait %d %+v, byte %d: %s, want %s", n, size-1, alone, i, gotCount, wantCount)
			}
		}
	})
}
