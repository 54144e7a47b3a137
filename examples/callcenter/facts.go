package main

import (
	"errors"

	"github.com/tidemark-go/tidemark/examples/internal/jsonline"
	"github.com/tidemark-go/tidemark/watermark"
)

// Call is what the rows need of a fact, and its text for the late file.
type Call struct {
	Org      int64
	Agent    jsonline.Opt[int64]
	Queued   bool // has a QueueId
	Handle   jsonline.Opt[float64]
	Wait     jsonline.Opt[float64]
	At       watermark.Time
	Original string
}

func (c Call) nanos() int64 { return int64(c.At) }
func (c Call) orgID() int64 { return c.Org }

// decodeCall makes a Call of a line, or says why it is none.
func decodeCall(line []byte, c *Call) error {
	var org, queue jsonline.Opt[int64]
	var at jsonline.Opt[watermark.Time]
	err := jsonline.Fields(line, func(name, v []byte) (err error) {
		switch string(name) {
		case "AgentId":
			c.Agent, err = jsonline.Integer(name, v)
		case "OrgID":
			org, err = jsonline.Integer(name, v)
		case "QueueId":
			queue, err = jsonline.Integer(name, v)
		case "HandleTime":
			c.Handle, err = jsonline.Number(name, v)
		case "WaitingTime":
			c.Wait, err = jsonline.Number(name, v)
		case "EventTime":
			at, err = jsonline.Instant(name, v)
		case "WorkMode", "WorkSkill", "ServiceLevel", "WorkSates":
			err = jsonline.IsText(name, v)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case !org.OK:
		return errors.New("OrgID is missing")
	case !at.OK:
		return errors.New("EventTime is missing")
	}
	c.Org, c.Queued, c.At, c.Original = org.V, queue.OK, at.V, string(line)
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
	var id jsonline.Opt[int64]
	at := jsonline.Opt[watermark.Time]{}
	err := jsonline.Fields(line, func(name, v []byte) (err error) {
		switch string(name) {
		case "OrgID":
			id, err = jsonline.Integer(name, v)
		case "OrgName":
			if err = jsonline.IsText(name, v); err == nil && !jsonline.Null(v) {
				o.Name = jsonline.Text(v)
			}
		case "update_time":
			at, err = jsonline.Instant(name, v)
		case "AgentId":
			_, err = jsonline.Integer(name, v)
		case "Region", "AgentName":
			err = jsonline.IsText(name, v)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case !id.OK:
		return errors.New("OrgID is missing")
	case o.Name == "":
		return errors.New("OrgName is missing or empty, which stands for an unknown organisation")
	}
	if !at.OK {
		at.V = loading
	}
	o.ID, o.From = id.V, at.V
	return nil
}
