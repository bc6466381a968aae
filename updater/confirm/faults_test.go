package confirm

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// Real hosts with one fault each, and the cause that is named for it.
func TestProveNamesCause(t *testing.T) {
	t.Parallel()
	ca, stranger := transporttest.Authority(t), transporttest.Authority(t)
	now := time.Now()
	good := transporttest.Issue(t, ca, localca.Leaf{})
	old := transporttest.Issue(t, ca, localca.Leaf{RSA: true})
	host := func(cert tls.Certificate, handler http.Handler) func(*testing.T) string {
		return func(t *testing.T) string { return transporttest.Host(t, transport.ServerConfig(cert), handler) }
	}
	only := func(config *tls.Config) func(*testing.T) string {
		return func(t *testing.T) string { return transporttest.Host(t, config, answer) }
	}
	wanting := func(cert tls.Certificate, asks tls.ClientAuthType, handler http.Handler) func(*testing.T) string {
		config := transport.ServerConfig(cert)
		config.ClientAuth = asks
		return func(t *testing.T) string { return transporttest.Host(t, config, handler) }
	}
	suites := func(cert tls.Certificate, suites ...uint16) func(*testing.T) string {
		return only(&tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12, CipherSuites: suites, Certificates: []tls.Certificate{cert}})
	}
	leaf := func(from, to time.Duration) tls.Certificate {
		return transporttest.Issue(t, ca, localca.Leaf{NotBefore: now.Add(from), NotAfter: now.Add(to)})
	}
	for name, row := range map[string]struct {
		url   func(*testing.T) string
		want  Cause
		stage Stage
		check func(StackProof) bool
	}{
		"nobody listens": {func(t *testing.T) string { return "https://" + transporttest.DeadAddress(t) }, CauseRefused, StageConnect, nil},
		"hangs up":       {raw(func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) }), CauseReset, StageHandshake, nil},
		"resets": {raw(func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 1))
			_ = conn.(*net.TCPConn).SetLinger(0)
		}), CauseReset, StageHandshake, nil},
		"speaks no TLS": {raw(func(conn net.Conn) { _, _ = io.WriteString(conn, "SSH-2.0-x\r\n") }), CauseHandshake, StageHandshake, nil},
		"a page instead of TLS": {raw(func(conn net.Conn) {
			_, _ = bufio.NewReader(conn).Peek(100)
			_, _ = io.WriteString(conn, "HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n")
		}), CauseCaptivePortal, StageHandshake, nil},

		"TLS 1.1 only": {only(&tls.Config{MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS11, Certificates: []tls.Certificate{good}}), CauseTLSVersion, StageHandshake, nil},
		"TLS 1.3 only": {only(&tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{good}}), CauseTLSVersion, StageHandshake, nil},
		"ECDHE-CBC only": {suites(good, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA), CauseWeakSuite, StageAnswer,
			func(p StackProof) bool { return p.Suite == "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA" && p.reached() }},
		"ECDHE-CBC before RSA": {suites(old, tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA), CauseWeakSuite, StageAnswer,
			func(p StackProof) bool { return p.Suite == "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA" && p.reached() }},
		"RSA key exchange only": {suites(old, tls.TLS_RSA_WITH_AES_128_CBC_SHA), CauseWeakSuite, StageAnswer,
			func(p StackProof) bool { return p.Suite == "TLS_RSA_WITH_AES_128_CBC_SHA" && !p.reached() }},
		"no suite at all": {suites(good, tls.TLS_RSA_WITH_AES_128_CBC_SHA), CauseHandshake, StageHandshake, nil},
		"ECDHE-CBC only, and down": {func(t *testing.T) string {
			return transporttest.Host(t, &tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12,
				CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}, Certificates: []tls.Certificate{good}}, status(503, ""))
		}, CauseHTTPStatus, StageAnswer, func(p StackProof) bool { return slices.Contains(p.Notes, NoteWeakSuite) && !p.reached() }},

		"wants a client certificate":       {wanting(good, tls.RequireAnyClientCert, answer), CauseClientCertificate, StageHandshake, nil},
		"wants one after the request":      {func(t *testing.T) string { return transporttest.OpenSSLAskingLate(t, ca) }, CauseClientCertificate, StageRequest, nil},
		"wants one and says so with 400":   {wanting(good, tls.RequestClientCert, status(400, "")), CauseClientCertificate, StageAnswer, nil},
		"asks for one and is down":         {wanting(good, tls.RequestClientCert, status(503, "")), CauseHTTPStatus, StageAnswer, nil},
		"asks for one and does without":    {wanting(good, tls.RequestClientCert, answer), "", StageAnswer, nil},
		"asks, and its certificate is bad": {wanting(leaf(-50*time.Minute, -10*time.Minute), tls.RequireAnyClientCert, answer), CauseExpired, StageHandshake, nil},

		"expired": {host(leaf(-50*time.Minute, -10*time.Minute), answer), CauseExpired, StageHandshake,
			func(p StackProof) bool {
				return p.OK != nil && !*p.OK && p.Issuer == "CN=koshin throw-away authority" && !p.LocalRoot
			}},
		"not yet valid":                 {host(leaf(time.Hour, 2*time.Hour), answer), CauseNotYetValid, StageHandshake, nil},
		"a clock a day behind":          {host(leaf(time.Hour, 2*time.Hour), dated(now.Add(90*time.Minute))), CauseClock, StageHandshake, nil},
		"a clock that is ahead":         {host(leaf(-50*time.Minute, -10*time.Minute), dated(now.Add(-30*time.Minute))), CauseClock, StageHandshake, nil},
		"behind by a little":            {host(leaf(2*time.Minute, 2*time.Hour), dated(now.Add(3*time.Minute))), CauseNotYetValid, StageHandshake, nil},
		"off, and expired all the same": {host(leaf(-50*time.Minute, -10*time.Minute), dated(now.Add(-8*time.Minute))), CauseExpired, StageHandshake, nil},
		"not yet valid, no Date":        {host(leaf(time.Hour, 2*time.Hour), dated(time.Time{})), CauseClock, StageHandshake, nil},
		"expired, no Date":              {host(leaf(-50*time.Minute, -10*time.Minute), dated(time.Time{})), CauseExpired, StageHandshake, nil},
		"expired, by a stranger":        {host(transporttest.Issue(t, stranger, localca.Leaf{NotBefore: now.Add(-50 * time.Minute), NotAfter: now.Add(-10 * time.Minute)}), dated(now.Add(-30*time.Minute))), CauseExpired, StageHandshake, func(p StackProof) bool { return p.LocalRoot }},
		"another day, and valid": {host(good, dated(now.Add(-26*time.Hour))), "", StageAnswer,
			func(p StackProof) bool { return slices.Contains(p.Notes, NoteClockOff) }},
		"wrong name": {host(transporttest.Issue(t, ca, localca.Leaf{Names: []string{"other.example"}}), answer), CauseWrongName, StageHandshake,
			func(p StackProof) bool { return len(p.ChainSHA256) == 2 && !p.LocalRoot }},
		"unknown root": {host(transporttest.Issue(t, stranger, localca.Leaf{}), answer), CauseUnknownRoot, StageHandshake,
			func(p StackProof) bool { return p.LocalRoot && p.Issuer != "" && p.Root == "" }},

		"status 500":                 {host(good, status(500, "")), CauseHTTPStatus, StageAnswer, func(p StackProof) bool { return p.Status == 500 }},
		"status 511":                 {host(good, status(511, "")), CauseCaptivePortal, StageAnswer, nil},
		"to http":                    {host(good, status(302, "http://127.0.0.1/")), CauseInsecureRedirect, StageAnswer, nil},
		"to another host's http":     {host(good, status(302, "http://login.example/")), CauseInsecureRedirect, StageAnswer, nil},
		"to a file":                  {host(good, status(302, "file:///etc/passwd")), CauseInsecureRedirect, StageAnswer, nil},
		"to https elsewhere":         {host(good, status(302, "https://other.example/")), "", StageAnswer, nil},
		"to nowhere":                 {host(good, status(302, "")), "", StageAnswer, nil},
		"to nothing that is a place": {host(good, status(302, "http://%zz/")), "", StageAnswer, nil},
		"not modified":               {host(good, status(304, "http://login.example/")), CauseInsecureRedirect, StageAnswer, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, strict, _ := prove(t, trusting(t, ca, Options{}), manifest.Host{URL: row.url(t)})
			if strict.Cause != row.want || strict.OK == nil || *strict.OK != (row.want == "") || strict.Stage != row.stage {
				t.Fatalf("cause %q at %q, want %q at %q: %+v", strict.Cause, strict.Stage, row.want, row.stage, strict)
			}
			if row.check != nil && !row.check(strict) {
				t.Errorf("evidence: %+v", strict)
			}
			if strict.User == "" || strict.Elapsed <= 0 {
				t.Errorf("by %q in %v s", strict.User, strict.Elapsed)
			}
		})
	}
}

