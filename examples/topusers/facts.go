package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/tidemark-go/tidemark/watermark"
)

// Post is a fact, with its text for the file of those that were not counted.
type Post struct {
	Table    string
	User     userID
	Tweet    int64
	At       watermark.Time
	Original string
}

func (p Post) nanos() int64 { return int64(p.At) }
func (p Post) user() userID { return p.User }

// userID is a string or an integer, whichever it was: 17 and "17" are two users.
type userID struct {
	Text   string
	Number bool
}

// String gives it as the table shows it.
func (u userID) String() string { return u.Text }

// MarshalJSON gives it as it came.
func (u userID) MarshalJSON() ([]byte, error) {
	if u.Number {
		return []byte(u.Text), nil
	}
	return json.Marshal(u.Text)
}

// compare orders users: by their text, a string first.
func (u userID) compare(o userID) int {
	if c := cmp.Compare(u.Text, o.Text); c != 0 || u.Number == o.Number {
		return c
	}
	if o.Number {
		return -1
	}
	return 1
}

// decode makes a Post of a line, or says why it is none.
func decode(line []byte, p *Post) error {
	o, err := parse(line)
	if err != nil {
		return err
	}
	if o.has("table_name") {
		if p.Table, err = o.text("table_name"); err != nil {
			return err
		}
	}
	if p.User, err = o.user("user_id"); err != nil {
		return err
	}
	if p.Tweet, err = o.integer("tweet_id"); err != nil {
		return err
	}
	p.At, err = o.instant("approx_post_time")
	p.Original = string(line)
	return err
}

// user returns a user that must be there.
func (o object) user(name string) (userID, error) {
	if !o.has(name) {
		return userID{}, fmt.Errorf("%s is missing", name)
	}
	if o[name][0] == '"' {
		s, err := o.text(name)
		return userID{Text: s}, err
	}
	n, err := o.integer(name)
	if err != nil {
		return userID{}, o.wrong(name, "a string or an integer of 64 bits")
	}
	return userID{Text: strconv.FormatInt(n, 10), Number: true}, nil
}
