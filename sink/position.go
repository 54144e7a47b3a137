package sink

import (
	"fmt"
	"strconv"
	"strings"
)

// A position of an NDJSON is text: "ndjson/1 lines 1234" or "ndjson/1 gzip
// 1234", with the size of the file in bytes.

func form(gzip bool) string {
	if gzip {
		return "gzip"
	}
	return "lines"
}

func formatPosition(gzip bool, size int64) []byte {
	return fmt.Appendf(nil, "ndjson/1 %s %d", form(gzip), size)
}

func parsePosition(b []byte, gzip bool) (size int64, err error) {
	bad := func(rule string) error {
		return fmt.Errorf("position %q: %s", show(string(b)), rule)
	}
	kind, rest, _ := strings.Cut(string(b), " ")
	if kind != "ndjson/1" {
		return 0, bad("not of this sink, must begin with ndjson/1")
	}
	have, digits, _ := strings.Cut(rest, " ")
	if have != form(gzip) {
		return 0, bad("the sink writes " + form(gzip) + ": Gzip must be as it was")
	}
	n, err := strconv.ParseUint(digits, 10, 63)
	if err != nil || strconv.FormatUint(n, 10) != digits {
		return 0, bad("no size")
	}
	return int64(n), nil
}
