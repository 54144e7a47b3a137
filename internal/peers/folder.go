package peers

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// shared is where the cases lie, from the module's root.
const shared = "../shared/golden/cases"

// ErrNoFolder is returned by Folder where there are no cases.
var ErrNoFolder = errors.New("peers: no cases")

// Folder returns the folder of the cases: named, if it is not "", else the one
// beside the module. A relative name counts from the module's root, or from
// where the test runs.
func Folder(named string) (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	var tried []string
	for _, dir := range []string{filepath.Join(root, named), named} {
		if named == "" {
			dir = filepath.Join(root, filepath.FromSlash(shared))
		} else if filepath.IsAbs(named) {
			dir = named
		}
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return filepath.EvalSymlinks(dir)
		}
		tried = append(tried, dir)
	}
	return "", fmt.Errorf("%w: %s is no folder", ErrNoFolder, tried[0])
}

// moduleRoot walks up from the working directory to the folder with go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("peers: no go.mod in any folder above the test")
		}
		dir = up
	}
}

// Files returns the files in dir and below, by name. Those that tell about the
// others, and hidden ones, are left out.
func Files(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		name := filepath.Base(path)
		hidden := strings.HasPrefix(name, ".") && path != dir
		switch {
		case err != nil:
			return err
		case d.IsDir() && hidden:
			return fs.SkipDir
		case d.IsDir() || hidden || strings.HasPrefix(name, "README") || strings.HasPrefix(name, "LICENSE") || strings.HasPrefix(name, "NOTICE"):
			return nil
		}
		files = append(files, path)
		return nil
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("peers: %s: has no case", dir)
	}
	return files, err
}
