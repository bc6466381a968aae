package confirm

import (
	"net/url"
	"slices"
	"strings"

	"github.com/koshin-updater/koshin/manifest"
)

// This file reads the proofs of one round: what the stacks say together, by the
// matrix of DOMAIN section 5. Go is the neutral probe.

// stack is the attempt of one stack, if there was one.
func (h HostProof) stack(name manifest.Stack) StackProof {
	for _, s := range h.Stacks {
		if s.Stack == name {
			return s
		}
	}
	return StackProof{Stack: name}
}

// reached says that a stack got its answer over TLS 1.2 with forward secrecy. A
// weak suite is a warning and never a pass, but the line is not down either.
func (s StackProof) reached() bool {
	return s.OK != nil && (*s.OK || s.Cause == CauseWeakSuite && strings.HasPrefix(s.Suite, "TLS_ECDHE_"))
}

// fails says that a stack was asked and did not get its answer; one that could
// not be asked does not fail.
func (s StackProof) fails() bool { return s.OK != nil && !s.reached() }

// speaksTLS12 says that the host went along with TLS 1.2 far enough to know
// that it does not break off every handshake.
func (s StackProof) speaksTLS12() bool {
	return s.Stage == StageRequest || s.Stage == StageAnswer || len(s.ChainSHA256) > 0 || s.Cause == CauseClientCertificate
}

// interceptor names who re-signs the traffic on the way: his root was put into
// this PC's store, or a proxy shows certificates of a root that nobody knows.
// "" where nobody is seen to. A root that only this PC's own store knows may
// also be a public one that browsers left out, so this is said as a possibility.
func (s StackProof) interceptor(proxy string) string {
	verified := s.Root != ""
	if s.LocalRoot && (verified || s.Cause == CauseUnknownRoot && proxy != "") {
		if s.issuer != "" {
			return s.issuer
		}
		return s.Issuer
	}
	return ""
}

// unmaskPortal finds the one stranger who answers for all hosts. That one host
// shows a wrong name is its own mistake; that all of them show the same
// certificate of somebody else is a network that wants a person to log in.
func unmaskPortal(hosts []HostProof) {
	names, shown := map[string]bool{}, map[string]bool{}
	for _, h := range hosts {
		s := h.stack(manifest.StackGo)
		u, err := url.Parse(h.URL)
		if err != nil || s.Cause != CauseWrongName || len(s.ChainSHA256) == 0 {
			return
		}
		names[u.Hostname()], shown[s.ChainSHA256[0]] = true, true
	}
	if len(names) < 2 || len(shown) != 1 {
		return
	}
	for i := range hosts {
		for j := range hosts[i].Stacks {
			if s := &hosts[i].Stacks[j]; s.Cause == CauseWrongName {
				s.Cause = CauseCaptivePortal
			}
		}
	}
}

// Reading is what the stacks say together about one host, by the matrix of
// DOMAIN section 5: one of the reasons that [State] can have as its Reading. ""
// is that nothing stands out.
func (h HostProof) Reading() Reason {
	probe, inet, winhttp := h.stack(manifest.StackGo), h.stack(manifest.StackWinINet), h.stack(manifest.StackWinHTTP)
	systemFails := inet.fails() || winhttp.fails()
	mistrusts := inet.Cause == CauseUnknownRoot || winhttp.Cause == CauseUnknownRoot
	switch {
	case h.Interceptor != "" && (!systemFails || mistrusts):
		return ReasonInterception // or it explains the disagreement
	case probe.reached() && inet.fails() && winhttp.fails():
		return ReasonSystemTLS
	case probe.reached() && inet.fails():
		return ReasonWinINet
	case probe.reached() && winhttp.fails():
		return ReasonWinHTTP
	case probe.reached() && !*probe.OK:
		return ReasonWeakSuite
	case probe.reached() && h.oldDoubt():
		return ReasonDoubt
	case probe.reached():
		return ""
	case (inet.reached() || winhttp.reached()) && systemFails:
		return ReasonOneStack
	case inet.reached() || winhttp.reached():
		return ReasonGoOnly
	}
	return ReasonNetwork
}

// oldDoubt says that a demanded refusal of old versions was not seen.
func (h HostProof) oldDoubt() bool {
	return h.RefuseOld && (h.OldTLSRefused == nil || !*h.OldTLSRefused)
}

// doubt says that something other than the neutral probe is missing or bad.
func (h HostProof) doubt() bool {
	probe := h.stack(manifest.StackGo)
	others := slices.ContainsFunc(h.Stacks, func(s StackProof) bool { return s.Stack != manifest.StackGo && s.fails() })
	return others || h.oldDoubt() || h.Interceptor != "" || probe.reached() && !*probe.OK
}

// weight orders the readings of several hosts: what people can do something
// about, and what explains the rest, comes first.
var weight = []Reason{
	ReasonInterception, ReasonSystemTLS, ReasonWinINet, ReasonWinHTTP, ReasonOneStack, ReasonGoOnly,
	ReasonWeakSuite, ReasonDoubt, ReasonNetwork,
}

func summarize(hosts []HostProof, client Client) State {
	s := State{Client: client, Probe: ProbeFailed}
	good := 0
	readings := map[Reason]bool{}
	for _, h := range hosts {
		if h.stack(manifest.StackGo).reached() {
			good++
		}
		s.Doubt = s.Doubt || h.doubt()
		readings[h.Reading()] = true
	}
	switch {
	case good > 0 && good == len(hosts):
		s.Probe = ProbeOK
	case good > 0:
		s.Probe = ProbePartly
	}
	if i := slices.IndexFunc(weight, func(r Reason) bool { return readings[r] }); i >= 0 {
		s.Reading = weight[i]
	}
	return s
}
