package main

import (
	"github.com/koshin-updater/koshin/updater/doctor/mend"
	"github.com/koshin-updater/koshin/updater/systemproxy"
	"github.com/koshin-updater/koshin/updater/transport"
)

// systemProxy is what proxy = "auto" follows where the environment has none: the
// Internet Options of the person who runs koshin, WinHTTP's setting where that is
// SYSTEM or a service. nil is directly, as on every other system.
func (a *app) systemProxy() transport.ProxyFunc {
	w := a.machine.windows
	if w == nil {
		return nil
	}
	who, err := w.myself()
	if err != nil {
		a.log.Warn("proxy of this user is not known", "error", err)
		return nil
	}
	return systemproxy.Follow(systemproxy.Choose(w.registry, mend.IsPerson(who.User)), w.proxyScript, a.log)
}
