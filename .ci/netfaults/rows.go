package main

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// rows are all the connections, from the PC's own plug outwards.
func rows() []row {
	return concat(lineRows(), proxyRows(), tlsRows(), certificateRows(), answerRows())
}

func concat[T any](lists ...[]T) []T {
	var all []T
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// put is the shortest way to set a stage: one host, whatever it is.
func put(host func(*stage) (string, error)) func(*stage) error {
	return func(s *stage) error {
		address, err := host(s)
		s.at(address)
		return err
	}
}

const (
	confirmed   = "confirmed"
	partial     = "partial"
	unreachable = "unreachable"
)

// lineRows: the line, the name, the port.
func lineRows() []row {
	return []row{
		{what: "nothing", by: "crypto/tls", quick: true, set: put((*stage).healthy), want: want{verdict: confirmed, also: refusesOld(true)}},
		{what: "nothing", by: "nginx", unable: func() string { return missing("nginx") },
			set:  put(func(s *stage) (string, error) { return s.nginxWith(leaf{}, "ssl_protocols TLSv1.2;") }),
			want: want{verdict: confirmed, also: refusesOld(true)}},
		{what: "nothing", by: "openssl", unable: func() string { return missing("openssl") },
			set:  put(func(s *stage) (string, error) { return s.opensslWith(leaf{}, []string{"-tls1_2"}, nil) }),
			want: want{verdict: confirmed, also: refusesOld(true)}},
		{what: "no network at all", by: "no network", unable: noNamespaces, quick: true, set: func(s *stage) error {
			s.inside.noNetwork = true
			return put((*stage).healthy)(s)
		}, want: want{verdict: unreachable, cause: "no-route", root: "network: network-no-route", exit: 8}},
		{what: "name does not exist", by: "name server", unable: noNameServer, quick: true, set: func(s *stage) error {
			s.at(receptionName)
			return s.nameServer(true)
		}, want: want{verdict: unreachable, cause: "dns", root: "network: network-dns", exit: 8}},
		{what: "name server is silent", by: "name server", unable: noNameServer, set: func(s *stage) error {
			s.at(receptionName)
			return s.nameServer(false)
		}, want: want{verdict: unreachable, cause: "dns", root: "network: network-dns", exit: 8}},
		{what: "host is down", by: "closed port", quick: true, set: put((*stage).closedPort), want: want{verdict: unreachable, cause: "refused", root: "network: network-refused", exit: 8, also: refusesNothing}},
		{what: "host is down, and the release host", by: "closed port", set: func(s *stage) error {
			s.offline = true
			return put((*stage).closedPort)(s)
		}, want: want{verdict: unreachable, cause: "refused", root: "network: network-refused", exit: 8}},
		{what: "firewall drops packets", by: "full queue", quick: true, set: put((*stage).dropsPackets), want: want{verdict: unreachable, cause: "timeout", root: "network: network-timeout", exit: 8, also: refusesNothing}},
		{what: "accepts and says nothing", by: "tcp", set: put((*stage).silent), want: want{verdict: unreachable, cause: "timeout", root: "tls: tls-timeout", exit: 8, also: refusesNothing}},
		{what: "reset in the handshake", by: "tcp", quick: true, set: put((*stage).resets), want: want{verdict: unreachable, cause: "reset", root: "tls: tls-reset", exit: 8, also: refusesNothing}},
		{what: "hangs up in the handshake", by: "tcp", set: put((*stage).hangsUp), want: want{verdict: unreachable, cause: "reset", root: "tls: tls-reset", exit: 8, also: refusesNothing}},
		{what: "handshake drips, 20 bytes a second", by: "tcp", set: put(func(s *stage) (string, error) {
			host, err := s.healthy()
			if err != nil {
				return "", err
			}
			return s.drips(host, 10, 500*time.Millisecond)
		}), want: want{verdict: unreachable, cause: "timeout", root: "tls: tls-timeout", exit: 8}},
		{what: "slow line, 2 kB a second", by: "tcp", set: put(func(s *stage) (string, error) {
			host, err := s.healthy()
			if err != nil {
				return "", err
			}
			return s.drips(host, 200, 100*time.Millisecond)
		}), want: want{verdict: confirmed}},
		{what: "one host of two is down", by: "closed port", set: func(s *stage) error {
			return first(put((*stage).healthy)(s), put((*stage).closedPort)(s))
		}, want: want{verdict: partial, cause: "refused", root: "network: network-refused", exit: 8}},
	}
}

// proxyRows: what stands between the PC and the world.
func proxyRows() []row {
	return []row{
		{what: "nothing, through a proxy", by: "proxy", quick: true, set: through((*stage).connects), want: want{verdict: confirmed, also: seenProxy}},
		{what: "proxy asks for a password", by: "proxy", quick: true, set: through(func(s *stage, _ string) (string, error) {
			return s.answers(http.StatusProxyAuthRequired, map[string]string{"Proxy-Authenticate": `Basic realm="netfaults"`}, "")
		}), want: want{verdict: unreachable, cause: "proxy-auth", root: "proxy: proxy-auth", exit: 8, also: refusesNothing}},
		{what: "proxy is down", by: "closed port", quick: true, set: through(func(s *stage, _ string) (string, error) { return s.closedPort() }),
			want: want{verdict: unreachable, cause: "proxy-unreachable", root: "proxy: proxy-unreachable", exit: 8}},
		{what: "proxy forbids the host", by: "proxy", set: through(func(s *stage, _ string) (string, error) { return s.answers(http.StatusForbidden, nil, "") }),
			want: want{verdict: unreachable, cause: "proxy-refused", root: "proxy: proxy-refuses", exit: 8}},
		{what: "proxy cannot reach the host", by: "proxy", set: through(func(s *stage, _ string) (string, error) { return s.answers(http.StatusBadGateway, nil, "") }),
			want: want{verdict: unreachable, cause: "proxy-refused", root: "proxy: proxy-refuses", exit: 8}},
		{what: "proxy is silent", by: "tcp", set: through(func(s *stage, _ string) (string, error) { return s.silent() }),
			want: want{verdict: unreachable, cause: "timeout", root: "proxy: proxy-silent", exit: 8}},
		{what: "proxy sends to a page to sign in", by: "proxy", set: through(func(s *stage, _ string) (string, error) {
			return s.answers(http.StatusFound, map[string]string{"Location": "http://portal.test/login"}, "")
		}), want: want{verdict: unreachable, cause: "captive-portal", root: "tls: tls-captive-portal", exit: 8}},
		{what: "proxy re-signs, unknown authority", by: "proxy", quick: true, set: func(s *stage) error {
			_, err := s.inspected()
			return err
		}, want: want{verdict: unreachable, cause: "unknown-root", root: "interception: interception-blocks", exit: 8, also: intercepted}},
		{what: "proxy re-signs, authority trusted by this PC", by: "proxy", quick: true, set: func(s *stage) error {
			by, err := s.inspected()
			if err != nil {
				return err
			}
			return s.trusting(by)
		}, want: want{verdict: partial, exit: 8, also: intercepted}},
		{what: "koshin.toml names a proxy that is down", by: "closed port", set: func(s *stage) error {
			proxy, err := s.closedPort()
			s.proxy = "http://" + proxy
			return first(err, put((*stage).healthy)(s))
		}, want: want{verdict: partial, cause: "proxy-unreachable", root: "proxy: proxy-unreachable", exit: 8}},
	}
}

// through puts a proxy before a healthy host.
func through(proxy func(s *stage, host string) (string, error)) func(*stage) error {
	return func(s *stage) error {
		host, err := s.healthy()
		if err != nil {
			return err
		}
		address, err := proxy(s, host)
		s.behind(address)
		return err
	}
}

// tlsRows: the versions, the suites, the client's certificate.
func tlsRows() []row {
	noOpenSSL, noNginx := func() string { return missing("openssl") }, func() string { return missing("nginx") }
	openssl := func(l leaf, flags, client []string) func(*stage) error {
		return put(func(s *stage) (string, error) { return s.opensslWith(l, flags, client) })
	}
	const old = "ALL:@SECLEVEL=0"
	return []row{
		{what: "TLS 1.0 only", by: "openssl", unable: noOpenSSL, set: openssl(leaf{}, []string{"-tls1", "-cipher", old}, []string{"-tls1", "-cipher", old}),
			want: want{verdict: partial, cause: "tls-version", root: "tls: tls-version", exit: 8, also: refusesOld(false)}},
		{what: "TLS 1.1 only", by: "openssl", unable: noOpenSSL, quick: true, set: openssl(leaf{}, []string{"-tls1_1", "-cipher", old}, []string{"-tls1_1", "-cipher", old}),
			want: want{verdict: partial, cause: "tls-version", root: "tls: tls-version", exit: 8, also: refusesOld(false)}},
		{what: "TLS 1.3 only", by: "openssl", unable: noOpenSSL, set: openssl(leaf{}, []string{"-tls1_3"}, nil),
			want: want{verdict: unreachable, cause: "tls-version", root: "tls: tls-version", exit: 8, also: refusesOld(true)}},
		{what: "TLS 1.3 only", by: "nginx", unable: noNginx, set: put(func(s *stage) (string, error) { return s.nginxWith(leaf{}, "ssl_protocols TLSv1.3;") }),
			want: want{verdict: unreachable, cause: "tls-version", root: "tls: tls-version", exit: 8, also: refusesOld(true)}},
		{what: "old versions accepted", by: "nginx", unable: noNginx, set: put((*stage).acceptsOld), want: want{verdict: confirmed, also: refusesOld(false)}},
		{what: "old versions accepted, refuse_old demanded", by: "nginx", unable: noNginx, set: func(s *stage) error {
			s.product = append(s.product, "--refuse-old")
			return put((*stage).acceptsOld)(s)
		}, want: want{verdict: partial, exit: 8, also: refusesOld(false)}},
		{what: "key exchange by RSA only", by: "openssl", unable: noOpenSSL, set: openssl(leaf{rsa: true}, []string{"-tls1_2", "-cipher", "AES128-GCM-SHA256:AES128-SHA"}, nil),
			want: want{verdict: unreachable, cause: "weak-suite", root: "tls: tls-old-suites", exit: 8}},
		{what: "ECDHE with CBC only", by: "openssl", unable: noOpenSSL, set: openssl(leaf{rsa: true}, []string{"-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"}, nil),
			want: want{verdict: partial, cause: "weak-suite", exit: 8}},
		{what: "DHE only", by: "openssl", unable: noOpenSSL, set: openssl(leaf{rsa: true}, []string{"-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"}, nil),
			want: want{verdict: unreachable, cause: "handshake", root: "tls: tls-handshake", exit: 8}},
		{what: "client certificate required", by: "openssl", unable: noOpenSSL, quick: true, set: put((*stage).wantsCertificate),
			want: want{verdict: unreachable, cause: "client-certificate", root: "tls: tls-client-certificate", exit: 8}},
		{what: "client certificate required", by: "crypto/tls", set: put(func(s *stage) (string, error) {
			return s.faulty(leaf{}, func(c *tls.Config) { c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, s.root.pool() }, nil)
		}), want: want{verdict: unreachable, cause: "client-certificate", root: "tls: tls-client-certificate", exit: 8}},
		{what: "client certificate required", by: "nginx", unable: noNginx, set: put(func(s *stage) (string, error) {
			return s.nginxWith(leaf{}, "ssl_protocols TLSv1.2;", s.clientAuthority(), "ssl_verify_client on;")
		}), want: want{verdict: unreachable, cause: "client-certificate", root: "tls: tls-client-certificate", exit: 8}},
		{what: "client certificate asked, not required", by: "nginx", unable: noNginx, set: put(func(s *stage) (string, error) {
			return s.nginxWith(leaf{}, "ssl_protocols TLSv1.2;", s.clientAuthority(), "ssl_verify_client optional;")
		}), want: want{verdict: confirmed}},
	}
}

// certificateRows: the host's certificate and the time.
func certificateRows() []row {
	noOpenSSL, noNginx := func() string { return missing("openssl") }, func() string { return missing("nginx") }
	const day = 24 * time.Hour
	now := time.Now()
	with := func(l leaf) func(*stage) error {
		return put(func(s *stage) (string, error) { return s.faulty(l, nil, nil) })
	}
	dated := func(l leaf, by time.Duration) func(*stage) error {
		return put(func(s *stage) (string, error) { return s.faulty(l, nil, datedBy(by)) })
	}
	return []row{
		{what: "certificate expired", by: "crypto/tls", quick: true, set: with(leaf{from: now.Add(-3 * day), until: now.Add(-2 * day)}), want: want{verdict: unreachable, cause: "expired", root: "tls: tls-expired", exit: 8}},
		{what: "certificate expired", by: "nginx", unable: noNginx, set: put(func(s *stage) (string, error) {
			return s.nginxWith(leaf{from: now.Add(-3 * day), until: now.Add(-2 * day)}, "ssl_protocols TLSv1.2;")
		}), want: want{verdict: unreachable, cause: "expired", root: "tls: tls-expired", exit: 8}},
		{what: "certificate not yet valid", by: "crypto/tls", set: with(leaf{from: now.Add(2 * day), until: now.Add(3 * day)}), want: want{verdict: unreachable, cause: "not-yet-valid", root: "tls: tls-not-yet-valid", exit: 8}},
		{what: "certificate and Date of three days ago", by: "crypto/tls", set: dated(leaf{from: now.Add(-4 * day), until: now.Add(-2 * day)}, -3*day),
			want: want{verdict: unreachable, cause: "clock", root: "clock: clock-wrong", exit: 8}},
		{what: "certificate and Date of the day after tomorrow", by: "crypto/tls", quick: true, set: dated(leaf{from: now.Add(day), until: now.Add(3 * day)}, 2*day),
			want: want{verdict: unreachable, cause: "clock", root: "clock: clock-wrong", exit: 8}},
		{what: "Date of another day", by: "crypto/tls", set: dated(leaf{}, 12*time.Hour), want: want{verdict: confirmed, root: "clock: clock-wrong", also: clockOff}},
		{what: "certificate of another host", by: "crypto/tls", quick: true, set: with(leaf{names: []string{"another.test"}}), want: want{verdict: unreachable, cause: "wrong-name", root: "tls: tls-wrong-name", exit: 8}},
		{what: "certificate by an unknown authority", by: "crypto/tls", quick: true, set: put((*stage).stranger), want: want{verdict: unreachable, cause: "unknown-root", root: "root: root-missing", exit: 8}},
		{what: "certificate signed by itself", by: "openssl", unable: noOpenSSL, set: put((*stage).selfSigned), want: want{verdict: unreachable, cause: "unknown-root", root: "root: root-missing", exit: 8}},
		{what: "intermediate certificate missing", by: "nginx", unable: noNginx, set: put(func(s *stage) (string, error) {
			return s.nginxWith(leaf{alone: true}, "ssl_protocols TLSv1.2;")
		}), want: want{verdict: unreachable, cause: "unknown-root", root: "tls: tls-chain-incomplete", exit: 8, also: noted("chain-incomplete")}},
		{what: "certificate revoked (CRL)", by: "openssl", unable: noOpenSSL, set: put(func(s *stage) (string, error) {
			cert, err := s.revoked()
			if err != nil {
				return "", err
			}
			return s.openssl(cert, []string{"-tls1_2"}, nil)
		}), want: want{verdict: confirmed, also: noted("revocation-not-checked")}},
		{what: "certificate revoked, and the host shows it (OCSP)", by: "openssl", unable: noOpenSSL, set: put((*stage).stapled),
			want: want{verdict: partial, cause: "revoked", root: "tls: tls-revoked", exit: 8}},
	}
}

// answerRows: a connection that stands, and what is said over it.
func answerRows() []row {
	answers := func(h http.Handler) func(*stage) error {
		return put(func(s *stage) (string, error) { return s.faulty(leaf{}, http1, h) })
	}
	return []row{
		{what: "HTTP 500", by: "crypto/tls", quick: true, set: answers(status(http.StatusInternalServerError, "")), want: want{verdict: unreachable, cause: "http-status", root: "tls: tls-http-status", exit: 8}},
		{what: "HTTP 503, maintenance", by: "crypto/tls", set: answers(status(http.StatusServiceUnavailable, "")), want: want{verdict: unreachable, cause: "http-status", root: "tls: tls-http-status", exit: 8}},
		{what: "HTTP 404", by: "crypto/tls", set: answers(http.NotFoundHandler()), want: want{verdict: unreachable, cause: "http-status", root: "tls: tls-http-status", exit: 8}},
		{what: "redirect to http", by: "crypto/tls", quick: true, set: answers(status(http.StatusFound, "http://127.0.0.1/")), want: want{verdict: partial, cause: "insecure-redirect", root: "tls: tls-insecure-redirect", exit: 8}},
		{what: "redirect to http at another host", by: "crypto/tls", set: answers(status(http.StatusFound, "http://another.test/")), want: want{verdict: partial, cause: "insecure-redirect", root: "tls: tls-insecure-redirect", exit: 8}},
		{what: "redirect to https", by: "crypto/tls", set: answers(status(http.StatusFound, "/login")), want: want{verdict: confirmed}},
		{what: "answer drips, a byte a second", by: "crypto/tls", set: answers(http.HandlerFunc(drippingAnswer)), want: want{verdict: unreachable, cause: "timeout", root: "tls: tls-timeout", exit: 8}},
		{what: "no answer to the request", by: "crypto/tls", set: answers(http.HandlerFunc(noAnswer)), want: want{verdict: unreachable, cause: "timeout", root: "tls: tls-timeout", exit: 8}},
		{what: "reset instead of an answer", by: "crypto/tls", set: answers(http.HandlerFunc(resetAnswer)), want: want{verdict: unreachable, cause: "reset", root: "tls: tls-reset", exit: 8}},
		{what: "captive portal, plain HTTP on port 443", by: "tcp", quick: true, set: put(func(s *stage) (string, error) { return s.plain(portal()) }),
			want: want{verdict: unreachable, cause: "captive-portal", root: "tls: tls-captive-portal", exit: 8, also: refusesNothing}},
		{what: "captive portal with a certificate of its own", by: "crypto/tls", set: put((*stage).signedByPortal), want: want{verdict: unreachable, cause: "wrong-name", root: "tls: tls-wrong-name", exit: 8}},
		{what: "captive portal, HTTP 511", by: "crypto/tls", set: answers(status(http.StatusNetworkAuthenticationRequired, "")), want: want{verdict: unreachable, cause: "captive-portal", root: "tls: tls-captive-portal", exit: 8}},
		{what: "another protocol on the port", by: "tcp", set: put(func(s *stage) (string, error) { return s.says("SSH-2.0-OpenSSH_9.2\r\n") }),
			want: want{verdict: unreachable, cause: "handshake", root: "tls: tls-handshake", exit: 8, also: refusesNothing}},
	}
}

// http1 lets a handler take the connection over.
func http1(c *tls.Config) { c.NextProtos = []string{"http/1.1"} }

func datedBy(by time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(by).UTC().Format(http.TimeFormat))
		reception().ServeHTTP(w, r)
	})
}

func drippingAnswer(w http.ResponseWriter, r *http.Request) {
	conn, err := hijack(w)
	if err != nil {
		return
	}
	defer conn.Close()
	for _, b := range []byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nServer: netfaults\r\n\r\n") {
		if _, err := conn.Write([]byte{b}); err != nil || wait(r.Context(), time.Second) != nil {
			return
		}
	}
}

func noAnswer(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func resetAnswer(w http.ResponseWriter, _ *http.Request) {
	conn, err := hijack(w)
	if err != nil {
		return
	}
	if t, ok := conn.(*tls.Conn); ok {
		if c, ok := t.NetConn().(*net.TCPConn); ok {
			reset(c)
			return
		}
	}
	_ = conn.Close() // it was no TLS connection, and the row will say so
}
