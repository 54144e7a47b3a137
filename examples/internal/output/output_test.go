package output

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/sink"
)

func TestRowsBeginTheFileAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows")
	for range 2 {
		for stamped, want := range map[bool]string{false: "7\n", true: `{"kind":"final",`} {
			s := Rows[int]("-out", path)
			if stamped {
				s = Stamped[int]("-out", path)
			}
			if err := s.Write(sink.Batch[int]{Rows: []int{7}, Stamps: make([]row.Stamp, 1)}); err != nil {
				t.Fatal(err)
			}
			if err := s.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got, _ := os.ReadFile(path); !strings.HasPrefix(string(got), want) || strings.Count(string(got), "\n") != 1 {
				t.Errorf("has %q, want %q", got, want)
			}
		}
	}
}

func TestAnErrorNamesTheFlag(t *testing.T) {
	for _, path := range []string{t.TempDir(), "/dev/full"} {
		if _, err := os.Stat(path); err != nil {
			continue // of some systems alone
		}
		s := Rows[int]("-out", path)
		err := s.Write(sink.Batch[int]{Rows: []int{7}})
		if err == nil {
			err = s.Flush(t.Context())
		}
		if err == nil || !strings.HasPrefix(err.Error(), "-out: sink: ") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestAPageKeepsWhatItHasUntilTheEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page")
	if err := os.WriteFile(path, []byte("yesterday's"), 0o666); err != nil {
		t.Fatal(err)
	}
	p, err := OpenPage("-html", path)
	if err != nil || !p.Asked() {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "yesterday's" {
		t.Errorf("has %q before it is written", got)
	}
	if err := p.Write("new"); err != nil {
		t.Error(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "new" {
		t.Errorf("has %q", got)
	}
	if _, err := OpenPage("-html", filepath.Join(path, "none")); err == nil || !strings.HasPrefix(err.Error(), "-html: open ") {
		t.Error(err)
	}
	if p, err := OpenPage("-html", ""); err != nil || p.Asked() || p.Write("x") != nil {
		t.Errorf("%v, %v", p, err)
	}
}
