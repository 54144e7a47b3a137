package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// begin is when what is made up begins.
var begin = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// size is how much there is of what is made up.
type size struct{ perMinute, users, articles, segments int }

var (
	small = size{perMinute: 20_000, users: 400, articles: 60, segments: 4}        // of the feed of its own
	large = size{perMinute: 500_000, users: 100_000, articles: 1000, segments: 8} // of -generate
)

// minutes is how long the feed of its own is.
const minutes = 3

// maker makes actions as they come from many servers: up to eight seconds old, and
// in no order; some come twice, and count twice, as there is nothing to tell them
// from two; some come so late that their minute has gone; some are broken. One
// user in twenty is unknown. The same seed gives the same bytes.
type maker struct {
	size
	r    *rand.Rand
	left int // lines to make
	made int
	last []byte
}

func newMaker(s size, n int, seed uint64) *maker {
	return &maker{size: s, r: rand.New(rand.NewPCG(seed, 0)), left: n}
}

// append appends a line.
func (m *maker) append(b []byte) []byte {
	m.left--
	at := begin.Add(time.Duration(m.made) * time.Minute / time.Duration(m.perMinute))
	m.made++
	if m.r.IntN(200) == 0 && m.last != nil {
		return append(b, m.last...)
	}
	at = at.Add(-time.Duration(m.r.IntN(8000)) * time.Millisecond)
	if m.r.IntN(500) == 0 {
		at = at.Add(-time.Duration(20+m.r.IntN(100)) * time.Second)
	}
	user := m.r.IntN(m.users * 20 / 19)
	segment := m.segment(user)
	// Of two the lesser number, so that an article is read the more the earlier it
	// stands on the page, which each segment has in an order of its own.
	article := (min(m.r.IntN(m.articles), m.r.IntN(m.articles)) + segment*m.articles/m.segments) % m.articles
	action := "impression"
	if m.r.IntN(100) < 3+segment+article%7 {
		action = "click"
	}
	start := len(b)
	b = append(b, `{"USER_ID":"u`...)
	b = strconv.AppendInt(b, int64(user), 10)
	b = append(b, `","ARTICLE_ID":"a`...)
	b = strconv.AppendInt(b, int64(article), 10)
	b = append(append(append(b, `","ACTION":"`...), action...), `","TIME":"`...)
	b = at.AppendFormat(b, "2006-01-02T15:04:05.000Z")
	b = append(b, '"', '}', '\n')
	if m.r.IntN(1000) == 0 {
		return append(b[:start], broken(m.r.IntN(6), bytes.Clone(b[start:]))...)
	}
	m.last = append(m.last[:0], b[start:]...)
	return b
}

// segment is that of a user in the beginning.
func (s size) segment(user int) int { return user * 7 % s.segments }

// broken breaks a line, in one of several ways.
func broken(way int, line []byte) []byte {
	swap := func(old, by string) []byte { return bytes.Replace(line, []byte(old), []byte(by), 1) }
	switch way {
	case 0: // the connection broke
		return append(line[:len(line)/2], '\n')
	case 1:
		return swap(`"USER_ID"`, `"user"`)
	case 2:
		return swap(`"ACTION":"`, `"ACTION":"double `)
	case 3:
		return swap(`"TIME":"2026-`, `"TIME":"26-`)
	case 4:
		return swap(`"ARTICLE_ID":"a`, `"ARTICLE_ID":0.5,"was":"`)
	}
	return []byte("-- MARK --\n")
}

// madeActions gives the feed of its own.
func madeActions(seed uint64) []byte {
	var b []byte
	for m := newMaker(small, minutes*small.perMinute, seed); m.left > 0; {
		b = m.append(b)
	}
	return b
}

// madeUsers gives the users: their segments are integers, of one in ten the
// gender is not known, and one in twenty goes to another segment after 90 seconds.
func madeUsers(s size) []byte {
	var b bytes.Buffer
	for user := range s.users {
		gender := `"female"`
		switch {
		case user%10 == 9:
			gender = "null"
		case user%2 == 1:
			gender = `"male"`
		}
		fmt.Fprintf(&b, `{"USER_ID":"u%d","GENDER":%s,"SEGMENT_ID":%d}`+"\n", user, gender, 1+s.segment(user))
		if user%20 == 0 {
			fmt.Fprintf(&b, `{"USER_ID":"u%d","GENDER":%s,"SEGMENT_ID":%d,"TIME":%q}`+"\n",
				user, gender, 1+s.segment(user+1), begin.Add(90*time.Second).Format(time.RFC3339))
		}
	}
	return b.Bytes()
}

// makeFiles writes the files of -generate.
func (c config) makeFiles(ctx context.Context, stdout io.Writer) error {
	if err := os.MkdirAll(c.o, 0o777); err != nil {
		return fmt.Errorf("-o: %w", err)
	}
	if err := os.WriteFile(filepath.Join(c.o, "users.ndjson"), madeUsers(large), 0o666); err != nil {
		return fmt.Errorf("-o: %w", err)
	}
	f, err := os.Create(filepath.Join(c.o, "actions.ndjson"))
	if err != nil {
		return fmt.Errorf("-o: %w", err)
	}
	defer f.Close()
	m := newMaker(large, c.generate, c.seed)
	for buf := []byte(nil); m.left > 0 && ctx.Err() == nil; {
		for buf = buf[:0]; len(buf) < 1<<18 && m.left > 0; {
			buf = m.append(buf)
		}
		if _, err := f.Write(buf); err != nil {
			return fmt.Errorf("-o: %w", err)
		}
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("-o: %w", err)
	}
	_, err = fmt.Fprintf(stdout, "%d lines in %s, their users in %s\n", m.made, f.Name(), filepath.Join(c.o, "users.ndjson"))
	return err
}
