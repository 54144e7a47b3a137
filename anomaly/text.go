package anomaly

import (
	"fmt"
	"strings"
)

// String gives the fields that say something else than the default does, as a
// composite literal would: "Forest{Sample:1024 Seed:1}". A field that is set to
// its default is not told, so that two forests with the same settings have the
// same text. It is what tidemark.Pipeline.Explain shows of a stage.
func (f Forest) String() string {
	usual := Forest{Sample: f.Sample, HalfLife: f.HalfLife}.withDefaults() // other defaults go by these two
	usual.Sample, usual.HalfLife, usual.MaxKeys = defaultSample, 0, DefaultMaxKeys
	set := f.withDefaults()
	set.MaxKeys = f.Models()
	var all []string
	tell := func(differs bool, field string, value any) {
		if differs {
			all = append(all, fmt.Sprintf("%s:%+v", field, value))
		}
	}
	tell(set.Trees != usual.Trees, "Trees", f.Trees)
	tell(set.Sample != usual.Sample, "Sample", f.Sample)
	tell(set.Decay != usual.Decay, "Decay", f.Decay)
	tell(set.HalfLife != usual.HalfLife, "HalfLife", f.HalfLife)
	tell(set.Shingle != usual.Shingle, "Shingle", f.Shingle)
	tell(set.Seed != usual.Seed, "Seed", f.Seed)
	tell(set.InitialAccept != usual.InitialAccept, "InitialAccept", f.InitialAccept)
	tell(set.OutputAfter != usual.OutputAfter, "OutputAfter", f.OutputAfter)
	tell(set.Noise != usual.Noise, "Noise", f.Noise)
	tell(set.Missing != usual.Missing, "Missing", f.Missing)
	tell(len(set.Names) > 0, "Names", f.Names)
	tell(set.Attribution, "Attribution", f.Attribution)
	tell(set.Threshold != usual.Threshold, "Threshold", f.Threshold)
	tell(set.Recent != usual.Recent, "Recent", f.Recent)
	tell(set.Gate != usual.Gate, "Gate", f.Gate)
	tell(set.MaxKeys != usual.MaxKeys, "MaxKeys", f.MaxKeys)
	tell(set.Least != usual.Least, "Least", f.Least)
	return "Forest{" + strings.Join(all, " ") + "}"
}

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
