package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
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
	parts = append(parts, windowsProxy(in, seen, hosts)...)
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

// windowsProxy sets the proxy of WinINet and of WinHTTP beside koshin's own.
// What a script or the automatic detection comes to is not known here; that
// they cannot be used is what the stacks of Windows say.
func windowsProxy(in Input, used map[string]bool, hosts []confirm.HostProof) []Finding {
	s := in.System.Settings
	if s == nil {
		return nil
	}
	inet := found(ProxyNone, proxyFacts(s.WinINetProxy)...).about("WinINet")
	inet.Stacks = []manifest.Stack{manifest.StackWinINet}
	fixed := s.WinINetProxy.Script == "" && !s.WinINetProxy.Detect && s.WinINetProxy.Err == nil && !in.System.WrongUser
	if fixed && len(hosts) > 0 && !sameProxy(s.WinINetProxy.HTTPS(), used) {
		inet.Reason, inet.Verdict = ProxyDiffers, ProxyDiffers.Verdict()
	}
	parts := []Finding{inet}
	for i, p := range s.WinHTTPProxy {
		http := found(ProxyNone, proxyFacts(p)...).about(fmt.Sprintf("WinHTTP %d", i+1))
		http.Stacks = []manifest.Stack{manifest.StackWinHTTP}
		parts = append(parts, http)
	}
	for _, h := range hosts {
		for _, stack := range h.Stacks {
			if stack.Cause == confirm.CauseProxyScript {
				f := found(ProxyScript, Fact{Key: "cause", Value: string(stack.Cause)}).about(string(stack.Stack))
				f.Stacks = []manifest.Stack{stack.Stack}
				parts = append(parts, f)
			}
		}
	}
	return parts
}

// sameProxy compares host and port; no proxy is the same as none.
func sameProxy(windows string, used map[string]bool) bool {
	if windows == "" {
		return len(used) == 0
	}
	_, address, ok := strings.Cut(windows, "://")
	if !ok {
		address = windows
	}
	return used[strings.TrimSuffix(address, "/")]
}

func proxyFacts(p winsettings.Proxy) []Fact {
	facts := []Fact{
		{Key: "proxy_server", Value: orNone(p.Server)},
		{Key: "proxy_script", Value: orNone(p.Script)},
		{Key: "proxy_detect", Value: yesNo(p.Detect)},
	}
	if p.Bypass != "" {
		facts = append(facts, Fact{Key: "proxy_bypass", Value: p.Bypass})
	}
	for _, place := range p.From {
		facts = append(facts, Fact{Key: "read_from", Value: place.String()})
	}
	if p.Err != nil {
		facts = append(facts, Fact{Key: "error", Value: p.Err.Error()})
	}
	return facts
}
