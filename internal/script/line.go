package script

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/tidemark-go/tidemark/watermark"
)

// Line is a name with arguments, and where it stands. The methods that read an
// argument take an optional default; without one the argument must be there.
// What is wrong with an argument ends the test.
type Line struct {
	File string
	No   int    // the first line of a file is 1
	Name string // the first word
	Text string // as written

	tb   testing.TB
	args []arg
	read bool // some argument was asked for
}

type arg struct {
	key, value string // key is empty for a word
	used       bool
}

// Fatalf ends the test with a message that names the place and the command.
func (l *Line) Fatalf(format string, args ...any) {
	l.tb.Helper()
	l.tb.Fatalf("%s:%d: %s: %s", l.File, l.No, l.Name, fmt.Sprintf(format, args...))
}

// Has reports whether key is given, as key=value or as a word.
func (l *Line) Has(key string) bool {
	l.read = true
	a := l.find(key)
	if a != nil {
		a.used = true
		return true
	}
	return l.hasWord(key)
}

// String returns the value of key.
func (l *Line) String(key string, def ...string) string {
	l.tb.Helper()
	return get(l, key, "a string", def, func(s string) (string, error) { return s, nil })
}

// Int returns the value of key, a whole number.
func (l *Line) Int(key string, def ...int) int {
	l.tb.Helper()
	return get(l, key, "a whole number", def, strconv.Atoi)
}

// Float returns the value of key, a number.
func (l *Line) Float(key string, def ...float64) float64 {
	l.tb.Helper()
	return get(l, key, "a number", def, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
}

// Duration returns the value of key in the form of time.ParseDuration.
func (l *Line) Duration(key string, def ...time.Duration) time.Duration {
	l.tb.Helper()
	return get(l, key, "a duration such as 1m30s", def, time.ParseDuration)
}

// Time returns the value of key in the form of ParseTime.
func (l *Line) Time(key string, def ...watermark.Time) watermark.Time {
	l.tb.Helper()
	return get(l, key, "a time such as 10:00:01", def, ParseTime)
}

// Bool returns the value of key, true or false; a word key alone is true.
func (l *Line) Bool(key string, def ...bool) bool {
	l.tb.Helper()
	if l.find(key) == nil && l.hasWord(key) {
		l.read = true
		return true
	}
	return get(l, key, "true or false", def, strconv.ParseBool)
}

// Words returns the arguments that are not key=value, in order.
func (l *Line) Words() []string {
	l.read = true
	var words []string
	for i := range l.args {
		if a := &l.args[i]; a.key == "" {
			a.used = true
			words = append(words, a.value)
		}
	}
	return words
}

// Word returns the i-th of the arguments that are not key=value, from 0.
func (l *Line) Word(i int) string {
	l.tb.Helper()
	l.read = true
	for j := range l.args {
		a := &l.args[j]
		if a.key != "" {
			continue
		}
		if i == 0 {
			a.used = true
			return a.value
		}
		i--
	}
	l.Fatalf("an argument is missing: %s", l.Text)
	return ""
}

// Unused returns an error that names the arguments nobody has asked for, and nil
// if there are none. Run calls it for each line of which any argument was read.
func (l *Line) Unused() error {
	var names []string
	for _, a := range l.args {
		switch {
		case a.used:
		case a.key == "":
			names = append(names, a.value)
		default:
			names = append(names, a.key+"="+a.value)
		}
	}
	if names == nil {
		return nil
	}
	return fmt.Errorf("%s:%d: %s: unknown: %s", l.File, l.No, l.Name, strings.Join(names, ", "))
}

func (l *Line) find(key string) *arg {
	for i := range l.args {
		if l.args[i].key == key && key != "" {
			return &l.args[i]
		}
	}
	return nil
}

func (l *Line) hasWord(word string) bool {
	found := false
	for i := range l.args {
		if a := &l.args[i]; a.key == "" && a.value == word {
			a.used, found = true, true
		}
	}
	return found
}

func get[V any](l *Line, key, what string, def []V, parse func(string) (V, error)) V {
	l.tb.Helper()
	l.read = true
	a := l.find(key)
	switch {
	case a == nil && len(def) > 0:
		return def[0]
	case a == nil:
		l.Fatalf("%s=… is missing", key)
	default:
		a.used = true
	}
	v, err := parse(a.value)
	if err != nil {
		l.Fatalf("%s=%s: must be %s: %v", key, a.value, what, err)
	}
	return v
}

// parseLine reads text as a name with arguments.
func parseLine(tb testing.TB, file string, no int, text string) (*Line, error) {
	l := &Line{File: file, No: no, Text: text, tb: tb}
	fail := func(format string, args ...any) (*Line, error) {
		return nil, fmt.Errorf("%s:%d: %s: %s", file, no, text, fmt.Sprintf(format, args...))
	}
	rest := strings.TrimSpace(text)
	for first := true; rest != ""; first = false {
		var a arg
		// A key ends at the first "=", unless a quote or a space comes before.
		if i := strings.IndexFunc(rest, func(r rune) bool { return r == '=' || r == '"' || r == '`' || unicode.IsSpace(r) }); i >= 0 && rest[i] == '=' && !first {
			if i == 0 {
				return fail("no key before =")
			}
			a.key, rest = rest[:i], rest[i+1:]
			if l.find(a.key) != nil {
				return fail("%s is given twice", a.key)
			}
		}
		if rest != "" && (rest[0] == '"' || rest[0] == '`') {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return fail("a quote is not closed, or no Go string: %s", rest)
			}
			a.value, _ = strconv.Unquote(quoted)
			rest = rest[len(quoted):]
			if r := strings.TrimLeftFunc(rest, unicode.IsSpace); r == rest && rest != "" {
				return fail("no space after a quoted value: %s", rest)
			}
		} else {
			end := strings.IndexFunc(rest, unicode.IsSpace)
			if end < 0 {
				end = len(rest)
			}
			a.value, rest = rest[:end], rest[end:]
		}
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		if first {
			l.Name = a.value
		} else {
			l.args = append(l.args, a)
		}
	}
	return l, nil
}
