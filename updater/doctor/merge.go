package doctor

import "slices"

// merge makes one finding of those about several products or hosts: the worst
// decides, and the first of equals. Where some could be looked at and others
// not, what was seen counts.
func merge(parts []Finding) Finding {
	whole := parts[0]
	var evidence []Fact
	var stacks = whole.Stacks
	for _, part := range parts {
		evidence = append(evidence, part.Evidence...)
		if weight(part.Verdict) > weight(whole.Verdict) {
			whole, stacks = part, part.Stacks
		}
	}
	whole.Evidence, whole.Stacks = evidence, stacks
	return whole
}

func weight(v Verdict) int { return slices.Index([]Verdict{Unknown, OK, Warn, Fail}, v) }

// about marks a finding and its facts as those of one product, host or stack.
func (f Finding) about(name string) Finding {
	f.About = name
	for i := range f.Evidence {
		if f.Evidence[i].Of == "" {
			f.Evidence[i].Of = name
		}
	}
	return f
}
