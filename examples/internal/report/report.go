// Package report is what the examples print at the end: columns, and a ledger in
// which every line has its place.
package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/examples/internal/cli"
)

// Table returns a writer that aligns columns, each ended by a tab, to the right. It
// writes when it is flushed.
func Table(w io.Writer) *tabwriter.Writer {
	return tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
}

// Stage returns the ledger of the stage of that name.
func Stage(s tidemark.Stats, name string) tidemark.StageStats {
	for _, st := range s.Stages {
		if st.Stage == name {
			return st
		}
	}
	return tidemark.StageStats{}
}

// NotWritten tells what is not written, and the flags that ask for it, if any.
func NotWritten(w io.Writer, written []cli.File) {
	var not []string
	for _, f := range written {
		if f.Path == "" {
			not = append(not, fmt.Sprintf("%s (%s)", f.What, f.Flag))
		}
	}
	if len(not) > 0 {
		fmt.Fprintf(w, "not written: %s\n", strings.Join(not, ", "))
	}
}
