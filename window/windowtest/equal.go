package windowtest

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"unsafe"
)

const (
	relative = 1e-9
	absolute = 1e-12
)

// difference is where two values differ, and what they are there.
type difference struct{ path, x, y string }

func (d *difference) in(path string) *difference {
	if d != nil {
		d.path = path + d.path
	}
	return d
}

// compare returns a difference of two values of one type, nil if they are equal.
func compare(x, y reflect.Value) *difference {
	return (&walk{seen: map[pair]bool{}}).compare(addressable(x), addressable(y))
}

// walk compares values that can be addressed and used as if all were exported.
type walk struct {
	seen     map[pair]bool
	readings int // the walk is within
}

// deepest bounds readings of what readings returned, which need not have an end.
const deepest = 4

// pair is two pointers that were compared, or are being compared further out.
type pair struct {
	x, y unsafe.Pointer
	t    reflect.Type
}

// addressable returns v, or a copy of it if v has no address.
func addressable(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
	}
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	return c
}

func (w *walk) compare(x, y reflect.Value) *difference {
	t := x.Type()
	if equal, ok := method(x, "Equal"); ok {
		if arg, ok := equalArgument(equal.Type(), t); ok {
			if arg.Kind() == reflect.Pointer {
				y = y.Addr()
			}
			if equal.Call([]reflect.Value{y})[0].Bool() {
				return nil
			}
			return different(x, reflect.Indirect(y))
		}
	}
	exportedOnly := false
	if composite(t.Kind()) {
		for _, name := range readings(t) {
			exportedOnly = true
			if d := w.reading(x, y, name); d != nil {
				return d
			}
		}
		if exportedOnly && t.Kind() != reflect.Struct {
			return nil
		}
	}
	switch t.Kind() {
	case reflect.Float32, reflect.Float64:
		if !near(x.Float(), y.Float()) {
			return different(x, y)
		}
	case reflect.Complex64, reflect.Complex128:
		a, b := x.Complex(), y.Complex()
		if !near(real(a), real(b)) || !near(imag(a), imag(b)) {
			return different(x, y)
		}
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Name == "_" || exportedOnly && !f.IsExported() {
				continue
			}
			// A field's address gets around that it is unexported.
			if d := w.compare(addressable(x.Field(i)), addressable(y.Field(i))); d != nil {
				return d.in("." + f.Name)
			}
		}
	case reflect.Array, reflect.Slice:
		return w.compareElements(x, y)
	case reflect.Map:
		return w.compareMaps(x, y)
	case reflect.Pointer, reflect.Interface:
		return w.compareTargets(x, y)
	case reflect.Func, reflect.Chan:
		if x.IsNil() != y.IsNil() {
			return different(x, y)
		}
	default:
		if !x.Equal(y) {
			return different(x, y)
		}
	}
	return nil
}

func (w *walk) compareElements(x, y reflect.Value) *difference {
	for i := range min(x.Len(), y.Len()) {
		if d := w.compare(addressable(x.Index(i)), addressable(y.Index(i))); d != nil {
			return d.in(fmt.Sprintf("[%d]", i))
		}
	}
	if x.Len() != y.Len() {
		return different(x, y)
	}
	return nil
}

func (w *walk) compareMaps(x, y reflect.Value) *difference {
	if x.Len() != y.Len() {
		return different(x, y)
	}
	// order: any difference fails the test, whichever is found first.
	for it := x.MapRange(); it.Next(); {
		v := y.MapIndex(it.Key())
		if !v.IsValid() {
			if k := it.Key(); !k.Equal(k) {
				continue // a NaN, which no map finds again
			}
			return different(x, y)
		}
		if d := w.compare(addressable(it.Value()), addressable(v)); d != nil {
			return d.in(fmt.Sprintf("[%v]", it.Key()))
		}
	}
	return nil
}

func (w *walk) compareTargets(x, y reflect.Value) *difference {
	if x.IsNil() || y.IsNil() {
		if x.IsNil() != y.IsNil() {
			return different(x, y)
		}
		return nil
	}
	if x.Kind() == reflect.Pointer {
		p := pair{x.UnsafePointer(), y.UnsafePointer(), x.Type()}
		if w.seen[p] {
			return nil
		}
		w.seen[p] = true
	}
	x, y = x.Elem(), y.Elem()
	if x.Type() != y.Type() {
		return &difference{x: x.Type().String(), y: y.Type().String()}
	}
	return w.compare(addressable(x), addressable(y))
}

