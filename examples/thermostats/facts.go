package main

import (
	"cmp"
	"encoding/json"
	"math"
	"strconv"

	"github.com/tidemark-go/tidemark/watermark"
)

// deviceID is a string or an integer, whichever it was: 17 and "17" are two devices.
type deviceID struct {
	Text   string
	Number bool
}

// String gives it as tables show it.
func (d deviceID) String() string { return d.Text }

// MarshalJSON gives it as it came.
func (d deviceID) MarshalJSON() ([]byte, error) {
	if d.Number {
		return []byte(d.Text), nil
	}
	return json.Marshal(d.Text)
}

// compare orders devices: by their text, a string first.
func (d deviceID) compare(o deviceID) int {
	if c := cmp.Compare(d.Text, o.Text); c != 0 || d.Number == o.Number {
		return c
	}
	if o.Number {
		return -1
	}
	return 1
}

// device returns a device that must be there.
func (o object) device(name string) (deviceID, error) {
	if o.has(name) && o[name][0] != '"' {
		n, err := strconv.ParseInt(string(o[name]), 10, 64)
		if err != nil {
			return deviceID{}, o.wrong(name, "a string or an integer of 64 bits")
		}
		return deviceID{strconv.FormatInt(n, 10), true}, nil
	}
	s, err := o.text(name)
	return deviceID{Text: s}, err
}

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
	o, err := parse(line)
	if err != nil {
		return err
	}
	if r.UUID, err = o.text("uuid"); err != nil {
		return err
	}
	if r.Device, err = o.device("deviceid"); err != nil {
		return err
	}
	if r.At, err = o.instant("devicets"); err != nil {
		return err
	}
	if r.Temp, err = o.number("temp"); err != nil {
		return err
	}
	if r.Temp < -460 || r.Temp > 1000 { // nothing is colder, and no house warmer
		return o.wrong("temp", "from -460 to 1000 °F")
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
	o, err := parse(line)
	if err != nil {
		return err
	}
	if s.Device, err = o.device("deviceid"); err != nil {
		return err
	}
	if s.Temp, err = o.number("settemp"); err != nil {
		return err
	}
	if s.Temp < 1 || s.Temp > 1000 { // of nothing there is no share
		return o.wrong("settemp", "from 1 to 1000 °F")
	}
	if s.From = beginning; o.has("update_time") {
		s.From, err = o.instant("update_time")
	}
	return err
}

// Row is a reading with what its device was set to at that time.
type Row struct {
	UUID   string         `json:"uuid"`
	Device deviceID       `json:"deviceid"`
	At     watermark.Time `json:"devicets"`
	Temp   float64        `json:"temp"`
	Set    float64        `json:"settemp"`
	Pct    float64        `json:"pct_inefficiency"` // |temp - settemp| / settemp
}

func newRow(r Reading, s Setting) Row {
	return Row{r.UUID, r.Device, r.At, r.Temp, s.Temp, math.Abs(r.Temp-s.Temp) / s.Temp}
}

// compare orders rows, the most inefficient first.
func (r *Row) compare(o *Row) int {
	return cmp.Or(cmp.Compare(o.Pct, r.Pct), cmp.Compare(r.At, o.At), cmp.Compare(r.UUID, o.UUID), r.Device.compare(o.Device))
}
