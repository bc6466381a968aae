// Package systemproxy is what proxy = "auto" means where the environment names
// no proxy: on Windows what Internet Options say (WinINet's, the operator's), or
// for SYSTEM, which has no operator's profile, what "netsh winhttp" says
// (DOMAIN section 4). On other systems there is no such setting.
//
// WinINet's order is kept: a script that is found in the network (WPAD), the
// script that is named (PAC), the fixed proxy with its exceptions. A script that
// cannot be had or run is passed over, as WinINet does, and named in the log:
// a facility whose notebook is at home still reaches its host. What a script
// says is run by Windows itself, through WinHTTP; this program runs no script of
// anybody's.
//
// A proxy is only a way. It sees the name of the host, and nothing of what is
// said: TLS 1.2 and its certificate are checked through it, and what is
// installed is signed.
package systemproxy
