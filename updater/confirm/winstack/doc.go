// Package winstack asks a host in the way that Windows' own programs do: through
// WinINet, which Internet Explorer and the older clients use, and through
// WinHTTP, which services and the newer ones use.
//
// Each has settings, a proxy and a root store that the Go stack of package
// confirm knows nothing of, so a host that Go reaches can be out of reach for
// the client, and the other way round (DOMAIN sections 2 and 5).
//
// # One attempt
//
// [Ask] makes one GET over a connection of its own: no redirect followed, no
// cookie, no credentials, no window, no cache, nothing of the body read. It
// reads back the HTTP status, the protocol and the suite that were really
// negotiated, the chain as this PC's root store built it, and where it failed
// the error's code, which means one thing in WinINet and another in WinHTTP.
// Whatever Windows does, it is back when its context ends.
//
// # Two ways to ask
//
// As a rule with the protocols that this PC allows the stack, as the client
// would; and with TLS 1.2 alone: a host that answers only then is kept away by a
// setting of this PC. WinINet has no documented way to offer one version, for a
// process or for a request: its versions are the ticks of Internet Options, for
// the whole user. So it cannot be asked in the second way.
//
// # Whose session
//
// WinINet does not work in a service, and proxy, ticks and root certificates
// are the user's own. So what is asked has to be asked as the operator: [Serve]
// is what a koshin of his does, and [Through] asks by way of it. Package session
// starts it.
//
// Where there is no WinINet or WinHTTP every attempt is unavailable, which is
// never a failure.
package winstack
