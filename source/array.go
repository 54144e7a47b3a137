package source

import "fmt"

// element finds the end of one element of a JSON array, however its bytes are
// cut. It counts brackets and minds strings; the rest is left to the decoder,
// which gets the text.
type element struct {
	where   where
	depth   int
	text    bool // in a string
	escaped bool // behind a backslash
	before  int  // line ends between the last element and this one
	within  int  // line ends in this one
}

type where uint8

// The places in an array; from scalar on, in an element.
const (
	behind where = iota // an element
	first               // behind [
	comma               // behind a comma
	done                // behind ]
	scalar
	nested
)

// split looks at more bytes: the first lead of them stand before the element,
// which ends before end; end is -1 if it does not end here.
func (e *element) split(p []byte) (lead, end int, err error) {
	for ; e.where < scalar; lead++ {
		if lead == len(p) {
			return lead, -1, nil
		}
		switch b := p[lead]; {
		case b == ' ' || b == '\t' || b == '\r':
		case b == '\n':
			e.before++
		case e.where == behind && b == ',':
			e.where = comma
		case (e.where == behind || e.where == first) && b == ']':
			e.where = done
		case e.where == behind:
			return lead, -1, fmt.Errorf("%q behind an element of the array, must be , or ]", b)
		case e.where == done:
			return lead, -1, fmt.Errorf("%q behind the array, must be the end", b)
		case b == ',' || b == ']':
			return lead, -1, fmt.Errorf("%q in place of an element of the array", b)
		default:
			e.where = scalar
			if b == '{' || b == '[' || b == '"' {
				e.where = nested
			}
			return e.rest(p, lead)
		}
	}
	return e.rest(p, 0)
}

func (e *element) rest(p []byte, start int) (lead, end int, err error) {
	for i, b := range p[start:] {
		if b == '\n' {
			if e.where == scalar {
				return start, start + i, nil
			}
			e.within++
		}
		switch {
		case e.escaped:
			e.escaped = false
		case e.text:
			e.escaped = b == '\\'
			if b == '"' {
				e.text = false
				if e.depth == 0 {
					return start, start + i + 1, nil
				}
			}
		case e.where == scalar:
			if b == ',' || b == ']' || b == ' ' || b == '\t' || b == '\r' {
				return start, start + i, nil
			}
		case b == '"':
			e.text = true
		case b == '{' || b == '[':
			e.depth++
		case b == '}' || b == ']':
			if e.depth--; e.depth == 0 {
				return start, start + i + 1, nil
			}
		}
	}
	return start, -1, nil
}
