package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// File is a file that a flag names.
type File struct {
	Flag string
	Path string // "": the flag is not given
	What string // what is written to it
}

// Check refuses files that stand in each other's way: nothing that is read, or
// written before, may be overwritten. What is written may not go to standard
// output; rule says what must be instead.
func Check(read, written []File, rule string) error {
	before := read
	for _, a := range written {
		if a.Path == "-" {
			return fmt.Errorf("%s is -: %s", a.Flag, rule)
		}
		for _, b := range before {
			if a.Path != "" && same(a.Path, b.Path) {
				return fmt.Errorf("%s and %s are the same file: %s would overwrite the other", b.Flag, a.Flag, a.Flag)
			}
		}
		before = append(before[:len(before):len(before)], a)
	}
	return nil
}

// same reports whether two names are of one file.
func same(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return b != "" && filepath.Clean(a) == filepath.Clean(b)
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y) && x.Mode().IsRegular() // a device may take everything
}

// Readable tells early what is wrong with files that are to be read, so that
// nothing is overwritten for want of them. One without a path is none, and "-" is
// standard input.
func Readable(read ...File) error {
	var all []error
	for _, r := range read {
		if r.Path == "" || r.Path == "-" {
			continue
		}
		info, err := os.Stat(r.Path)
		switch {
		case err == nil && info.IsDir():
			err = fmt.Errorf("%s: is a directory", r.Path)
		case err != nil || info.Mode().IsRegular(): // a pipe would be emptied
			var f *os.File
			if f, err = os.Open(r.Path); err == nil {
				f.Close()
			}
		}
		all = append(all, Of(r.Flag, err))
	}
	return errors.Join(all...)
}

// Live reports whether a file that is readable may be one to which lines come
// while it is read: a pipe, or standard input that is no file.
func Live(path string) bool {
	info, err := os.Stdin.Stat()
	if path != "-" {
		info, err = os.Stat(path)
	}
	return err == nil && !info.Mode().IsRegular()
}