func status(code int, location string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if location != "" {
			w.Header().Set("Location", location)
		}
		w.WriteHeader(code)
	})
}

// dated answers with the Date of another clock; the zero time is none.
func dated(date time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Date"] = nil
		if !date.IsZero() {
			w.Header().Set("Date", date.UTC().Format(http.TimeFormat))
		}
	})
}

// raw is a host that is none: it does one thing with a connection and hangs up.
func raw(serve func(net.Conn)) func(*testing.T) string {
	return func(t *testing.T) string { return "https://" + listen(t, serve) }
}

// listen serves each connection on its own until the test ends.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return listener.Addr().String()
}

// The neutral probe asks for nothing but what the manifest names, once.
func TestProveSkew(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	good := transporttest.Issue(t, ca, localca.Leaf{})
	for name, row := range map[string]struct {
		date      time.Time
		low, high float64
		note      bool
	}{
		"right":        {time.Now(), -60, 60, false},
		"a day behind": {time.Now().Add(24 * time.Hour), -86460, -86340, true},
		"a day ahead":  {time.Now().Add(-24 * time.Hour), 86340, 86460, true},
	} {
		proof, strict, report := prove(t, trusting(t, ca, Options{}), manifest.Host{URL: transporttest.Host(t, transport.ServerConfig(good), dated(row.date))})
		if proof.ClockSkew == nil || *proof.ClockSkew < row.low || *proof.ClockSkew > row.high {
			t.Errorf("%s: %v", name, proof.ClockSkew)
		}
		if slices.Contains(strict.Notes, NoteClockOff) != row.note || report.Verdict != Confirmed {
			t.Errorf("%s: %+v, %s", name, strict.Notes, report.Verdict)
		}
	}
	proof, _, _ := prove(t, trusting(t, ca, Options{}), manifest.Host{URL: transporttest.Host(t, transport.ServerConfig(good), dated(time.Time{}))})
	if proof.ClockSkew != nil {
		t.Errorf("no Date: %v", *proof.ClockSkew)
	}
}

