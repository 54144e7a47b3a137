package lint

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const maxProgram = 4_000_000 // bytes, with symbols, for the machine at hand

func tooBig(name string, size int64) []string {
	if size < maxProgram {
		return nil
	}
	return []string{fmt.Sprintf("%s: a program with one window has %d bytes, must stay below %d: see what came in with go tool nm -size -sort size, and keep reflection, text/template and net out of the core", name, size, maxProgram)}
}

func TestProgramWithOneWindowIsSmall(t *testing.T) {
	program := filepath.Join(t.TempDir(), "hello")
	if _, err := goCommand(t, "build", "-buildvcs=false", "-o", program, "./internal/lint/testdata/hello"); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(program)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("a program with one window has %d bytes", info.Size())
	for _, found := range tooBig("internal/lint/testdata/hello", info.Size()) {
		t.Error(found)
	}
	out, err := exec.Command(program).CombinedOutput()
	if want := "0 5 1 2\n0 5 2 1\n5 10 1 1\n"; err != nil || string(out) != want {
		t.Errorf("it prints %v\n%swant\n%s", err, out, want)
	}
}

func TestProgramSizeRuleCanFail(t *testing.T) {
	wantFindings(t, tooBig("a", maxProgram-1))
	wantFindings(t, tooBig("a", maxProgram), "a: a program with one window has 4000000 bytes")
}
