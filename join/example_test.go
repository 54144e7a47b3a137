package join_test

import (
	"fmt"

	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/watermark"
)

// The table works without a pipeline: what was it called then?
func ExampleVersions() {
	var names join.Versions[int, string]
	names.Put(102, 0, "Prem Hub")
	names.Put(102, 100, "Premium Hub")
	names.Delete(102, 200)
	for _, t := range []watermark.Time{50, 100, 250} {
		name, ok := names.At(102, t)
		fmt.Println(int64(t), name, ok)
	}
	// Output:
	// 50 Prem Hub true
	// 100 Premium Hub true
	// 250  false
}
