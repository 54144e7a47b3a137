package main

import (
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/jsonline"
	"github.com/tidemark-go/tidemark/watermark"
)

// Contact is a record of a contact: a version of what is known of it. It has no
// time of its own.
type Contact struct {
	ID        string
	Phone     string
	Candidate bool // is to be asked
}

func (c Contact) id() string { return c.ID }

// nanos is before any answer can be: a record without a time holds always, and of
// two of one contact the later one.
func (c Contact) nanos() int64 { return int64(watermark.Min + 1) }

// decodeContact makes a Contact of a line, or says why it is none.
func decodeContact(line []byte, c *Contact) error {
	o, err := jsonline.Parse(line)
	if err != nil {
		return err
	}
	if c.ID, err = o.Text("ContactId"); err != nil {
		return err
	}
	endpoint, err := o.Object("CustomerEndpoint")
	if err != nil {
		return err
	}
	if c.Phone, err = endpoint.Text("Address"); err != nil {
		return fmt.Errorf("CustomerEndpoint: %w", err)
	}
	if !o.Has("Attributes") { // nobody said that it is to be asked
		return nil
	}
	attributes, err := o.Object("Attributes")
	if err != nil || !attributes.Has("SurveyCandidate") {
		return err
	}
	candidate, err := attributes.Text("SurveyCandidate")
	if err != nil {
		return fmt.Errorf("Attributes: %w", err)
	}
	c.Candidate = candidate == "True" // to the letter
	return nil
}

// Answer is a fact, with its text for the file of those that were not counted.
type Answer struct {
	Contact  string
	Phone    string
	Rating   int
	At       watermark.Time
	Original string
}

func (a Answer) nanos() int64    { return int64(a.At) }
func (a Answer) contact() string { return a.Contact }

// form is how Date is written.
const form = "2006-01-02 15:04:05"

// decodeAnswer makes an Answer of a line, or says why it is none. Its Date is by
// the clocks of the place. What they show twice is taken for one of the two times.
func (c config) decodeAnswer(line []byte, a *Answer) error {
	o, err := jsonline.Parse(line)
	if err != nil {
		return err
	}
	if a.Phone, err = o.Text("PhoneNumber"); err != nil {
		return err
	}
	if a.Contact, err = o.Text("ContactID"); err != nil {
		return err
	}
	date, err := o.Text("Date")
	if err != nil {
		return err
	}
	at, err := time.ParseInLocation(form, date, c.zone)
	if err != nil || at.Format(form) != date { // a date that there is not, or that these clocks left out
		return o.Wrong("Date", fmt.Sprintf(`a time like "2026-11-20 10:00:00" that the clocks of %v show`, c.zone))
	}
	ok := false
	if a.At, ok = watermark.Of(at); !ok {
		return o.Wrong("Date", "between the years 1678 and 2261")
	}
	rating, err := o.Text("NPS_Rating")
	if err != nil {
		return err
	}
	if len(rating) != 1 || rating < "1" || rating > "5" {
		return o.Wrong("NPS_Rating", `one of "1" to "5"`)
	}
	a.Rating, a.Original = int(rating[0]-'0'), string(line)
	return nil
}
