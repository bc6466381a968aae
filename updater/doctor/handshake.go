package doctor

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// goStack is the strict proof of one host; without one it is not asked.
func goStack(h confirm.HostProof) confirm.StackProof {
	for _, s := range h.Stacks {
		if s.Stack == manifest.StackGo {
			return s
		}
	}
	return confirm.StackProof{Stack: manifest.StackGo, Cause: confirm.CauseUnavailable}
}

func goCause(h confirm.HostProof) confirm.Cause { return goStack(h).Cause }

// hostOf names a host as people do.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return hostPort(u)
}

// handshake judges the strict proofs. What did not come as far as a handshake
// belongs to the proxy and the network.
func handshake(ways []way, hosts []confirm.HostProof) Finding {
	if len(hosts) == 0 {
		return found(TLSUnseen, Fact{Key: "host", Value: none})
	}
	var parts []Finding
	for i, h := range hosts {
		f := found(judgeHandshake(h, ways[i].err == nil), handshakeFacts(h)...).about(hostOf(h.URL))
		f.Stacks = []manifest.Stack{manifest.StackGo}
		parts = append(parts, f)
	}
	return merge(parts)
}

// reasons of the handshake by the cause that the proof names.
var tlsReasons = map[confirm.Cause]Reason{
	"":                             TLSWorks,
	confirm.CauseTLSVersion:        TLSVersion,
	confirm.CauseHandshake:         TLSHandshake,
	confirm.CauseWeakSuite:         TLSWeakSuite,
	confirm.CauseClientCertificate: TLSClientCertificate,
	confirm.CauseExpired:           TLSExpired,
	confirm.CauseNotYetValid:       TLSNotYetValid,
	confirm.CauseWrongName:         TLSWrongName,
	confirm.CauseUnknownRoot:       TLSUnknownRoot,
	confirm.CauseRevoked:           TLSRevoked,
	confirm.CauseCertificate:       TLSCertificate,
	confirm.CauseHTTPStatus:        TLSStatus,
	confirm.CauseInsecureRedirect:  TLSRedirect,
	confirm.CauseCaptivePortal:     TLSPortal,
	confirm.CauseReset:             TLSReset,
	confirm.CauseTimeout:           TLSTimeout,

	confirm.CauseDNS:              TLSUnseen,
	confirm.CauseNoRoute:          TLSUnseen,
	confirm.CauseRefused:          TLSUnseen,
	confirm.CauseProxyScript:      TLSUnseen,
	confirm.CauseProxyUnreachable: TLSUnseen,
	confirm.CauseProxyAuth:        TLSUnseen,
	confirm.CauseProxyRefused:     TLSUnseen,
	confirm.CauseUnavailable:      TLSUnseen,
}

func judgeHandshake(h confirm.HostProof, reached bool) Reason {
	strict := goStack(h)
	switch strict.Cause {
	case confirm.CauseClock: // its time is right; ours makes it look over, or not begun
		if h.ClockSkew != nil && *h.ClockSkew < 0 {
			return TLSNotYetValid
		}
		return TLSExpired
	case confirm.CauseUnknownRoot:
		if incomplete(strict) {
			return TLSIncomplete
		}
	case confirm.CauseWeakSuite:
		if !strings.Contains(strict.Suite, "_ECDHE_") {
			return TLSOldSuites
		}
	case confirm.CauseTimeout, confirm.CauseReset:
		if !reached || strict.Stage == confirm.StageResolve || strict.Stage == confirm.StageConnect || strict.Stage == confirm.StageProxy {
			return TLSUnseen
		}
	}
	if reason, ok := tlsReasons[strict.Cause]; ok {
		return reason
	}
	return TLSFailed
}