// Go asks nobody whether a certificate was revoked, and says so beside each
// success.
func TestProveSaysWhatGoDoesNotCheck(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), answer)
	if _, strict, _ := prove(t, trusting(t, ca, Options{}), manifest.Host{URL: url}); !slices.Equal(strict.Notes, []Note{NoteRevocationUnchecked}) {
		t.Errorf("%v", strict.Notes)
	}
}

// What a proxy answers to CONNECT.
func TestProveNamesProxysCause(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), answer)
	for name, row := range map[string]struct {
		proxy string
		want  Cause
		stage Stage
	}{
		"connects":          {transporttest.Proxy(t, 200), "", StageAnswer},
		"is away":           {"http://" + transporttest.DeadAddress(t), CauseProxyUnreachable, StageConnect},
		"has no address":    {"http://no..such:8080", CauseProxyUnreachable, StageResolve},
		"wants a password":  {transporttest.Proxy(t, 407), CauseProxyAuth, StageProxy},
		"forbids":           {transporttest.Proxy(t, 403), CauseProxyRefused, StageProxy},
		"cannot either":     {transporttest.Proxy(t, 502), CauseProxyRefused, StageProxy},
		"shows a page":      {transporttest.Proxy(t, 302), CauseCaptivePortal, StageProxy},
		"says log in":       {transporttest.Proxy(t, 511), CauseCaptivePortal, StageProxy},
		"hangs up":          {"http://" + listen(t, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) }), CauseProxyRefused, StageProxy},
		"is no HTTP server": {"http://" + listen(t, func(conn net.Conn) { _, _ = io.WriteString(conn, "220 mail\r\n") }), CauseProxyRefused, StageProxy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy, err := transport.ParseProxy(row.proxy)
			if err != nil {
				t.Fatal(err)
			}
			proof, strict, _ := prove(t, trusting(t, ca, Options{Proxy: proxy}), manifest.Host{URL: url})
			if strict.Cause != row.want || *strict.OK != (row.want == "") || strict.Stage != row.stage {
				t.Errorf("%q at %q, want %q at %q: %v", strict.Cause, strict.Stage, row.want, row.stage, strict.Err)
			}
			if proof.Proxy != strings.TrimPrefix(row.proxy, "http://") || proof.IP != "" {
				t.Errorf("proxy %q, ip %q", proof.Proxy, proof.IP)
			}
		})
	}
}

// A real name server on the loopback, which knows nobody, is in trouble, or is
// silent.
func TestProveNamesNameServersCause(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]byte{"knows nobody": 3, "is in trouble": 2, "refuses": 5} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := Options{resolver: nameServer(t, func(query []byte) []byte { return refuseQuery(query, code) })}
			proof, strict, _ := prove(t, o, manifest.Host{URL: "https://reception.example:443/", RefuseOld: true})
			if strict.Cause != CauseDNS || strict.Stage != StageResolve || proof.IP != "" || proof.OldTLSRefused != nil || proof.OldTLS[0].Outcome != Unknown {
				t.Errorf("%+v", proof)
			}
		})
	}
}

