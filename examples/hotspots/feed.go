package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// begin is when the feed begins, and lasting how long it is.
var begin = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

const lasting = 3 * time.Minute

// Coordinates of the feed are whole hundredths, so that every machine makes the same.
const (
	side  = 100_00 // of the field
	pace  = 6_00   // the farthest from one position to the next
	round = 3_00   // players that are drawn to a place go about this near it
)

// pull draws the players of a game to a place for a while.
type pull struct {
	game       int
	x, y       int
	from, upto time.Duration
}

// pulls are what makes regions. At the end there are one in game 7, and two in game 8.
var pulls = []pull{
	{7, 25_00, 70_00, 30 * time.Second, 80 * time.Second},
	{7, 70_00, 30_00, 110 * time.Second, lasting},
	{8, 70_00, 30_00, 10 * time.Second, 60 * time.Second},
	{8, 25_00, 70_00, 100 * time.Second, lasting},
	{8, 70_00, 30_00, 100 * time.Second, lasting},
}

// wanderer is a player, on the way to somewhere.
type wanderer struct {
	game, number int
	x, y         int
	toX, toY     int
}

// choose chooses where to go. Of several places each draws its share of players.
func (p *wanderer) choose(r *rand.Rand, at time.Duration) {
	p.toX, p.toY = r.IntN(side+1), r.IntN(side+1)
	var open []pull
	for _, u := range pulls {
		if u.game == p.game && u.from <= at && at < u.upto {
			open = append(open, u)
		}
	}
	if len(open) > 0 && r.IntN(5) > 0 {
		u := open[p.number%len(open)]
		p.toX, p.toY = u.x-round+r.IntN(2*round+1), u.y-round+r.IntN(2*round+1)
	}
}

// step goes on, and now and then elsewhere.
func (p *wanderer) step(r *rand.Rand, at time.Duration) {
	if r.IntN(8) == 0 || p.x == p.toX && p.y == p.toY {
		p.choose(r, at)
	}
	dx, dy := p.toX-p.x, p.toY-p.y
	far := max(dx, -dx, dy, -dy, pace)
	p.x, p.y = p.x+dx*pace/far, p.y+dy*pace/far
}

// madePositions gives three minutes of two games, of 20 players each, that tell
// where they are every two seconds, as it comes in: up to 1.5 seconds old, and in
// no order; some so late that others have been looked at; some broken. The same
// seed gives the same bytes.
func madePositions(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 0))
	type line struct {
		comes time.Duration
		text  string
	}
	var lines []line
	for n := range 40 {
		p := wanderer{game: 7 + n/20, number: n, x: r.IntN(side + 1), y: r.IntN(side + 1)}
		p.choose(r, 0)
		for at := time.Duration(r.IntN(2000)) * time.Millisecond; at < lasting; at += time.Duration(1900+r.IntN(200)) * time.Millisecond {
			p.step(r, at)
			comes := at + time.Duration(r.IntN(1500))*time.Millisecond
			if r.IntN(60) == 0 { // a player who was cut off for a while
				comes += time.Duration(2+r.IntN(30)) * time.Second
			}
			text := fmt.Sprintf(`{"game":%d,"player":"p%d","x":%d.%02d,"y":%d.%02d,"event_time":%q}`+"\n",
				p.game, p.number+1, p.x/100, p.x%100, p.y/100, p.y%100, begin.Add(at).Format("2006-01-02T15:04:05.000Z"))
			lines = append(lines, line{comes, text})
			if r.IntN(100) == 0 {
				lines = append(lines, line{comes, madeBroken(r.IntN(6), text)})
			}
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return int(a.comes - b.comes) })
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.text)
	}
	return b.String()
}

// madeBroken breaks a line, in one of several ways.
func madeBroken(way int, line string) string {
	switch way {
	case 0: // the connection broke
		return line[:len(line)/2] + "\n"
	case 1:
		return strings.Replace(line, `"x"`, `"X"`, 1)
	case 2:
		return strings.Replace(line, `"y":`, `"y":1e300,"was":`, 1)
	case 3:
		return strings.Replace(line, `"event_time":"2026-11-20T`, `"event_time":"20/Nov/2026:`, 1)
	case 4:
		return strings.Replace(line, `"game":`, `"game":null,"id":`, 1)
	}
	return "-- MARK --\n"
}
