package main

import "github.com/tidemark-go/tidemark/watermark"

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
	o, err := parse(line)
	if err != nil {
		return err
	}
	if p.Game, err = o.integer("game"); err != nil {
		return err
	}
	if p.Player, err = o.text("player"); err != nil {
		return err
	}
	if p.X, err = o.coordinate("x"); err != nil {
		return err
	}
	if p.Y, err = o.coordinate("y"); err != nil {
		return err
	}
	p.At, err = o.instant("event_time")
	p.Original = string(line)
	return err
}
