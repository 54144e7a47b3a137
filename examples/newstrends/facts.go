package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/tidemark-go/tidemark/examples/internal/jsonline"
	"github.com/tidemark-go/tidemark/watermark"
)

// id is a string or an integer, whichever it was. The zero id is null.
type id = jsonline.ID

// Action is a fact: what a user did with an article.
type Action struct {
	User, Article id
	Click         bool // else an impression
	At            watermark.Time
}

func (a Action) nanos() int64 { return int64(a.At) }
func (a Action) user() id     { return a.User }

// MarshalJSON writes it as it is read.
func (a Action) MarshalJSON() ([]byte, error) {
	action := "impression"
	if a.Click {
		action = "click"
	}
	return json.Marshal(struct {
		User    id             `json:"USER_ID"`
		Article id             `json:"ARTICLE_ID"`
		Action  string         `json:"ACTION"`
		At      watermark.Time `json:"TIME"`
	}{a.User, a.Article, action, a.At})
}

// decodeAction makes an Action of a line, or says why it is none.
func decodeAction(line []byte, a *Action) error {
	var action string
	var at jsonline.Opt[watermark.Time]
	err := jsonline.Fields(line, func(name, v []byte) (err error) {
		switch string(name) {
		case "USER_ID":
			a.User, err = identity(name, v)
		case "ARTICLE_ID":
			a.Article, err = identity(name, v)
		case "ACTION":
			action, err = actionOf(name, v)
		case "TIME":
			at, err = jsonline.Instant(name, v)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case a.User == id{}:
		return errors.New("USER_ID is missing")
	case a.Article == id{}:
		return errors.New("ARTICLE_ID is missing")
	case action == "":
		return errors.New("ACTION is missing")
	case !at.OK:
		return errors.New("TIME is missing")
	}
	a.Click, a.At = action == "click", at.V
	return nil
}

// User is a version of what is known of a user.
type User struct {
	ID, Gender, Segment id
	From                watermark.Time
}

func (u User) nanos() int64 { return int64(u.From) }
func (u User) user() id     { return u.ID }

// loading is the time of a version that has none: before any fact can be.
const loading = watermark.Min + 1

// decodeUser makes a User of a line, or says why it is none.
func decodeUser(line []byte, u *User) error {
	at := jsonline.Opt[watermark.Time]{}
	err := jsonline.Fields(line, func(name, v []byte) (err error) {
		switch string(name) {
		case "USER_ID":
			u.ID, err = identity(name, v)
		case "GENDER":
			u.Gender, err = identity(name, v)
		case "SEGMENT_ID":
			u.Segment, err = identity(name, v)
		case "TIME":
			at, err = jsonline.Instant(name, v)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case u.ID == id{}:
		return errors.New("USER_ID is missing")
	}
	if u.From = at.V; !at.OK {
		u.From = loading
	}
	return nil
}

// identity reads an id; null is the zero one.
func identity(name, v []byte) (id, error) {
	const rule = "a string or an integer of 64 bits"
	switch {
	case jsonline.Null(v):
		return id{}, nil
	case v[0] != '"':
		if _, err := jsonline.Integer(name, v); err != nil {
			return id{}, jsonline.Wrong(name, v, rule)
		}
		return id{Text: string(v), Number: true}, nil
	case len(v) == 2:
		return id{}, fmt.Errorf("%s is empty", name)
	case !utf8.Valid(v): // of which a row could not tell
		return id{}, fmt.Errorf("%s is not UTF-8", name)
	}
	return id{Text: jsonline.Text(v)}, nil
}

// actionOf reads an action; null is "".
func actionOf(name, v []byte) (string, error) {
	if bytes.IndexByte(v, '\\') >= 0 && v[0] == '"' {
		v = []byte(`"` + jsonline.Text(v) + `"`)
	}
	switch string(v) {
	case `"impression"`:
		return "impression", nil
	case `"click"`:
		return "click", nil
	case "null":
		return "", nil
	}
	return "", jsonline.Wrong(name, v, `"impression" or "click"`)
}
