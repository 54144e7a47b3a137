package main

import (
	"github.com/tidemark-go/tidemark/examples/internal/jsonline"
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

// userID is a string or an integer, whichever it was.
type userID = jsonline.ID

// decode makes a Post of a line, or says why it is none.
func decode(line []byte, p *Post) error {
	o, err := jsonline.Parse(line)
	if err != nil {
		return err
	}
	if o.Has("table_name") {
		if p.Table, err = o.Text("table_name"); err != nil {
			return err
		}
	}
	if p.User, err = o.ID("user_id"); err != nil {
		return err
	}
	if p.Tweet, err = o.Integer("tweet_id"); err != nil {
		return err
	}
	p.At, err = o.Instant("approx_post_time")
	p.Original = string(line)
	return err
}