func handshakeFacts(h confirm.HostProof) []Fact {
	s := goStack(h)
	facts := []Fact{{Key: "cause", Value: orNone(string(s.Cause))}}
	add := func(key, value string) {
		if value != "" {
			facts = append(facts, Fact{Key: key, Value: value})
		}
	}
	add("stage", string(s.Stage))
	add("tls", s.TLS)
	add("suite", s.Suite)
	add("curve", s.Curve)
	add("alpn", s.ALPN)
	if s.Status != 0 {
		add("status", fmt.Sprint(s.Status))
	}
	if s.Elapsed > 0 {
		add("elapsed", fmt.Sprintf("%.3f s", s.Elapsed))
	}
	for _, note := range s.Notes {
		add("note", string(note))
	}
	for _, old := range h.OldTLS {
		add(old.TLS, string(old.Outcome))
	}
	add("error", s.Error)
	return facts
}

// interception judges who signed what the hosts showed.
func interception(hosts []confirm.HostProof) Finding {
	return ofHosts(hosts, InterceptionUnseen, func(h confirm.HostProof, s confirm.StackProof) Finding {
		issuer := s.Issuer
		if h.Interceptor != "" {
			issuer = h.Interceptor
		}
		facts := []Fact{{Key: "issuer", Value: orNone(issuer)}, {Key: "local_root", Value: yesNo(s.LocalRoot)}}
		if h.Proxy != "" {
			facts = append(facts, Fact{Key: "proxy", Value: h.Proxy})
		}
		switch {
		case h.Interceptor != "" && s.Root == "":
			return found(Intercepted, facts...)
		case h.Interceptor != "":
			return found(InterceptedTrusted, facts...)
		case s.LocalRoot:
			return found(InterceptionMaybe, facts...)
		}
		return found(NotIntercepted, facts...)
	})
}

// root judges the root certificate. Where somebody signs anew it is his root
// that is missing, which nobody should mend.
func root(in Input, hosts []confirm.HostProof) Finding {
	return ofHosts(hosts, RootUnseen, func(h confirm.HostProof, s confirm.StackProof) Finding {
		facts := []Fact{
			{Key: "root", Value: orNone(s.Root)},
			{Key: "chain_sha256", Value: orNone(strings.Join(s.ChainSHA256, ", "))},
			{Key: "ca_file", Value: yesNo(in.Reach.CAFile != "")},
		}
		for _, note := range s.Notes {
			if note == confirm.NotePublicRoot {
				facts = append(facts, Fact{Key: "note", Value: string(note)})
			}
		}
		switch {
		case s.Cause == confirm.CauseUnknownRoot && h.Interceptor == "" && !incomplete(s):
			return found(RootMissing, facts...)
		case s.Root == "":
			return found(RootUnseen, facts...)
		case in.Reach.CAFile != "" && unknownToWindows(h):
			return found(RootOurs, facts...)
		}
		return found(RootPresent, facts...)
	})
}

// unknownToWindows says that a stack of Windows does not know the root that Go
// verified the host with.
func unknownToWindows(h confirm.HostProof) bool {
	for _, s := range h.Stacks {
		if s.Stack != manifest.StackGo && s.Cause == confirm.CauseUnknownRoot {
			return true
		}
	}
	return false
}

// incomplete says that the host left out the certificate of its issuer, so that
// nothing is known of the root.
func incomplete(s confirm.StackProof) bool {
	return slices.Contains(s.Notes, confirm.NoteIncompleteChain)
}

// ofHosts judges each host that showed a certificate.
func ofHosts(hosts []confirm.HostProof, otherwise Reason, judge func(confirm.HostProof, confirm.StackProof) Finding) Finding {
	parts := []Finding{}
	for _, h := range hosts {
		strict := goStack(h)
		f := found(otherwise, Fact{Key: "chain_sha256", Value: none})
		if len(strict.ChainSHA256) > 0 {
			f = judge(h, strict)
		}
		parts = append(parts, f.about(hostOf(h.URL)))
	}
	if len(parts) == 0 {
		return found(otherwise, Fact{Key: "host", Value: none})
	}
	return merge(parts)
}
