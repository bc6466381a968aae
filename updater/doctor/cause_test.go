package doctor

import (
	"slices"
	"testing"
)

// examined is thirteen findings, all in order but these.
func examined(reasons ...Reason) []Finding {
	all := []Finding{}
	for _, check := range Checks() {
		f := Finding{Check: check, Verdict: OK}
		for _, r := range reasons {
			if r.Check() == check {
				f = found(r, Fact{Key: "x", Value: "y"})
			}
		}
		all = append(all, f)
	}
	return all
}

// The first failure that no other explains, row by row.
func TestRootCause(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		found []Reason
		root  Check
		by    map[Check]Check // what explains the others
	}{
		"all in order":                  {nil, "", nil},
		"warnings and unknowns":         {[]Reason{NotEnrolled, ClockUnseen, ClientMissing, NetworkNoTarget, TLSUnseen, StacksUnasked}, "", nil},
		"the name is not found":         {[]Reason{NetworkDNS, TLSFailed, ClientCannotConnect, StacksAllFail}, Network, map[Check]Check{TLS: Network, Client: Network, OSStacks: Network}},
		"the client alone":              {[]Reason{ClientCannotConnect}, Client, nil},
		"the client is too old":         {[]Reason{ClientNotReady}, Client, nil},
		"too old, and no network":       {[]Reason{ClientNotReady, NetworkDNS}, Client, nil},
		"the clock":                     {[]Reason{ClockWrong, TLSExpired, StacksAllFail, ClientCannotConnect}, Clock, map[Check]Check{TLS: Clock, OSStacks: Clock, Client: Clock}},
		"the clock, and a bad name":     {[]Reason{ClockWrong, TLSWrongName}, Clock, map[Check]Check{TLS: ""}},
		"expired, the clock is right":   {[]Reason{TLSExpired}, TLS, nil},
		"the tick":                      {[]Reason{TickOff, StacksWinINet}, SecureProtocols, map[Check]Check{OSStacks: SecureProtocols}},
		"the tick is not WinHTTP's":     {[]Reason{TickOff, StacksWinHTTP}, SecureProtocols, map[Check]Check{OSStacks: ""}},
		"schannel":                      {[]Reason{SchannelOff, StacksBoth, ClientCannotConnect}, Schannel, map[Check]Check{OSStacks: Schannel, Client: Schannel}},
		"schannel and the tick":         {[]Reason{SchannelOff, TickOff, StacksBoth}, SecureProtocols, map[Check]Check{OSStacks: Schannel}},
		"the proxy":                     {[]Reason{ProxyAuth, StacksAllFail, ClientCannotConnect}, Proxy, map[Check]Check{OSStacks: Proxy, Client: Proxy}},
		"the root":                      {[]Reason{TLSUnknownRoot, RootMissing, StacksBoth}, Root, map[Check]Check{TLS: Root, OSStacks: Root}},
		"two root stores":               {[]Reason{RootOurs, StacksBoth, ClientCannotConnect}, Root, map[Check]Check{OSStacks: Root, Client: Root}},
		"inspection":                    {[]Reason{TLSUnknownRoot, Intercepted, StacksAllFail}, Interception, map[Check]Check{TLS: Interception, OSStacks: Interception}},
		"inspection, and its root":      {[]Reason{TLSUnknownRoot, Intercepted, RootMissing}, Interception, map[Check]Check{TLS: Interception, Root: Interception}},
		"the root, and an old host":     {[]Reason{TLSVersion, RootMissing}, TLS, map[Check]Check{TLS: ""}},
		"only WinINet":                  {[]Reason{StacksWinINet, ClientCannotConnect}, OSStacks, map[Check]Check{Client: OSStacks}},
		"maintenance":                   {[]Reason{TLSStatus, StacksAllFail, ClientCannotConnect}, TLS, map[Check]Check{OSStacks: TLS, Client: TLS}},
		"a broken client explains none": {[]Reason{ClientBroken, TLSReset}, Client, map[Check]Check{TLS: ""}},
		"the configuration":             {[]Reason{ConfigUnusable}, Submission, nil},
	} {
		findings := examined(row.found...)
		slices.Reverse(row.found)
		if got := explainRoot(findings); got != row.root || RootCause(findings) != row.root {
			t.Errorf("%s: root cause %q, want %q", name, got, row.root)
		}
		for _, f := range findings {
			if want, ok := row.by[f.Check]; ok && f.CausedBy != want {
				t.Errorf("%s: %s is explained by %q, want %q", name, f.Check, f.CausedBy, want)
			}
		}
	}
}

// Explanations never go in a circle, so that whatever fails together has a root:
// a failure that nothing explains.
func TestNoCircles(t *testing.T) {
	t.Parallel()
	var fails []Finding
	for _, r := range allReasons() {
		if r.Verdict() == Fail {
			fails = append(fails, found(r))
		}
	}
	if len(fails) < 30 {
		t.Fatal(len(fails))
	}
	depth := map[Reason]int{} // of what explains it; it must settle
	for range fails {
		for _, one := range fails {
			for _, effect := range fails {
				if one.Check != effect.Check && explains(one, effect) {
					depth[effect.Reason] = max(depth[effect.Reason], depth[one.Reason]+1)
				}
			}
		}
	}
	for r, d := range depth {
		if d > len(Checks()) {
			t.Errorf("%s is in a circle", r)
		}
	}
	for _, a := range fails {
		for _, b := range fails {
			findings := examined(a.Reason, b.Reason)
			root := explainRoot(findings)
			i := slices.IndexFunc(findings, func(f Finding) bool { return f.Check == root })
			if root == "" || findings[i].Verdict != Fail || findings[i].CausedBy != "" {
				t.Fatalf("%s, %s: root cause %q", a.Reason, b.Reason, root)
			}
		}
	}
}