// nameServer answers each query; nil is silence. It speaks DNS over TCP, where
// each message has its length before it, since Wine has no UDP for Go.
func nameServer(t *testing.T, reply func(query []byte) []byte) *net.Resolver {
	t.Helper()
	address := listen(t, func(conn net.Conn) {
		length := make([]byte, 2)
		for {
			if _, err := io.ReadFull(conn, length); err != nil {
				return
			}
			query := make([]byte, binary.BigEndian.Uint16(length))
			if _, err := io.ReadFull(conn, query); err != nil {
				return
			}
			if answer := reply(query); answer != nil {
				_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
			}
		}
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}}
}

// refuseQuery is the answer with this code and no records (RFC 1035).
func refuseQuery(query []byte, code byte) []byte {
	end := 12
	for end < len(query) && query[end] != 0 {
		end += 1 + int(query[end])
	}
	answer := slices.Clone(query[:end+5])           // header, name, type and class
	answer[2], answer[3] = query[2]|0x80, 0x80|code // a response, recursion available
	copy(answer[6:12], []byte{0, 0, 0, 0, 0, 0})    // no records
	return answer
}

// One stranger for all hosts is a network that wants somebody to log in; one
// host with a wrong name is that host's mistake.
func TestProveUnmasksPortal(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	portal := transporttest.Issue(t, ca, localca.Leaf{Names: []string{"login.example"}})
	other := transporttest.Issue(t, ca, localca.Leaf{Names: []string{"other.example"}})
	address := func(cert tls.Certificate) string {
		return strings.TrimPrefix(transporttest.Host(t, transport.ServerConfig(cert), answer), "https://127.0.0.1")
	}
	for name, row := range map[string]struct {
		urls []string
		want Cause
	}{
		"all hosts":               {[]string{"https://127.0.0.1" + address(portal), "https://localhost" + address(portal)}, CauseCaptivePortal},
		"one host":                {[]string{"https://127.0.0.1" + address(portal)}, CauseWrongName},
		"one host, two addresses": {[]string{"https://127.0.0.1" + address(portal) + "/a", "https://127.0.0.1" + address(portal) + "/b"}, CauseWrongName},
		"two strangers":           {[]string{"https://127.0.0.1" + address(portal), "https://localhost" + address(other)}, CauseWrongName},
		"one of them is himself":  {[]string{"https://127.0.0.1" + address(portal), "https://localhost" + address(transporttest.Issue(t, ca, localca.Leaf{}))}, CauseWrongName},
	} {
		o := trusting(t, ca, Options{})
		for _, url := range row.urls {
			o.Confirm.Hosts = append(o.Confirm.Hosts, manifest.Host{URL: url})
		}
		report, err := Prove(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if got := report.Hosts[0].Stacks[0].Cause; got != row.want {
			t.Errorf("%s: %q, want %q: %v", name, got, row.want, report.Hosts[0].Stacks[0].Err)
		}
	}
}

// Nothing of a stranger's reaches the terminal as he sent it.
func TestPlain(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Good CA":                    "Good CA",
		"国保連合会 認証局":                  "国保連合会 認証局",
		"\x1b[31mred\x1b[0m\r\nline": "[31mred [0m  line",
		"a\u202eb":                   "a b", // right to left
		"\xff\xfe":                   "?",
		"  ":                         "",
	} {
		if got := plain(in, maxName); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := []rune(plain(strings.Repeat("長", 10000), maxName)); len(got) != maxName+1 {
		t.Errorf("%d characters", len(got))
	}
}

// What only an error's family tells stays told.
func TestProveKeepsSentinels(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	now := time.Now()
	late := transporttest.Issue(t, ca, localca.Leaf{NotBefore: now.Add(time.Hour), NotAfter: now.Add(2 * time.Hour)})
	_, strict, _ := prove(t, trusting(t, ca, Options{}), manifest.Host{URL: transporttest.Host(t, transport.ServerConfig(late), dated(now.Add(90*time.Minute)))})
	if !errors.Is(strict.Err, ErrClock) || !errors.Is(strict.Err, transport.ErrCertificateTime) {
		t.Errorf("%v", strict.Err)
	}
	proxy, err := transport.ParseProxy(transporttest.Proxy(t, http.StatusProxyAuthRequired))
	if err != nil {
		t.Fatal(err)
	}
	_, strict, _ = prove(t, trusting(t, ca, Options{Proxy: proxy}), manifest.Host{URL: "https://127.0.0.1:" + strconv.Itoa(1)})
	if !errors.Is(strict.Err, transport.ErrProxyAuth) || !errors.Is(strict.Err, transport.ErrProxy) {
		t.Errorf("%v", strict.Err)
	}
}
