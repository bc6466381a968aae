package winsettings

import "strings"

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
}

// Direct says that no proxy of any kind is set.
func (p Proxy) Direct() bool { return p.Server == "" && p.Script == "" && !p.Detect }

// HTTPS is the fixed proxy for https, as host:port or with a scheme; "" for
// none.
func (p Proxy) HTTPS() string {
	general := ""
	for part := range strings.SplitSeq(p.Server, ";") {
		name, address, isPair := strings.Cut(part, "=")
		switch {
		case !isPair:
			general = part
		case strings.EqualFold(name, "https"):
			return address
		}
	}
	return general
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
	p.Script = hideURL(script.text())
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
		p.Script = hideURL(c.script)
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
