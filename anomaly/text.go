package anomaly

import (
	"fmt"
	"strings"
)

// A detector as text has the fields that say something else than the default does,
// as a composite literal would: "Forest{Sample:1024 Seed:1}". A field that is set to
// its default is not told, so that two with the same settings have the same text.
// It is what tidemark.Pipeline.Explain shows of a stage.

// String implements fmt.Stringer, with the fields that differ from the default.
func (f Forest) String() string {
	usual := Forest{Sample: f.Sample, HalfLife: f.HalfLife}.withDefaults() // other defaults go by these two
	usual.Sample, usual.HalfLife = defaultSample, 0
	return "Forest{" + f.told(f.withDefaults(), usual) + "}"
}

// told gives those fields of f that differ between set and usual.
func (f Forest) told(set, usual Forest) string {
	var l literal
	l.field(set.Trees != usual.Trees, "Trees", f.Trees)
	l.field(set.Sample != usual.Sample, "Sample", f.Sample)
	l.field(set.Decay != usual.Decay, "Decay", f.Decay)
	l.field(set.HalfLife != usual.HalfLife, "HalfLife", f.HalfLife)
	l.field(set.Shingle != usual.Shingle, "Shingle", f.Shingle)
	l.field(set.Seed != usual.Seed, "Seed", f.Seed)
	l.field(set.InitialAccept != usual.InitialAccept, "InitialAccept", f.InitialAccept)
	l.field(set.OutputAfter != usual.OutputAfter, "OutputAfter", f.OutputAfter)
	l.field(set.Noise != usual.Noise, "Noise", f.Noise)
	l.field(set.Missing != usual.Missing, "Missing", f.Missing)
	l.field(len(set.Names) > 0, "Names", f.Names)
	l.field(set.Attribution, "Attribution", f.Attribution)
	l.field(set.Threshold != usual.Threshold, "Threshold", f.Threshold)
	l.field(set.Recent != usual.Recent, "Recent", f.Recent)
	l.field(set.Gate != usual.Gate, "Gate", f.Gate)
	l.field(set.Models() != usual.Models(), "MaxKeys", f.MaxKeys)
	l.field(set.Least != usual.Least, "Least", f.Least)
	return l.String()
}

// String implements fmt.Stringer, with the fields that differ from the default,
// which for some of Forest is another than by itself.
func (t Twin) String() string {
	f := t.Forest
	usual := Twin{Forest: Forest{Sample: f.Sample, HalfLife: f.HalfLife}}.withDefaults().Forest.withDefaults()
	usual.Sample, usual.HalfLife = defaultTwinSample, 0
	var l literal
	of := f.told(t.withDefaults().Forest.withDefaults(), usual)
	l.field(of != "", "Forest", "{"+of+"}")
	l.field(or(t.Mean, defaultTwinMean) != defaultTwinMean, "Mean", t.Mean)
	return "Twin{" + l.String() + "}"
}

// String implements fmt.Stringer, with the fields that differ from the default.
func (l Linear) String() string {
	set, usual := l.withDefaults(), Linear{}.withDefaults()
	var t literal
	t.field(set.Lags != usual.Lags, "Lags", l.Lags)
	t.field(set.Memory != usual.Memory, "Memory", l.Memory)
	t.field(set.OutputAfter != usual.OutputAfter, "OutputAfter", l.OutputAfter)
	t.field(len(set.Names) > 0, "Names", l.Names)
	t.field(set.Threshold != usual.Threshold, "Threshold", l.Threshold)
	t.field(set.Recent != usual.Recent, "Recent", l.Recent)
	t.field(set.Gate != usual.Gate, "Gate", l.Gate)
	t.field(set.Least != usual.Least, "Least", l.Least)
	t.field(set.Models() != usual.Models(), "MaxKeys", l.MaxKeys)
	return "Linear{" + t.String() + "}"
}

// String implements fmt.Stringer, with the fields that differ from the default.
func (h Hotspots) String() string {
	set, usual := h.withDefaults(), Hotspots{Span: h.Span}.withDefaults()
	var l literal
	l.field(set.Records != usual.Records, "Records", h.Records)
	l.field(h.Span != 0, "Span", h.Span)
	l.field(h.Radius != 0, "Radius", h.Radius)
	l.field(set.Least != usual.Least, "Least", h.Least)
	l.field(h.Every != 0, "Every", h.Every)
	l.field(h.Members, "Members", h.Members)
	l.field(set.Models() != usual.Models(), "MaxKeys", h.MaxKeys)
	return "Hotspots{" + l.String() + "}"
}

// literal is the fields of a composite literal.
type literal []string

func (l *literal) field(differs bool, name string, value any) {
	if differs {
		*l = append(*l, fmt.Sprintf("%s:%+v", name, value))
	}
}

func (l literal) String() string { return strings.Join(l, " ") }

// String gives the name.
func (m Missing) String() string {
	switch m {
	case Refuse:
		return "Refuse"
	case Previous:
		return "Previous"
	case Impute:
		return "Impute"
	}
	return fmt.Sprintf("Missing(%d)", uint8(m))
}
