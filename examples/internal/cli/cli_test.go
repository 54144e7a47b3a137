package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseTakesFlagsThatHaveValues(t *testing.T) {
	for _, c := range []struct {
		args, told, want string
		code             int
	}{
		{"-n 2 -out x", "", "", 0},
		{"-h", "Usage of made", "", 0},
		{"-m", "Usage of made", "", 2},
		{"-n x", "Usage of made", "", 2},
		{"-out=", "", "made: -out is empty: must have a value, or be left out\n", 2},
		{"more", "", "made: argument \"more\": there must be flags alone\n", 2},
	} {
		var told, said bytes.Buffer
		f := Flags("made", &told)
		f.Int("n", 1, "")
		f.String("out", "", "")
		code := End("made", Parse(f, strings.Fields(c.args)), &said)
		if code != c.code || said.String() != c.want || !strings.Contains(told.String(), c.told) || c.told == "" && told.Len() > 0 {
			t.Errorf("%s: ends with %d, says %q, told %q", c.args, code, said.String(), told.String())
		}
	}
}

func TestEndTellsEachReasonInOneLine(t *testing.T) {
	wrote := fmt.Errorf("stage rows: %w", Of("-out", errors.New("disk\nfull")))
	var said bytes.Buffer
	if code := End("made", errors.Join(wrote, io.ErrUnexpectedEOF), &said); code != 2 || said.String() != "made: -out: disk; full; unexpected EOF\n" {
		t.Errorf("ends with %d, says %q", code, said.String())
	}
	if Of("-out", nil) != nil || !errors.Is(Of("-out", io.EOF), io.EOF) {
		t.Error("Of hides the error, or makes one")
	}
}

func TestCheckRefusesFilesInEachOthersWay(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		read, out, bad, want string
	}{
		{"", "", "", ""},
		{"-", "b", "c", ""},
		{path, dir + "/./a", "", "-facts and -out are the same file: -out would overwrite the other"},
		{"none", "none", "", "-facts and -out are the same file: -out would overwrite the other"},
		{"", "x", "./x", "-out and -bad are the same file: -bad would overwrite the other"},
		{"", "", "-", "-bad is -: must be a file"},
		{"", os.DevNull, os.DevNull, ""},
	} {
		err := Check([]File{{Flag: "-facts", Path: c.read}}, []File{{Flag: "-out", Path: c.out}, {Flag: "-bad", Path: c.bad}}, "must be a file")
		if got := fmt.Sprint(err); got != c.want && (err != nil || c.want != "") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestReadableTellsOfEachFile(t *testing.T) {
	dir := t.TempDir()
	if err := Readable(File{Flag: "-facts", Path: "-"}, File{Flag: "-users"}, File{Flag: "-null", Path: os.DevNull}); err != nil {
		t.Error(err)
	}
	err := Readable(File{Flag: "-facts", Path: dir}, File{Flag: "-users", Path: dir + "/none"})
	if want := "-facts: " + dir + ": is a directory\n-users: open " + dir + "/none: no such file"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("says %v, want %s", err, want)
	}
	if pipe := dir + "/pipe"; exec.Command("mkfifo", pipe).Run() == nil {
		// To open it would wait for who writes to it, and take that away.
		if err := Readable(File{Flag: "-facts", Path: pipe}); err != nil || !Live(pipe) {
			t.Errorf("a pipe is not live, or: %v", err)
		}
	}
	if Live(dir+"/none") || !Live(os.DevNull) {
		t.Error("a file that is none is live, or a device is not")
	}
}
