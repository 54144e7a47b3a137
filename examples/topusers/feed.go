package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

const (
	users = 30
	hours = 60    // of the feed
	posts = 40000 // in it
)

// begin is when the feed begins.
var begin = time.Date(2026, 11, 18, 0, 0, 0, 0, time.UTC)

// madePosts gives two days and a half of posts as a stream of changes has them: up
// to eight minutes old, and in no order; some come again a while later, with
// another approximate time; some come hours later; some are broken. A few users
// post much more than the others, and not on all days the same. The same seed
// gives the same bytes.
func madePosts(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 0))
	type line struct {
		comes time.Duration
		text  string
	}
	var lines []line
	add := func(user int, tweet int64, at, old time.Duration) {
		text := fmt.Sprintf(`{"table_name":"tweets","user_id":"user%02d","tweet_id":%d,"approx_post_time":%q}`+"\n",
			user, tweet, begin.Add(at).Format(time.RFC3339))
		lines = append(lines, line{at + old, text})
		if r.IntN(2000) == 0 {
			lines = append(lines, line{at + old, madeBroken(r.IntN(6), text)})
		}
	}
	tweet := int64(1990000000000000000) // more than a float64 tells apart
	for hour := range hours {
		for range posts / hours {
			user := pick(seed, hour/24, r)
			tweet += 1 + int64(r.IntN(1000))
			at := time.Duration(hour)*time.Hour + time.Duration(r.IntN(3600))*time.Second
			old := time.Duration(r.IntN(480)) * time.Second
			if r.IntN(1000) == 0 { // a phone that was switched off
				old += time.Duration(1+r.IntN(30)) * time.Hour
			}
			add(user, tweet, at, old)
			if r.IntN(30) == 0 {
				add(user, tweet, at+time.Duration(r.IntN(20))*time.Second, old)
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

// pick picks a user: the n-th in the order of the day as often as 1/(n+3) says.
func pick(seed uint64, day int, r *rand.Rand) int {
	n := 0
	for u := r.IntN(weights); ; n++ {
		if u -= 27720 / (n + 3); u < 0 || n == users-1 {
			break
		}
	}
	// The order of one day is that of the one before with a few steps on.
	return 1 + (n*7+day*3+int(seed%users))%users
}

// weights is what the weights of all users add up to.
var weights = func() (sum int) {
	for n := range users {
		sum += 27720 / (n + 3)
	}
	return sum
}()

// madeBroken breaks a line, in one of several ways.
func madeBroken(way int, line string) string {
	switch way {
	case 0: // the connection broke
		return line[:len(line)/2] + "\n"
	case 1: // a float64 on the way
		return strings.Replace(line, `"tweet_id":1`, `"tweet_id":1.`, 1)
	case 2:
		return strings.Replace(line, `"user_id"`, `"userId"`, 1)
	case 3:
		return strings.Replace(line, `"approx_post_time"`, `"approx_post_time":null,"time"`, 1)
	case 4:
		return strings.Replace(line, `"approx_post_time":"2026-`, `"approx_post_time":"26-`, 1)
	}
	return "-- MARK --\n"
}
