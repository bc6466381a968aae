package systemproxy

import "github.com/koshin-updater/koshin/updater/doctor/winsettings"

// Choose reads the setting that holds for this process: of its user, or of the
// services where it belongs to no person. Where the policy ProxySettingsPerUser
// makes Internet Options those of the whole PC they hold for a service, too,
// unless WinHTTP was told something of its own.
func Choose(r winsettings.Registry, person bool) winsettings.Proxy {
	inet := winsettings.ReadWinINetProxy(r)
	if person {
		return inet
	}
	var http winsettings.Proxy
	if views := winsettings.ReadWinHTTPProxy(r); len(views) > 0 {
		http = views[0] // that of the system's own programs
	}
	if http.Direct() && inet.Asked.Hive == winsettings.Machine {
		return inet
	}
	return http
}
