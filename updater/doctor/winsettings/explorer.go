package winsettings

import (
	"strconv"
	"strings"
)

// InternetExplorer is which Internet Explorer, and so which WinINet, this is.
type InternetExplorer struct {
	Version string // such as 11.0.9600.18163; "" where none is found
	Major   int    // 0 where unknown
	From    Reading
}

// ReadInternetExplorer asks svcVersion, then svcUpdateVersion, then Version:
// the last alone says 9.x of every later one (DOMAIN).
func ReadInternetExplorer(r Registry) InternetExplorer {
	var ie InternetExplorer
	for _, name := range []string{"svcVersion", "svcUpdateVersion", "Version"} {
		reading := Read(r, software(r, `Microsoft\Internet Explorer`, name)[0])
		if ie.From.Place.Name == "" || ie.From.Err == nil {
			ie.From = reading
		}
		first, _, _ := strings.Cut(reading.text(), ".")
		if major, err := strconv.Atoi(first); err == nil && major > 0 {
			return InternetExplorer{Version: reading.text(), Major: major, From: reading}
		}
	}
	return ie
}

// EdgeMode is whether policy has Edge open sites in Internet Explorer mode,
// which uses WinINet and the ticks of Internet Options; Edge itself and Chrome
// have a TLS of their own (DOMAIN).
type EdgeMode struct {
	Level    Reading // InternetExplorerIntegrationLevel: 1 is IE mode
	SiteList Reading // which sites: the address of a list
	On       bool
}

// ReadEdgeMode reads the policies for the PC, then those for the user. A user
// may also open a page in that mode by hand, which leaves no trace here.
func ReadEdgeMode(r Registry) EdgeMode {
	var e EdgeMode
	for _, hive := range []Hive{Machine, User} {
		place := func(name string) Place { return Place{hive, Whole, `SOFTWARE\Policies\Microsoft\Edge`, name} }
		level, list := Read(r, place("InternetExplorerIntegrationLevel")), Read(r, place("InternetExplorerIntegrationSiteList"))
		if list.Found {
			list.Value = Text(hideURL(list.text()))
		}
		if hive == Machine || !e.Level.Found {
			e.Level = level
		}
		if hive == Machine || !e.SiteList.Found {
			e.SiteList = list
		}
	}
	n, _, _ := e.Level.number()
	e.On = n == 1
	return e
}
