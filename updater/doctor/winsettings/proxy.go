package winsettings

import (
	"net"
	"path"
	"slices"
	"strings"
)

// Proxy is how one stack was told to reach the outside. Names and passwords in
// an address are left out of it from the start.
type Proxy struct {
	Server   string   // "host:port" or "http=host:port;https=host:port"; "" for none
	Bypass   string   // the names that go directly, as Windows writes them
	Script   string   // address of a PAC file; "" for none
	Detect   bool     // WPAD: look for a PAC file in the network
	Asked    Place    // where the first of it would lie
	From     []Place  // where something was found
	Standing Standing // On: said so; ByDefault: nothing is set; Malformed, Unknown
	Err      error    // for Unknown and Malformed: what

	script func() string // the whole address; a function, so that no report prints it
}

// Direct says that no proxy of any kind is set.
func (p Proxy) Direct() bool { return p.Server == "" && p.Script == "" && !p.Detect }

// ScriptAddress is Script with its query and all, for whoever loads it. Not for
// logs and reports: some filters have a key in it.
func (p Proxy) ScriptAddress() string {
	if p.script == nil {
		return p.Script
	}
	return p.script()
}

// setScript keeps an address, and what may be shown of it.
func (p *Proxy) setScript(address string) {
	address = strings.TrimSpace(address)
	p.Script, p.script = hideURL(address), func() string { return address }
}

// HTTPS is the fixed proxy for https, as host:port or with a scheme; "" for
// none.
func (p Proxy) HTTPS() string {
	general := ""
	for part := range strings.SplitSeq(p.Server, ";") {
		name, address, isPair := strings.Cut(part, "=")
		switch {
		case !isPair && general == "":
			general = part // of several the first, as WinINet tries them
		case strings.EqualFold(name, "https"):
			return address
		}
	}
	return general
}

// For is the fixed proxy for an https host, as [Proxy.HTTPS] gives it; "" where
// the host is one of the exceptions. host may have a port.
func (p Proxy) For(host string) string {
	name := strings.ToLower(nameOf(host))
	if p.Loopback(name) || slices.ContainsFunc(p.exceptions(), func(pattern string) bool { return excepts(pattern, name) }) {
		return ""
	}
	return p.HTTPS()
}

// Loopback says that the host is this PC itself, to which WinINet goes directly
// unless the exceptions name <-loopback>.
func (p Proxy) Loopback(host string) bool {
	name := strings.ToLower(nameOf(host))
	ip := net.ParseIP(name)
	here := name == "localhost" || strings.HasSuffix(name, ".localhost") || ip != nil && ip.IsLoopback()
	return here && !slices.Contains(p.exceptions(), "<-loopback>")
}

func (p Proxy) exceptions() []string {
	return strings.FieldsFunc(strings.ToLower(p.Bypass), func(c rune) bool { return c == ';' || c == ' ' })
}

// excepts reads one exception as Windows writes it: a name with stars, with or
// without a scheme, or <local> for names without a dot.
func excepts(pattern, name string) bool {
	if pattern == "<local>" {
		return !strings.ContainsAny(name, ".:")
	}
	if _, rest, ok := strings.Cut(pattern, "://"); ok {
		pattern = rest
	}
	fits, err := path.Match(pattern, name)
	return err == nil && fits
}

func nameOf(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}

const connections = `\Connections`

// ReadWinINetProxy reads the proxy of Internet Options, of the user, or of the
// PC where the policy ProxySettingsPerUser = 0 says so. Automatic detection is
// in DefaultConnectionSettings alone, whose form [parseConnection] knows.
func ReadWinINetProxy(r Registry) Proxy {
	var p Proxy
	place := func(sub, name string) Place { return Place{User, Whole, internetSettings + sub, name} }
	perUser := Read(r, Place{Machine, Whole, internetPolicies, "ProxySettingsPerUser"})
	if n, found, _ := perUser.number(); found && n == 0 {
		p.From = append(p.From, perUser.Place)
		place = func(sub, name string) Place {
			return Place{Machine, r.Views()[0], internetSettings + sub, name}
		}
	}
	read := func(sub, name string) Reading {
		reading := Read(r, place(sub, name))
		p.note(reading)
		return reading
	}
	p.Asked = place("", "ProxyEnable")
	enable, server := read("", "ProxyEnable"), read("", "ProxyServer")
	bypass, script := read("", "ProxyOverride"), read("", "AutoConfigURL")
	if n, _, _ := enable.number(); n != 0 {
		p.Server, p.Bypass = hideUser(server.text()), bypass.text()
	}
	if address := script.text(); address != "" {
		p.setScript(address)
	}
	if blob := read(connections, "DefaultConnectionSettings"); blob.Found {
		p.merge(blob)
	}
	return p.judged()
}

// ReadWinHTTPProxy reads the proxy that "netsh winhttp set proxy" sets, in each
// view. There is no user in it: services use it.
func ReadWinHTTPProxy(r Registry) []Proxy {
	var all []Proxy
	for _, place := range software(r, `Microsoft\Windows\CurrentVersion\Internet Settings`+connections, "WinHttpSettings") {
		p := Proxy{Asked: place}
		reading := Read(r, place)
		p.note(reading)
		if reading.Found {
			p.merge(reading)
		}
		all = append(all, p.judged())
	}
	return all
}

func (p *Proxy) note(r Reading) {
	if r.Err != nil {
		p.Standing, p.Err = Unknown, r.Err
	}
	if r.Found {
		p.From = append(p.From, r.Place)
	}
}

// merge adds what the connection's own record says and the plain values do not.
func (p *Proxy) merge(blob Reading) {
	c, err := parseConnection(blob.Value)
	if err != nil {
		if p.Err == nil {
			p.Standing, p.Err = Malformed, &MalformedError{blob.Place, err}
		}
		return
	}
	p.Detect = c.flags&flagDetect != 0
	if p.Server == "" && c.flags&flagProxy != 0 {
		p.Server, p.Bypass = hideUser(c.proxy), c.bypass
	}
	if p.Script == "" && c.flags&flagScript != 0 {
		p.setScript(c.script)
	}
}

func (p Proxy) judged() Proxy {
	switch {
	case p.Standing != "":
	case p.Direct():
		p.Standing = ByDefault
	default:
		p.Standing = On
	}
	return p
}
