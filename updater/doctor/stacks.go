package doctor

import (
	"errors"
	"fmt"
	"slices"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/session"
)

// osStacks judges WinINet and WinHTTP beside Go.
func osStacks(in Input, hosts []confirm.HostProof) Finding {
	if in.System.OS != windowsOS {
		return found(StacksNotHere, Fact{Key: "system", Value: notWindows})
	}
	if len(hosts) == 0 {
		return found(StacksNoTarget, Fact{Key: "host", Value: none})
	}
	var parts []Finding
	for _, h := range hosts {
		var facts []Fact
		for _, s := range h.Stacks {
			facts = append(facts, stackFacts(s)...)
		}
		f := found(judgeStacks(h), facts...).about(hostOf(h.URL))
		f.Stacks = concerned(f.Reason)
		parts = append(parts, f)
	}
	return merge(parts)
}

// judgeStacks words what updater/confirm reads in the proofs by the matrix of
// DOMAIN section 5. Who stands between is another check's finding.
func judgeStacks(h confirm.HostProof) Reason {
	asked := slices.ContainsFunc(h.Stacks, func(s confirm.StackProof) bool { return s.Stack != manifest.StackGo && s.OK != nil })
	if !asked {
		if slices.ContainsFunc(h.Stacks, func(s confirm.StackProof) bool { return errors.Is(s.Err, session.ErrNobody) }) {
			return StacksNobody
		}
		return StacksUnasked
	}
	h.Interceptor = ""
	switch h.Reading() {
	case confirm.ReasonSystemTLS:
		return StacksBoth
	case confirm.ReasonWinINet:
		return StacksWinINet
	case confirm.ReasonWinHTTP:
		return StacksWinHTTP
	case confirm.ReasonOneStack:
		return StacksOne
	case confirm.ReasonGoOnly:
		return StacksOnlyGo
	case confirm.ReasonNetwork:
		return StacksAllFail
	}
	return StacksAgree
}

func concerned(r Reason) []manifest.Stack {
	switch r {
	case StacksWinINet:
		return []manifest.Stack{manifest.StackWinINet}
	case StacksWinHTTP:
		return []manifest.Stack{manifest.StackWinHTTP}
	case StacksOnlyGo:
		return []manifest.Stack{manifest.StackGo}
	}
	return []manifest.Stack{manifest.StackWinINet, manifest.StackWinHTTP}
}

func stackFacts(s confirm.StackProof) []Fact {
	outcome := unseen
	if s.OK != nil {
		outcome = yesNo(*s.OK)
	}
	name := string(s.Stack)
	facts := []Fact{{Key: name, Value: outcome}}
	if s.TLS != "" {
		facts = append(facts, Fact{Key: name + " tls", Value: s.TLS + " " + s.Suite})
	}
	if s.Cause != "" {
		facts = append(facts, Fact{Key: name + " cause", Value: string(s.Cause)})
	}
	if s.Code != 0 {
		facts = append(facts, Fact{Key: name + " code", Value: fmt.Sprintf("%d (0x%X)", s.Code, s.Code)})
	}
	if s.User != "" {
		facts = append(facts, Fact{Key: name + " user", Value: string(s.User)})
	}
	if s.OnlyTLS12 != nil && s.OnlyTLS12.OK != nil {
		facts = append(facts, Fact{Key: name + " only TLS 1.2", Value: yesNo(*s.OnlyTLS12.OK)})
	}
	return facts
}
