package sink_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tidemark-go/tidemark/sink"
)

func ExampleNDJSON() {
	dir, err := os.MkdirTemp("", "sink")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "calls.ndjson")

	type call struct {
		Org  int    `json:"org"`
		Name string `json:"name"`
	}
	ctx := context.Background()
	s := &sink.NDJSON[call]{Path: path}
	_ = s.Write(sink.Batch[call]{Rows: []call{{7, "Prem Hub"}}})
	_ = s.Flush(ctx)
	position := s.Position() // a snapshot keeps it
	_ = s.Write(sink.Batch[call]{Rows: []call{{8, "Help Hub"}}})

	// After a crash, the next run goes back to the snapshot.
	s = &sink.NDJSON[call]{Path: path}
	if err := s.Rewind(position); err != nil {
		fmt.Println(err)
		return
	}
	_ = s.Write(sink.Batch[call]{Rows: []call{{9, "R&D"}}})
	if err := s.Close(ctx); err != nil {
		fmt.Println(err)
		return
	}
	text, _ := os.ReadFile(path)
	fmt.Printf("%s%s", text, position)
	// Output:
	// {"org":7,"name":"Prem Hub"}
	// {"org":9,"name":"R&D"}
	// ndjson/1 lines 28
}

func ExampleWriter() {
	s := &sink.Writer[[]int]{W: os.Stdout}
	if err := s.Write(sink.Batch[[]int]{Rows: [][]int{{1, 2}, {3}}}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// [1,2]
	// [3]
}