// reading compares what a reading returns.
func (w *walk) reading(x, y reflect.Value, name string) *difference {
	if w.readings == deepest {
		return nil
	}
	w.readings++
	defer func() { w.readings-- }()
	mx, _ := method(x, name)
	my, _ := method(y, name)
	xs, ys := mx.Call(nil), my.Call(nil)
	for i := range xs {
		path := "." + name + "()"
		if len(xs) > 1 {
			path = fmt.Sprintf("%s result %d", path, i+1)
		}
		if t := xs[i].Type(); t.Kind() == reflect.Func && !xs[i].IsNil() && !ys[i].IsNil() && (t.CanSeq() || t.CanSeq2()) {
			xs[i], ys[i] = collect(xs[i]), collect(ys[i])
		}
		if d := w.compare(addressable(xs[i]), addressable(ys[i])); d != nil {
			return d.in(path)
		}
	}
	return nil
}

// collect returns what an iterator gives as a slice of values, or of pairs.
func collect(seq reflect.Value) reflect.Value {
	if seq.Type().CanSeq() {
		all := reflect.MakeSlice(reflect.SliceOf(seq.Type().In(0).In(0)), 0, 0)
		for v := range seq.Seq() {
			all = reflect.Append(all, v)
		}
		return all
	}
	yield := seq.Type().In(0)
	pair := reflect.StructOf([]reflect.StructField{{Name: "Key", Type: yield.In(0)}, {Name: "Value", Type: yield.In(1)}})
	all := reflect.MakeSlice(reflect.SliceOf(pair), 0, 0)
	for k, v := range seq.Seq2() {
		p := reflect.New(pair).Elem()
		p.Field(0).Set(k)
		p.Field(1).Set(v)
		all = reflect.Append(all, p)
	}
	return all
}

// method returns a method of v or of its address.
func method(v reflect.Value, name string) (reflect.Value, bool) {
	m := v.Addr().MethodByName(name)
	return m, m.IsValid()
}

// equalArgument returns the parameter of Equal if that is t or *t.
func equalArgument(equal, t reflect.Type) (reflect.Type, bool) {
	if equal.NumIn() != 1 || equal.NumOut() != 1 || equal.Out(0).Kind() != reflect.Bool || equal.IsVariadic() {
		return nil, false
	}
	arg := equal.In(0)
	return arg, arg == t || arg == reflect.PointerTo(t)
}

// composite reports whether values of kind k have parts, which a type with
// methods may keep to itself.
func composite(k reflect.Kind) bool {
	switch k {
	case reflect.Struct, reflect.Array, reflect.Slice, reflect.Map, reflect.Func:
		return true
	}
	return false
}

// readings returns the methods that read a t.
func readings(t reflect.Type) (names []string) {
	p := reflect.PointerTo(t)
	for i := range p.NumMethod() {
		m := p.Method(i)
		if m.Type.NumIn() == 1 && m.Type.NumOut() > 0 && !representation(m.Name) && !returns(m.Type, t, p) {
			names = append(names, m.Name)
		}
	}
	return names
}

func representation(name string) bool {
	return slices.Contains([]string{"Bytes", "Clone", "String", "GoString", "Error"}, name) ||
		strings.HasPrefix(name, "Marshal") || strings.HasPrefix(name, "GobEncode")
}

func returns(f reflect.Type, types ...reflect.Type) bool {
	for i := range f.NumOut() {
		if slices.Contains(types, f.Out(i)) {
			return true
		}
	}
	return false
}

func near(x, y float64) bool {
	if x == y || x != x && y != y {
		return true
	}
	d := math.Abs(x - y)
	return d <= absolute || d <= relative*max(math.Abs(x), math.Abs(y)) && !math.IsInf(d, 0)
}

// different describes x and y as a whole.
func different(x, y reflect.Value) *difference { return &difference{x: show(x), y: show(y)} }

func show(v reflect.Value) string {
	const enough = 300
	s := fmt.Sprintf("%+v", v)
	if len(s) > enough {
		s = s[:enough] + "…"
	}
	return s
}
