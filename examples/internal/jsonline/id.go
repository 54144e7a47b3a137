package jsonline

import (
	"cmp"
	"encoding/json"
	"strconv"
)

// ID is a string or an integer, whichever it was: 17 and "17" are two. The zero ID
// is null. It can be a key.
type ID struct {
	Text   string
	Number bool
}

// String gives it as a table shows it.
func (i ID) String() string {
	if i == (ID{}) {
		return "null"
	}
	return i.Text
}

// MarshalJSON gives it as it came.
func (i ID) MarshalJSON() ([]byte, error) {
	if i.Number || i == (ID{}) {
		return []byte(i.String()), nil
	}
	return json.Marshal(i.Text)
}

// UnmarshalJSON reads what MarshalJSON gives.
func (i *ID) UnmarshalJSON(v []byte) (err error) {
	*i = ID{}
	if !Null(v) {
		*i, err = Object{"the identifier": v}.ID("the identifier")
	}
	return err
}

// Compare orders by the text; of one text the string comes first.
func (i ID) Compare(o ID) int {
	if c := cmp.Compare(i.Text, o.Text); c != 0 || i.Number == o.Number {
		return c
	}
	if o.Number {
		return -1
	}
	return 1
}

// ID returns a string, not empty, or an integer that must be there.
func (o Object) ID(name string) (ID, error) {
	if err := o.Need(name); err != nil {
		return ID{}, err
	}
	if o[name][0] == '"' {
		s, err := o.Text(name)
		return ID{Text: s}, err
	}
	n, err := strconv.ParseInt(string(o[name]), 10, 64)
	if err != nil {
		return ID{}, o.Wrong(name, "a string or an integer of 64 bits")
	}
	return ID{strconv.FormatInt(n, 10), true}, nil
}
