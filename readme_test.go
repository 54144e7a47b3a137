package tidemark_test

import (
	"os"
	"strings"
	"testing"
)

// TestReadmeShowsTheExample holds the program and the output in the README to
// Example, which is compiled and run.
func TestReadmeShowsTheExample(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, program, _ := strings.Cut(string(source), "\ntype Call")
	program, output, _ := strings.Cut(program, "\t// Output:\n")
	if !strings.Contains(string(readme), "```go\ntype Call"+program+"}\n```") {
		t.Error("README.md does not show the program of example_test.go: from type Call to the end of Example")
	}
	output, _, _ = strings.Cut(strings.ReplaceAll(output, "\t// ", ""), "}")
	if !strings.Contains(string(readme), "```\n"+output+"```") {
		t.Errorf("README.md does not show the output of example_test.go:\n%s", output)
	}
}
