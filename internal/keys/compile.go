package keys

import (
	"fmt"
	"net/netip"
	"reflect"
	"time"
)

// kind is what a part is made of.
type kind uint8

const (
	kindBool kind = iota
	kindInt
	kindInt8
	kindInt16
	kindInt32
	kindInt64
	kindUint
	kindUint8
	kindUint16
	kindUint32
	kindUint64
	kindString // from here on no numbers
	kindAddr
	kindPrefix
	kindAddrPort
)

func (k kind) number() bool { return k < kindString }
func (k kind) signed() bool { return kindInt <= k && k <= kindInt64 }

// part is n values of one kind side by side: a field, or an array.
type part struct {
	kind kind
	n    int
	off  uintptr // of the first, in memory
	size uintptr // of one, in memory
	spot uint64  // of the first, in the words (words.go), in bytes
}

// maxSize bounds the work and memory of a plan; a longer key is a mistake.
const maxSize = 1 << 16

// compile makes the plan of t. If little is false, words are made of single
// numbers, as on a big-endian machine: slower, with the same result.
func compile(t reflect.Type, little bool) (plan, error) {
	if n, _ := extent(t); n > maxSize {
		return plan{}, fmt.Errorf("key type %s: takes %d bytes: must be at most %d", t, n, maxSize)
	}
	c := compiler{key: t}
	if err := c.walk(t, "", 0, 0); err != nil {
		return plan{}, err
	}
	p := plan{size: t.Size(), parts: c.parts, pointers: pointers(t)}
	p.steps = steps(c.parts, p.size, little)
	p.shape = shapeOf(p)
	return p, nil
}

type compiler struct {
	key   reflect.Type
	parts []part
}

// walk appends the parts of t, which lies at off in memory and at spot in the
// words.
func (c *compiler) walk(t reflect.Type, path string, off uintptr, spot uint64) error {
	if k, ok := kindOf(t); ok {
		c.parts = append(c.parts, part{k, 1, off, t.Size(), spot})
		return nil
	}
	if rule := refusal(t); rule != "" {
		if path == "" {
			return fmt.Errorf("key type %s: %s", c.key, rule)
		}
		return fmt.Errorf("key type %s: field %s is a %s: %s", c.key, path, t, rule)
	}
	if t.Kind() == reflect.Array {
		return c.array(t, path+"[i]", off, spot)
	}
	at := uint64(0)
	for i := range t.NumField() {
		f := t.Field(i)
		size, align := extent(f.Type)
		at = up(at, align)
		if f.Name != "_" { // == ignores it
			name := f.Name
			if path != "" {
				name = path + "." + name
			}
			if err := c.walk(f.Type, name, off+f.Offset, spot+at); err != nil {
				return err
			}
		}
		at += size
	}
	return nil
}

func (c *compiler) array(t reflect.Type, path string, off uintptr, spot uint64) error {
	e := t.Elem()
	if k, ok := kindOf(e); ok && t.Len() > 0 {
		c.parts = append(c.parts, part{k, t.Len(), off, e.Size(), spot})
		return nil
	}
	size, _ := extent(e)
	for i := range t.Len() {
		if err := c.walk(e, path, off+uintptr(i)*e.Size(), spot+uint64(i)*size); err != nil {
			return err
		}
		if size == 0 {
			break // nothing to compare in any element, and there may be 1<<40 of them
		}
	}
	return nil
}

// kindOf gives the kind of a part of type t, if it can be one.
func kindOf(t reflect.Type) (kind, bool) {
	switch t.Kind() {
	case reflect.Bool:
		return kindBool, true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return kindInt + kind(t.Kind()-reflect.Int), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return kindUint + kind(t.Kind()-reflect.Uint), true
	case reflect.String:
		return kindString, true
	}
	switch {
	case is[netip.Addr](t):
		return kindAddr, true
	case is[netip.Prefix](t):
		return kindPrefix, true
	case is[netip.AddrPort](t):
		return kindAddrPort, true
	}
	return 0, false
}

// is tells whether t is the struct type S or one declared as it is.
func is[S any](t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.ConvertibleTo(reflect.TypeFor[S]())
}

// refusal says why t cannot be part of a key and what can, or nothing if t is
// an array or a struct that can be looked into.
func refusal(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return "a NaN is not equal to itself, and 0 and -0 are equal: use an integer, such as a number of cents"
	case reflect.Pointer:
		return "a pointer is equal by address, which no other run knows: use the value it points to"
	case reflect.UnsafePointer, reflect.Uintptr:
		return "an address means nothing in another run: use what it stands for, or a uint64"
	case reflect.Chan:
		return "no other run knows the channel: use a name or a number"
	case reflect.Interface:
		return "it can hold what cannot be compared or written: use a concrete type"
	case reflect.Array:
		return ""
	case reflect.Struct:
		switch {
		case is[time.Time](t):
			return "equal instants can differ under ==, by zone or monotonic clock: use its UnixNano, an int64"
		case t.PkgPath() == "unique":
			return "a handle is equal by address, which no other run knows: use the value it stands for"
		}
		return ""
	}
	return "it cannot be compared" // not reached from Compile, whose K is comparable
}

// pointers tells whether the collector looks into t. Blank fields count.
func pointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Len() > 0 && pointers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if pointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	}
	return t.Kind() > reflect.Complex128
}
