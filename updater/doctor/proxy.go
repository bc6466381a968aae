package doctor

import (
	"slices"

	"github.com/koshin-updater/koshin/updater/confirm"
)

// proxy judges the proxy that koshin itself uses, and sets beside it what
// Windows would use: the client may go another way than koshin.
func proxy(in Input, ways []way, hosts []confirm.HostProof) Finding {
	evidence := []Fact{{Key: "setting", Value: orNone(in.Reach.Setting)}}
	evidence = append(evidence, in.Reach.Environment...)
	parts := []Finding{found(ProxyNone, evidence...)}
	seen := map[string]bool{}
	for _, w := range ways {
		switch {
		case w.setting != nil:
			parts = append(parts, found(ProxyUnreachable, Fact{Key: "error", Value: w.setting.Error()}).about(w.host))
		case w.proxy != "" && !seen[w.proxy]:
			seen[w.proxy] = true
			parts = append(parts, oneProxy(w, hosts).about(w.proxy))
		}
	}
	parts = append(parts, windowsProxies(in, ways, hosts)...)
	whole := merge(parts)
	if len(seen) > 0 && whole.Reason == ProxyNone {
		whole.Reason = ProxyWorks
	}
	return whole
}

// causes are why hosts were not reached through a proxy. silent says that it took
// a connection and did not answer: it is stuck, or waits for the host itself.
func causes(hosts []confirm.HostProof, proxy string) (all []confirm.Cause, silent bool) {
	for _, h := range hosts {
		if h.Proxy == proxy {
			strict := goStack(h)
			all = append(all, strict.Cause)
			silent = silent || strict.Cause == confirm.CauseTimeout && strict.Stage == confirm.StageProxy
		}
	}
	return all, silent
}

// oneProxy: a proxy that takes a connection may still refuse to go on.
func oneProxy(w way, hosts []confirm.HostProof) Finding {
	causes, silent := causes(hosts, w.proxy)
	facts := []Fact{{Key: "proxy", Value: w.proxy}}
	if w.dialed != "" {
		facts = append(facts, Fact{Key: "connected", Value: w.dialed}, Fact{Key: "connect_time", Value: seconds(w.dial)})
	}
	if w.err != nil {
		facts = append(facts, Fact{Key: "error", Value: w.err.Error()})
	}
	switch {
	case slices.Contains(causes, confirm.CauseProxyAuth):
		return found(ProxyAuth, facts...)
	case w.err != nil:
		return found(ProxyUnreachable, facts...)
	case slices.Contains(causes, confirm.CauseProxyRefused):
		return found(ProxyRefuses, facts...)
	case silent:
		return found(ProxySilent, facts...)
	case slices.Contains(causes, confirm.CauseProxyUnreachable):
		return found(ProxyUnreachable, facts...)
	}
	return found(ProxyWorks, facts...)
}
