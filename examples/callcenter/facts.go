package main

import (
	"errors"

	"github.com/tidemark-go/tidemark/watermark"
)

// Call is what the rows need of a fact, and its text for the late file.
type Call struct {
	Org      int64
	Agent    opt[int64]
	Queued   bool // has a QueueId
	Handle   opt[float64]
	Wait     opt[float64]
	At       watermark.Time
	Original string
}

func (c Call) nanos() int64 { return int64(c.At) }
func (c Call) orgID() int64 { return c.Org }

// decodeCall makes a Call of a line, or says why it is none.
func decodeCall(line []byte, c *Call) error {
	var org, queue opt[int64]
	var at opt[watermark.Time]
	err := fields(line, func(name, v []byte) (err error) {
		switch string(name) {
		case "AgentId":
			c.Agent, err = integer(name, v)
		case "OrgID":
			org, err = integer(name, v)
		case "QueueId":
			queue, err = integer(name, v)
		case "HandleTime":
			c.Handle, err = number(name, v)
		case "WaitingTime":
			c.Wait, err = number(name, v)
		case "EventTime":
			at, err = instant(name, v)
		case "WorkMode", "WorkSkill", "ServiceLevel", "WorkSates":
			err = isText(name, v)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case !org.ok:
		return errors.New("OrgID is missing")
	case !at.ok:
		return errors.New("EventTime is missing")
	}
	c.Org, c.Queued, c.At, c.Original = org.v, queue.ok, at.v, string(line)
	return nil
}

// Org is a version of an organisation.
type Org struct {
	ID   int64
	Name string
	From watermark.Time
}

func (o Org) orgID() int64 { return o.ID }
func (o Org) nanos() int64 { return int64(o.From) }

// loading is the time of a version that has none: before any fact can be.
const loading = watermark.Min + 1

// decodeOrg makes an Org of a line, or says why it is none.
func decodeOrg(line []byte, o *Org) error {
	var id opt[int64]
	at := opt[watermark.Time]{}
	err := fields(line, func(name, v []byte) (err error) {
		switch string(name) {
		case "OrgID":
			id, err = integer(name, v)
		case "OrgName":
			if err = isText(name, v); err == nil && !null(v) {
				o.Name = text(v)
			}
		case "update_time":
			at, err = instant(name, v)
		case "AgentId":
			_, err = integer(name, v)
		case "Region", "AgentName":
			err = isText(name, v)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case !id.ok:
		return errors.New("OrgID is missing")
	case o.Name == "":
		return errors.New("OrgName is missing or empty, which stands for an unknown organisation")
	}
	if !at.ok {
		at.v = loading
	}
	o.ID, o.From = id.v, at.v
	return nil
}
