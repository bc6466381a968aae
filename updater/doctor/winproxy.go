package doctor

import (
	"net/url"
	"strings"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

// windowsProxies sets beside koshin's own way what Windows was told: the client
// and Internet Explorer may go another one. What a script would say is not known
// here; that it cannot be used is what the stacks of Windows say.
func windowsProxies(in Input, ways []way, hosts []confirm.HostProof) []Finding {
	s := in.System.Settings
	if s == nil {
		return nil
	}
	inet := found(readable(s.WinINetProxy, ProxyNone), proxyFacts(s.WinINetProxy)...)
	switch {
	case in.System.WrongUser: // somebody else's Internet Options
		inet = found(ProxyUnseen, Fact{Key: "proxy_server", Value: unseen})
	case inet.Reason == ProxyNone && differs(s.WinINetProxy, ways):
		inet.Reason, inet.Verdict = ProxyDiffers, ProxyDiffers.Verdict()
	}
	inet.Stacks = []manifest.Stack{manifest.StackWinINet}
	parts := []Finding{inet.about("WinINet")}
	for _, p := range s.WinHTTPProxy {
		http := found(readable(p, ProxyNone), proxyFacts(p)...).about(named("WinHTTP", p.Asked))
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

// named tells the views apart.
func named(what string, p winsettings.Place) string {
	if p.View == winsettings.Whole {
		return what
	}
	return what + " " + string(p.View)
}

func readable(p winsettings.Proxy, otherwise Reason) Reason {
	if p.Standing == winsettings.Unknown || p.Standing == winsettings.Malformed {
		return ProxyUnseen
	}
	return otherwise
}

// differs says whether a fixed proxy of Windows is another one than koshin took,
// for any host. With a script, or where one is looked for, nobody can tell.
func differs(p winsettings.Proxy, ways []way) bool {
	if p.Script != "" || p.Detect {
		return false
	}
	for _, w := range ways {
		if w.setting == nil && !strings.EqualFold(proxyFor(p, w.host), w.proxy) {
			return true
		}
	}
	return false
}

// proxyFor is the fixed proxy that WinINet takes to a host (host:port), as
// host:port; "" for none.
func proxyFor(p winsettings.Proxy, host string) string {
	address := p.For(host)
	if address == "" {
		return ""
	}
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return hostPort(u)
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
