package agg

// NPS is the net promoter score of answers to how likely somebody is to
// recommend something: the percentage of promoters less that of detractors. Its
// zero value is ready; it is four counts.
//
// The score is that of Reichheld, "The One Number You Need to Grow", Harvard
// Business Review 81, 2003.
type NPS struct{ promoters, passives, detractors, invalid int64 }

// Scale is what the numbers of an answer mean.
type Scale uint8

// The scales of answers.
const (
	ZeroToTen Scale = iota // 9 and 10 promoters, 7 and 8 passives, 0 to 6 detractors: the classic scale
	OneToFive              // 5 promoters, 4 passives, 1 to 3 detractors
)

// Add takes an answer from 0 to 10.
func (n *NPS) Add(answer int) { n.AddOn(ZeroToTen, answer) }

// AddOn takes an answer on a scale. One outside of it counts as invalid alone.
func (n *NPS) AddOn(scale Scale, answer int) {
	least, passive, promoter, most := scale.bounds()
	switch {
	case answer < least || answer > most:
		n.invalid++
	case answer >= promoter:
		n.promoters++
	case answer >= passive:
		n.passives++
	default:
		n.detractors++
	}
}

// bounds returns the least answer of all, of passives and of promoters, and the
// greatest. A scale that is none has no answers.
func (s Scale) bounds() (least, passive, promoter, most int) {
	switch s {
	case ZeroToTen:
		return 0, 7, 9, 10
	case OneToFive:
		return 1, 4, 5, 5
	}
	return 1, 1, 1, 0
}

// Merge adds the answers of o.
func (n *NPS) Merge(o *NPS) {
	n.promoters += o.promoters
	n.passives += o.passives
	n.detractors += o.detractors
	n.invalid += o.invalid
}

// Value returns the score, from -100 to 100, and 0 if there was no valid answer.
func (n *NPS) Value() float64 {
	if n.N() == 0 {
		return 0
	}
	return float64(100*(n.promoters-n.detractors)) / float64(n.N())
}

// N returns the number of valid answers.
func (n *NPS) N() int64 { return n.promoters + n.passives + n.detractors }

// Promoters returns the number of promoters.
func (n *NPS) Promoters() int64 { return n.promoters }

// Passives returns the number of passives.
func (n *NPS) Passives() int64 { return n.passives }

// Detractors returns the number of detractors.
func (n *NPS) Detractors() int64 { return n.detractors }

// Invalid returns the number of answers outside of their scale, which count
// nowhere else.
func (n *NPS) Invalid() int64 { return n.invalid }
