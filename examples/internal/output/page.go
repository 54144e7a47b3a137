package output

import (
	"errors"
	"os"

	"github.com/tidemark-go/tidemark/examples/internal/cli"
)

// Page is a file that is written as a whole, at the end. It is opened at the
// beginning, so that nothing is read in vain, and keeps what it has until then.
// The zero value is one that nobody asks for.
type Page struct {
	flag string
	f    *os.File
}

// OpenPage opens the file that a flag names; path "" gives the zero value.
func OpenPage(flag, path string) (Page, error) {
	if path == "" {
		return Page{}, nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return Page{}, cli.Of(flag, err)
	}
	return Page{flag, f}, nil
}

// Asked reports whether there is a file.
func (p Page) Asked() bool { return p.f != nil }

// Write gives the file another content, and closes it.
func (p Page) Write(content string) error {
	if p.f == nil {
		return nil
	}
	var err error
	if info, _ := p.f.Stat(); info != nil && info.Mode().IsRegular() {
		err = p.f.Truncate(0)
	}
	if err == nil {
		_, err = p.f.WriteString(content)
	}
	return cli.Of(p.flag, errors.Join(err, p.f.Close()))
}
