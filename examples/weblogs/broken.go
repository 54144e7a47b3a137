package main

import "strings"

// madeBroken breaks a line, in one of several ways.
func madeBroken(way int, line string) string {
	swap := func(old, new string) string { return strings.Replace(line, old, new, 1) }
	switch way % 10 {
	case 0: // the disk was full
		return line[:len(line)/2] + "\n"
	case 1:
		return swap("/Nov/", "/Nvo/")
	case 2:
		return swap(" +0000]", " UTC]")
	case 3:
		return swap(`" 200 `, `" 2OO `)
	case 4:
		return swap(` 200 `, ` 200 1e`)
	case 5:
		return swap(` "Mozilla`, ` Mozilla`)
	case 6:
		return "[Fri Nov 20 10:00:00.000000 2026] [mpm_event:notice] AH00493: SIGUSR1 received. Doing graceful restart\n"
	case 7:
		return "10.0.0.256" + line[strings.IndexByte(line, ' '):]
	case 8: // two at once
		return line[:len(line)/3] + line
	}
	return "\x00\x00\x00\x00" + line[:len(line)/4] + "\n"
}
