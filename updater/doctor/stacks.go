package doctor

import (
	"fmt"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
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

// judgeStacks is the matrix of DOMAIN section 5 as the doctor words it.
func judgeStacks(h confirm.HostProof) Reason {
	strict := isOK(goStack(h))
	inet, inetAsked := stack(h, manifest.StackWinINet)
	http, httpAsked := stack(h, manifest.StackWinHTTP)
	switch {
	case !inetAsked && !httpAsked:
		return StacksUnasked
	case !strict && !inet && !http:
		return StacksAllFail
	case !strict:
		return StacksOnlyGo
	case inetAsked && !inet && httpAsked && !http:
		return StacksBoth
	case inetAsked && !inet:
		return StacksWinINet
	case httpAsked && !http:
		return StacksWinHTTP
	}
	return StacksAgree
}

// stack says whether one of Windows' stacks connected, and whether it could be
// asked.
func stack(h confirm.HostProof, name manifest.Stack) (ok, asked bool) {
	for _, s := range h.Stacks {
		if s.Stack == name && s.OK != nil {
			return *s.OK, true
		}
	}
	return false, false
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
