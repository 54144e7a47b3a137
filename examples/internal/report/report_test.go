package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/examples/internal/cli"
)

func TestNotWrittenNamesTheFlags(t *testing.T) {
	var b strings.Builder
	NotWritten(&b, []cli.File{{Flag: "-out", What: "rows"}, {Flag: "-late", Path: "x", What: "late rows"}, {Flag: "-bad", What: "bad lines"}})
	NotWritten(&b, []cli.File{{Flag: "-out", Path: "x", What: "rows"}})
	if want := "not written: rows (-out), bad lines (-bad)\n"; b.String() != want {
		t.Errorf("prints %q, want %q", b.String(), want)
	}
}

func TestTableAlignsToTheRight(t *testing.T) {
	var b strings.Builder
	w := Table(&b)
	fmt.Fprint(w, "a\tlong\t\nlong\tb\t\n")
	w.Flush()
	if want := "     a  long\n  long     b\n"; b.String() != want {
		t.Errorf("prints\n%s\nwant\n%s", b.String(), want)
	}
}

func TestStageIsFoundByItsName(t *testing.T) {
	s := tidemark.Stats{Stages: []tidemark.StageStats{{Stage: "a", Fed: 1}, {Stage: "b", Fed: 2}}}
	if Stage(s, "b").Fed != 2 || Stage(s, "c").Fed != 0 {
		t.Error("another stage is given")
	}
}
