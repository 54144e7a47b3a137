package script

import (
	"fmt"
	"strings"
	"testing"
)

// Block is one command of a script: its line, the lines under it and what it is
// expected to give. It is valid until the function that Run calls returns.
type Block struct {
	Line
	Body     []string // the lines between the command and ----
	Expected string   // each line ends in a newline

	lines    []*Line
	from, to int  // the lines of the file, from 0, that -rewrite replaces: from ---- on, the end excluded
	at       int  // the line, from 0, at which Expected begins
	open     bool // ---- is missing
}

const separator = "----"

// Lines returns the lines of the body as commands; blank lines and those that
// begin with # are left out.
func (b *Block) Lines() []*Line {
	b.tb.Helper()
	if b.lines != nil {
		return b.lines
	}
	for i, text := range b.Body {
		if s := strings.TrimSpace(text); s == "" || s[0] == '#' {
			continue
		}
		l, err := parseLine(b.tb, b.File, b.No+1+i, text)
		if err != nil {
			b.tb.Fatal(err)
		}
		b.lines = append(b.lines, l)
	}
	return b.lines
}

// unused is Unused for the command and for each line of the body of which an
// argument was read: a misspelt key is never passed over in silence.
func (b *Block) unused() error {
	for _, l := range append([]*Line{&b.Line}, b.lines...) {
		if l.read {
			if err := l.Unused(); err != nil {
				return err
			}
		}
	}
	return nil
}

// parse reads the lines of a file.
func parse(tb testing.TB, file string, lines []string) ([]*Block, error) {
	var blocks []*Block
	blank := func(i int) bool { return i >= len(lines) || strings.TrimSpace(lines[i]) == "" }
	for i := 0; i < len(lines); {
		if blank(i) || lines[i][0] == '#' {
			i++
			continue
		}
		if lines[i] == separator {
			return nil, fmt.Errorf("%s:%d: no command before %s", file, i+1, separator)
		}
		l, err := parseLine(tb, file, i+1, lines[i])
		if err != nil {
			return nil, err
		}
		b := &Block{Line: *l}
		for i++; !blank(i) && lines[i] != separator; i++ {
			b.Body = append(b.Body, lines[i])
		}
		b.from = i
		switch {
		case blank(i):
			b.open = true
			b.at = i
		case i+1 < len(lines) && lines[i+1] == separator: // a double frame
			b.at = i + 2
			for i = b.at; ; i++ {
				if i+1 >= len(lines) {
					return nil, fmt.Errorf("%s:%d: the double %s is not closed by another", file, b.from+1, separator)
				}
				if lines[i] == separator && lines[i+1] == separator {
					break
				}
			}
			b.Expected = join(lines[b.at:i])
			i += 2
		default:
			b.at = i + 1
			for i = b.at; !blank(i); i++ {
			}
			b.Expected = join(lines[b.at:i])
		}
		b.to = i
		blocks = append(blocks, b)
	}
	return blocks, nil
}

// frame returns the lines that stand for output in a file, from ---- on.
func frame(output string) ([]string, error) {
	lines := split(output)
	double := len(lines) > 0 && lines[0] == separator
	for i, s := range lines {
		double = double || strings.TrimSpace(s) == ""
		if s == separator && (i+1 == len(lines) || lines[i+1] == separator) {
			return nil, fmt.Errorf("what it gives ends in %[1]s, or has two lines of %[1]s: it cannot be framed", separator)
		}
	}
	if !double {
		return append([]string{separator}, lines...), nil
	}
	lines = append([]string{separator, separator}, lines...)
	return append(lines, separator, separator), nil
}

// split returns the lines of s without their newlines; the last may lack it.
func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

func join(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}
