package main

import (
	"strconv"

	"github.com/tidemark-go/tidemark/examples/internal/jsonline"
	"github.com/tidemark-go/tidemark/watermark"
)

// Position is a fact: where a player is, with its text for the file of those that
// were not counted.
type Position struct {
	Game     int64
	Player   string
	X, Y     float64
	At       watermark.Time
	Original string
}

func (p Position) nanos() int64 { return int64(p.At) }
func (p Position) game() int64  { return p.Game }

// point appends the place to dst.
func (p Position) point(dst []float64) []float64 { return append(dst, p.X, p.Y) }

// decode makes a Position of a line, or says why it is none.
func decode(line []byte, p *Position) error {
	o, err := jsonline.Parse(line)
	if err != nil {
		return err
	}
	if p.Game, err = o.Integer("game"); err != nil {
		return err
	}
	if p.Player, err = o.Text("player"); err != nil {
		return err
	}
	if p.X, err = coordinate(o, "x"); err != nil {
		return err
	}
	if p.Y, err = coordinate(o, "y"); err != nil {
		return err
	}
	p.At, err = o.Instant("event_time")
	p.Original = string(line)
	return err
}

// farthest is how far from 0 a coordinate may lie: the field can be drawn then, and
// has an area.
const farthest = 1e9

// coordinate returns a number that must be there.
func coordinate(o jsonline.Object, name string) (v float64, err error) {
	if err := o.Need(name); err != nil {
		return 0, err
	}
	if v, err = strconv.ParseFloat(string(o[name]), 64); err != nil || v < -farthest || v > farthest {
		return 0, o.Wrong(name, "a number from -1e9 to 1e9")
	}
	return v, nil
}
