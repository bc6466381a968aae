package doctor

import "slices"

// explainRoot notes of each failure which other failure explains it, and names
// the first that none does.
func explainRoot(findings []Finding) (root Check) {
	for i := range findings {
		findings[i].CausedBy = cause(findings[i], findings)
	}
	return RootCause(findings)
}

// RootCause is the first failure, in the order of the findings, that no other
// failure explains; "" where nothing failed.
func RootCause(findings []Finding) Check {
	for _, f := range findings {
		if f.Verdict == Fail && cause(f, findings) == "" {
			return f.Check
		}
	}
	return ""
}

// cause is the failure that explains f in the end: the first that explains it,
// or what explains that one.
func cause(f Finding, findings []Finding) Check {
	for _, other := range findings {
		if f.Verdict == Fail && other.Verdict == Fail && explains(other, f) {
			if first := cause(other, findings); first != "" {
				return first
			}
			return other.Check
		}
	}
	return ""
}

// explains says whether one failure brings the other about. What it says never
// goes in a circle: the wire explains the handshake, the handshake the stacks,
// and everything the client that cannot connect.
func explains(one, effect Finding) bool {
	switch effect.Check {
	case Network:
		return one.Check == Proxy
	case Root:
		return one.Check == Interception
	case TLS:
		return explainsTLS(one, effect.Reason)
	case OSStacks:
		return explainsStacks(one, effect.Reason)
	case Client:
		return effect.Reason == ClientCannotConnect && explainsClient(one.Check)
	}
	return false
}

func explainsTLS(one Finding, effect Reason) bool {
	switch one.Check {
	case Clock:
		return effect == TLSExpired || effect == TLSNotYetValid
	case Proxy, Network:
		return true
	case Interception:
		return effect == TLSUnknownRoot || effect == TLSHandshake || effect == TLSVersion
	case Root:
		return effect == TLSUnknownRoot
	}
	return false
}

func explainsStacks(one Finding, effect Reason) bool {
	switch one.Check {
	case SecureProtocols: // the tick is WinINet's
		return effect == StacksWinINet
	case Schannel: // Go brings its own TLS along
		return effect == StacksWinINet || effect == StacksWinHTTP || effect == StacksBoth
	case Clock, Proxy, Network, Interception, Root:
		return true
	case TLS: // the same host, the same failure
		return effect == StacksAllFail
	}
	return false
}

// explainsClient: the client goes the way of everybody.
func explainsClient(one Check) bool {
	return slices.Contains([]Check{Clock, SecureProtocols, Schannel, Proxy, Network, TLS, Interception, Root, OSStacks}, one)
}
