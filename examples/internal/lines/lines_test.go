package lines

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/tidemark-go/tidemark/source"
)

func words(text string) *source.NDJSON[string] {
	return &source.NDJSON[string]{From: strings.NewReader(text), MaxLine: 8, Decode: func(line []byte, fact *string) error {
		if line[0] == '!' || line[0] == 0xff {
			return errors.New("is no word")
		}
		*fact = string(line)
		return nil
	}}
}

func TestEachLineIsAFactOrBad(t *testing.T) {
	const feed = "a\n!b\n\nc\n\xff\nmuch too long\n"
	for name, want := range map[string]string{
		"-facts": `{"line":2,"reason":"is no word","text":"!b"}` + "\n" + `{"line":5,"reason":"is no word","text":"\ufffd","base64":"/w=="}` + "\n" +
			`{"line":6,"reason":"is longer than 1 MiB, of which this is the beginning","text":"much too"}` + "\n",
		"-users": `{"line":2,"reason":"is no word","text":"!b","file":"users"}` + "\n" + `{"line":5,"reason":"is no word","text":"\ufffd","file":"users"}` + "\n" +
			`{"line":6,"reason":"is longer than 1 MiB, of which this is the beginning","text":"much too","file":"users"}` + "\n",
		"none": "",
	} {
		bad := BadFile{Path: filepath.Join(t.TempDir(), "bad"), Exact: name == "-facts"}
		if name == "none" {
			bad.Path = ""
		}
		var facts []string
		var n Count
		err := Read(t.Context(), name, words(feed), &n, &bad, func(batch ...string) error {
			facts = append(facts, batch...)
			return nil
		})
		if err := errors.Join(err, bad.Flush(t.Context()), bad.Close(t.Context())); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(facts, []string{"a", "c"}) || n != (Count{5, 3}) {
			t.Errorf("%s: facts %q, %+v", name, facts, n)
		}
		if got, _ := os.ReadFile(bad.Path); string(got) != want {
			t.Errorf("%s: bad lines are\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestAnErrorEndsRead(t *testing.T) {
	broken := errors.New("broken")
	none := func(...string) error { return nil }
	feed := words("")
	feed.From = io.MultiReader(bytes.NewReader([]byte("a\n")), iotest.ErrReader(broken))
	if err := Read(t.Context(), "-facts", feed, new(Count), new(BadFile), none); !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "-facts: source: ") {
		t.Errorf("in reading: %v", err)
	}
	if err := Read(t.Context(), "-facts", words("a\n"), new(Count), new(BadFile), func(...string) error { return broken }); err != broken {
		t.Errorf("in taking: %v", err)
	}
	for _, text := range []string{"a\n!\n", "!\n"} {
		if err := Read(t.Context(), "-facts", words(text), new(Count), &BadFile{Path: t.TempDir()}, none); err == nil || !strings.HasPrefix(err.Error(), "-bad: ") {
			t.Errorf("in writing: %v", err)
		}
	}
}
