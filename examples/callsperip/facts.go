package main

import (
	"fmt"
	"net/netip"

	"github.com/tidemark-go/tidemark/examples/internal/jsonline"
	"github.com/tidemark-go/tidemark/watermark"
)

// Request is a fact, with its text for the file of those that were not counted.
type Request struct {
	Source   netip.Addr
	ID       string
	At       watermark.Time
	Original string
}

func (r Request) nanos() int64        { return int64(r.At) }
func (r Request) address() netip.Addr { return r.Source }
func (r Request) id() string          { return r.ID }

// decode makes a Request of a line, or says why it is none.
func decode(line []byte, r *Request) error {
	o, err := jsonline.Parse(line)
	if err != nil {
		return err
	}
	source, err := o.Text("source_ip_address")
	if err != nil {
		return err
	}
	a, err := netip.ParseAddr(source)
	if err != nil {
		return fmt.Errorf("source_ip_address is %.60q: must be an address", source)
	}
	r.Source = a.Unmap() // ::ffff:203.0.113.7 is 203.0.113.7, as a listener on both kinds sees it
	if r.ID, err = o.Text("request_id"); err != nil {
		return err
	}
	r.At, err = o.Instant("event_time")
	r.Original = string(line)
	return err
}
