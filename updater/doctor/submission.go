package doctor

import "strings"

// submission says who sends the claims. Nothing else can be right or wrong
// about it; but without a configuration most checks have nothing to look at.
func submission(in Input) Finding {
	state := in.Setup.State
	if state == "" {
		state = NotEnrolled
	}
	evidence := []Fact{{Key: "submission", Value: strings.TrimPrefix(string(state), "submission-")}}
	if in.Setup.Detail != "" {
		evidence = append(evidence, Fact{Key: "detail", Value: in.Setup.Detail})
	}
	for _, p := range in.Products {
		evidence = append(evidence, Fact{Key: "product", Value: string(p.ID)})
	}
	return found(state, evidence...)
}
