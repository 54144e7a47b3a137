package anomaly

// What the zero fields of Forest stand for.
const (
	defaultTrees         = 100
	defaultSample        = 256
	defaultDecay         = 10 // in samples: the decay per point is 1/(10*Sample)
	defaultInitialAccept = 0.125
	defaultNoise         = 1e-6 // of the magnitude of the values
	defaultThreshold     = 0.001
	defaultRecent        = 1000
	defaultGate          = 100
	defaultLeast         = 2
)

// withDefaults returns f with its zero fields filled in.
func (f Forest) withDefaults() Forest {
	f.Trees = or(f.Trees, defaultTrees)
	f.Sample = or(f.Sample, defaultSample)
	f.Shingle = or(f.Shingle, 1)
	f.OutputAfter = or(f.OutputAfter, f.Sample)
	f.InitialAccept = or(f.InitialAccept, defaultInitialAccept)
	f.Threshold = or(f.Threshold, defaultThreshold)
	f.Recent = or(f.Recent, defaultRecent)
	f.Gate = or(f.Gate, defaultGate)
	f.Least = or(f.Least, defaultLeast)
	if f.Decay == 0 && f.HalfLife == 0 {
		f.Decay = 1 / float64(defaultDecay*f.Sample)
	}
	if f.Noise == (Noise{}) {
		f.Noise.Relative = defaultNoise
	}
	return f
}

func or[T comparable](x, ifZero T) T {
	if x == *new(T) {
		return ifZero
	}
	return x
}
