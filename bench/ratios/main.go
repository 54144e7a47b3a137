// Ratios prints what bench/README.md has: every workload beside its rival.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"

	"github.com/tidemark-go/tidemark/bench"
)

func main() {
	facts := flag.Int("facts", 3_000_000, "facts a pass")
	flag.Parse()
	fmt.Printf("%s, %s/%s, %d cores\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	bench.Suite(os.Stdout, *facts)
}
