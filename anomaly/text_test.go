package anomaly

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestForestTellsWhatDiffersFromTheDefault(t *testing.T) {
	for _, c := range []struct {
		f    Forest
		want string
	}{
		{Forest{}, "Forest{}"},
		{Forest{Seed: 1}, "Forest{Seed:1}"},
		{Forest{Trees: 50, Sample: 1024, Shingle: 4}, "Forest{Trees:50 Sample:1024 Shingle:4}"},
		{Forest{Trees: -1}, "Forest{Trees:-1}"}, // a mistake is told too
		{Forest{Decay: -1, Gate: -1, Least: -1}, "Forest{Decay:-1 Gate:-1 Least:-1}"},
		{Forest{Decay: 1e-5}, "Forest{Decay:1e-05}"},
		{Forest{HalfLife: time.Hour}, "Forest{HalfLife:1h0m0s}"},
		{Forest{InitialAccept: 1, OutputAfter: 10}, "Forest{InitialAccept:1 OutputAfter:10}"},
		{Forest{Noise: Noise{Absolute: 0.5}, Missing: Impute}, "Forest{Noise:{Absolute:0.5 Relative:0} Missing:Impute}"},
		{Forest{Names: []string{"load", "power"}, Attribution: true}, "Forest{Names:[load power] Attribution:true}"},
		{Forest{Threshold: 0.02, Recent: 500, MaxKeys: 7, Least: 3}, "Forest{Threshold:0.02 Recent:500 MaxKeys:7 Least:3}"},
		// A field that is set to its default says nothing, of whatever that depends on.
		{Forest{Trees: 100, Sample: 256, Decay: 1. / 2560, Shingle: 1, InitialAccept: 0.125, OutputAfter: 256, Noise: Noise{Relative: 1e-6},
			Threshold: 0.001, Recent: 1000, Gate: 100, MaxKeys: 1000, Least: 2}, "Forest{}"},
		{Forest{Sample: 512, Decay: 1. / 5120, OutputAfter: 512}, "Forest{Sample:512}"},
		{Forest{Sample: 512, Decay: 1. / 2560, OutputAfter: 256}, "Forest{Sample:512 Decay:0.000390625 OutputAfter:256}"},
	} {
		if got := fmt.Sprint(c.f); got != c.want {
			t.Errorf("%#v: is %s, want %s", c.f, got, c.want)
		}
	}
	for _, c := range []struct {
		d    fmt.Stringer
		want string
	}{
		{Twin{}, "Twin{}"},
		{Twin{Forest: Forest{Trees: 50, Sample: 1024, Gate: 200, Least: 2.5, OutputAfter: 300}, Mean: 10}, "Twin{}"},
		{Twin{Forest: Forest{Trees: 100, Sample: 200, Seed: 3}, Mean: 5}, "Twin{Forest:{Trees:100 Sample:200 Seed:3} Mean:5}"},
		{Linear{}, "Linear{}"},
		{Linear{Lags: 8, Memory: 1000, OutputAfter: 100, Threshold: 0.01, Recent: 1000, Gate: 100, Least: 1.5, MaxKeys: 1000}, "Linear{}"},
		{Linear{Lags: 3, Gate: -1}, "Linear{Lags:3 Gate:-1}"},
		{Hotspots{Radius: 1.5}, "Hotspots{Radius:1.5}"},
		{Hotspots{Radius: 2, Records: 500, Least: 10, MaxKeys: 1000}, "Hotspots{Radius:2}"},
		{Hotspots{Radius: 2, Span: time.Hour, Records: 500}, "Hotspots{Records:500 Span:1h0m0s Radius:2}"},
	} {
		if got := c.d.String(); got != c.want {
			t.Errorf("%#v: is %s, want %s", c.d, got, c.want)
		}
	}
	if got := Missing(9).String(); got != "Missing(9)" {
		t.Errorf("Missing(9) is %s", got)
	}
}

// TestDetectorsTellEachField: none is left out, not even one that is added.
func TestDetectorsTellEachField(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	var set func(v reflect.Value)
	set = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Float64:
			v.SetFloat(0.2 + r.Float64()/2)
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Slice:
			v.Set(reflect.ValueOf([]string{"a"}))
		case reflect.Uint8:
			v.SetUint(1)
		case reflect.Uint64:
			v.SetUint(1 + r.Uint64N(9))
		case reflect.Struct:
			set(v.Field(r.IntN(v.NumField())))
		default:
			v.SetInt(2 + r.Int64N(6))
		}
	}
	for _, zero := range []fmt.Stringer{Forest{}, Linear{}, Hotspots{}, Twin{}} {
		of := reflect.TypeOf(zero)
		for _, field := range reflect.VisibleFields(of) {
			d := reflect.New(of).Elem()
			set(d.FieldByIndex(field.Index))
			got := d.Interface().(fmt.Stringer).String()
			told := strings.TrimSuffix(strings.TrimPrefix(got, of.Name()+"{"), "}")
			told = strings.TrimSuffix(strings.TrimPrefix(told, "Forest:{"), "}")
			if field.Name == "Forest" {
				if told == "" || strings.Contains(told, "Forest") {
					t.Errorf("%+v has the text %s", d, got)
				}
				continue
			}
			if !strings.HasPrefix(told, field.Name+":") || strings.Contains(strings.TrimPrefix(told, "Noise:{Absolute"), " ") != (field.Name == "Noise") {
				t.Errorf("%s is set, and the text is %s", field.Name, got)
			}
		}
	}
}
