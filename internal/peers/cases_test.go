package peers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// checkFiles runs each file in dir as a subtest.
func checkFiles(t *testing.T, dir string) *Tally {
	t.Helper()
	files, err := Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	tally := new(Tally)
	for _, path := range files {
		name, err := filepath.Rel(dir, path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			o := CheckFile(path)
			tally.Add(o)
			switch o.Verdict {
			case Failed:
				t.Errorf("%s: %s", o.ID, o.Why)
			case Unsupported:
				t.Skipf("unsupported: %s: %s", o.Kind, o.Why)
			}
		})
	}
	return tally
}

// TestPeersCases runs the cases in ../shared/golden/cases beside the module, or
// those in the folder that TIDEMARK_CASES names.
func TestPeersCases(t *testing.T) {
	named := os.Getenv("TIDEMARK_CASES")
	dir, err := Folder(named)
	if errors.Is(err, ErrNoFolder) && named == "" {
		t.Skipf("%v; TIDEMARK_CASES=DIR runs another", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	tally := checkFiles(t, dir)
	t.Log(tally.Named())
	fmt.Println(tally)
}

// TestOwnCases runs cases of our own, which are there where no others are.
func TestOwnCases(t *testing.T) {
	tally := checkFiles(t, "testdata/cases")
	if got := tally.Named(); got != fmt.Sprintf("%d passed, 0 failed, 0 unsupported", tally.passed) {
		t.Error(got)
	}
}
