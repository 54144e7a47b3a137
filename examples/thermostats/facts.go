package main

import (
	"github.com/tidemark-go/tidemark/examples/internal/jsonline"
	"github.com/tidemark-go/tidemark/watermark"
)

// deviceID is a string or an integer, whichever it was.
type deviceID = jsonline.ID

// Reading is a fact, with its text for the file of those that were not counted.
type Reading struct {
	UUID     string
	Device   deviceID
	At       watermark.Time
	Temp     float64 // °F
	Original string
}

func (r Reading) nanos() int64     { return int64(r.At) }
func (r Reading) uuid() string     { return r.UUID }
func (r Reading) device() deviceID { return r.Device }

// decodeReading makes a Reading of a line, or says why it is none.
func decodeReading(line []byte, r *Reading) error {
	o, err := jsonline.Parse(line)
	if err != nil {
		return err
	}
	if r.UUID, err = o.Text("uuid"); err != nil {
		return err
	}
	if r.Device, err = o.ID("deviceid"); err != nil {
		return err
	}
	if r.At, err = o.Instant("devicets"); err != nil {
		return err
	}
	if r.Temp, err = o.Number("temp"); err != nil {
		return err
	}
	if r.Temp < -460 || r.Temp > 1000 { // nothing is colder, and no house warmer
		return o.Wrong("temp", "from -460 to 1000 °F")
	}
	r.Original = string(line)
	return nil
}

// Setting is a version of what a device is set to.
type Setting struct {
	Device deviceID
	Temp   float64 // °F
	From   watermark.Time
}

func (s Setting) device() deviceID { return s.Device }
func (s Setting) nanos() int64     { return int64(s.From) }

// beginning is the time of a setting that has none: before any reading can be.
const beginning = watermark.Min + 1

// decodeSetting makes a Setting of a line, or says why it is none.
func decodeSetting(line []byte, s *Setting) error {
	o, err := jsonline.Parse(line)
	if err != nil {
		return err
	}
	if s.Device, err = o.ID("deviceid"); err != nil {
		return err
	}
	if s.Temp, err = o.Number("settemp"); err != nil {
		return err
	}
	if s.Temp < 1 || s.Temp > 1000 { // of nothing there is no share
		return o.Wrong("settemp", "from 1 to 1000 °F")
	}
	if s.From = beginning; o.Has("update_time") {
		s.From, err = o.Instant("update_time")
	}
	return err
}
