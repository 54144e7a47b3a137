package source_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/tidemark-go/tidemark/source"
)

func ExampleNDJSON() {
	dir, err := os.MkdirTemp("", "source")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "calls.ndjson")
	lines := `{"org":7,"wait":12}
{"org":7,"wait":"long"}
{"org":8,"wait":30}
`
	if err := os.WriteFile(path, []byte(lines), 0o666); err != nil {
		fmt.Println(err)
		return
	}

	type call struct{ Org, Wait int }
	r := &source.NDJSON[call]{
		Path: path,
		Bad:  func(line int, text []byte, err error) { fmt.Printf("line %d: %s\n", line, text) },
	}
	defer r.Close()
	batch := make([]call, 100)
	for {
		n, position, err := r.Read(context.Background(), batch)
		if err == io.EOF {
			break
		} else if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(batch[:n], "then at", position)
	}
	// Output:
	// line 2: {"org":7,"wait":"long"}
	// [{7 12} {8 30}] then at 64:3
}
