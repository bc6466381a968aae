package confirm

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/updater/transport"
)

// What Go says, and where, as one word.
func TestCauseOf(t *testing.T) {
	t.Parallel()
	alert := func(op string, a tls.AlertError) error { return &net.OpError{Op: op, Err: a} }
	number := func(call string, n syscall.Errno) error {
		return &net.OpError{Op: call, Net: "tcp", Err: os.NewSyscallError(call, n)}
	}
	proxied := func(err error) error { return &net.OpError{Op: "proxyconnect", Net: "tcp", Err: err} }
	invalid := func(err error) error { return &tls.CertificateVerificationError{Err: err} }
	expired := func(from time.Duration) error {
		cert := &x509.Certificate{NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(from + time.Hour)}
		return invalid(x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired})
	}
	silence := fmt.Errorf("get: %w", context.DeadlineExceeded)
	viaProxy := func(stage Stage) sight { return sight{proxy: "proxy.example:8080", stage: stage} }
	at := func(stage Stage) sight { return sight{ip: "203.0.113.1", stage: stage} }
	for name, row := range map[string]struct {
		err  error
		seen sight
		want Cause
	}{
		"nothing":                      {nil, at(StageAnswer), ""},
		"no such name":                 {&net.DNSError{IsNotFound: true}, at(StageResolve), CauseDNS},
		"a name server in trouble":     {&net.DNSError{IsTemporary: true}, at(StageResolve), CauseDNS},
		"a name server that is silent": {silence, at(StageResolve), CauseDNS},
		"nobody listens":               {number("connect", syscall.ECONNREFUSED), at(StageConnect), CauseRefused},
		"nobody listens, on Windows":   {number("connectex", 10061), at(StageConnect), CauseRefused},
		"a firewall of this PC":        {number("connectex", 10013), at(StageConnect), CauseRefused},
		"a firewall of this host":      {number("connect", syscall.EPERM), at(StageConnect), CauseRefused},
		"no route":                     {number("connect", syscall.EHOSTUNREACH), at(StageConnect), CauseNoRoute},
		"no network":                   {number("connect", syscall.ENETUNREACH), at(StageConnect), CauseNoRoute},
		"no route, on Windows":         {number("connectex", 10065), at(StageConnect), CauseNoRoute},
		"no network, on Windows":       {number("connectex", 10051), at(StageConnect), CauseNoRoute},
		"a black hole":                 {silence, at(StageConnect), CauseTimeout},
		"the system gave up":           {number("connect", syscall.ETIMEDOUT), at(StageConnect), CauseTimeout},
		"Windows gave up":              {number("connectex", 10060), at(StageConnect), CauseTimeout},
		"silence in the handshake":     {silence, at(StageHandshake), CauseTimeout},
		"no answer":                    {silence, at(StageRequest), CauseTimeout},
		"reset in the handshake":       {number("read", syscall.ECONNRESET), at(StageHandshake), CauseReset},
		"reset, on Windows":            {number("wsarecv", 10054), at(StageHandshake), CauseReset},
		"aborted, on Windows":          {number("wsarecv", 10053), at(StageHandshake), CauseReset},
		"hung up":                      {io.EOF, at(StageHandshake), CauseReset},
		"hung up in a record":          {fmt.Errorf("x: %w", io.ErrUnexpectedEOF), at(StageRequest), CauseReset},

		"proxy away":                     {proxied(number("connect", syscall.ECONNREFUSED)), viaProxy(StageConnect), CauseProxyUnreachable},
		"proxy unknown":                  {proxied(&net.DNSError{}), viaProxy(StageResolve), CauseProxyUnreachable},
		"proxy in a black hole":          {silence, viaProxy(StageConnect), CauseProxyUnreachable},
		"proxy wants a password":         {&transport.ProxyRefusal{Code: 407}, viaProxy(StageProxy), CauseProxyAuth},
		"proxy forbids":                  {&transport.ProxyRefusal{Code: 403}, viaProxy(StageProxy), CauseProxyRefused},
		"proxy cannot either":            {&transport.ProxyRefusal{Code: 502}, viaProxy(StageProxy), CauseProxyRefused},
		"proxy has a page to show":       {&transport.ProxyRefusal{Code: 302}, viaProxy(StageProxy), CauseCaptivePortal},
		"proxy says log in":              {&transport.ProxyRefusal{Code: 511}, viaProxy(StageProxy), CauseCaptivePortal},
		"proxy hangs up":                 {io.EOF, viaProxy(StageProxy), CauseProxyRefused},
		"proxy speaks no HTTP":           {errors.New("malformed HTTP response"), viaProxy(StageProxy), CauseProxyRefused},
		"proxy waits for the host":       {silence, viaProxy(StageProxy), CauseTimeout},
		"reset in the handshake through": {number("read", syscall.ECONNRESET), viaProxy(StageHandshake), CauseReset},

		"an old host":                      {alert("remote error", 70), at(StageHandshake), CauseTLSVersion},
		"a host that answers with TLS 1.1": {errors.New("tls: server selected unsupported protocol version 302"), at(StageHandshake), CauseTLSVersion},
		"no common suite":                  {alert("remote error", 40), at(StageHandshake), CauseHandshake},
		"another alert":                    {alert("remote error", 80), at(StageHandshake), CauseHandshake},
		"our own alert":                    {alert("local error", 47), at(StageHandshake), CauseHandshake},
		"asked to begin anew":              {alert("local error", 100), at(StageRequest), CauseClientCertificate},
		"no TLS at all":                    {tls.RecordHeaderError{RecordHeader: [5]byte{'S', 'S', 'H', '-', '2'}}, at(StageHandshake), CauseHandshake},
		"a page instead of TLS":            {tls.RecordHeaderError{RecordHeader: [5]byte{'H', 'T', 'T', 'P', '/'}}, at(StageHandshake), CauseCaptivePortal},
		"only weak suites":                 {fmt.Errorf("%w: x", ErrWeakSuite), at(StageAnswer), CauseWeakSuite},
		"a client certificate":             {fmt.Errorf("%w: %w", ErrClientCertificate, alert("remote error", 40)), at(StageHandshake), CauseClientCertificate},

		"expired":           {expired(-2 * time.Hour), at(StageHandshake), CauseExpired},
		"not yet valid":     {expired(time.Hour), at(StageHandshake), CauseNotYetValid},
		"the clock":         {fmt.Errorf("%w: %w", ErrClock, expired(time.Hour)), at(StageHandshake), CauseClock},
		"wrong name":        {invalid(x509.HostnameError{Certificate: &x509.Certificate{}}), at(StageHandshake), CauseWrongName},
		"unknown root":      {invalid(x509.UnknownAuthorityError{}), at(StageHandshake), CauseUnknownRoot},
		"not for a server":  {invalid(x509.CertificateInvalidError{Reason: x509.IncompatibleUsage}), at(StageHandshake), CauseCertificate},
		"unhandled in Go":   {invalid(x509.UnhandledCriticalExtension{}), at(StageHandshake), CauseCertificate},
		"status":            {&transport.StatusError{Code: 503}, at(StageAnswer), CauseHTTPStatus},
		"log in first":      {&transport.StatusError{Code: 511}, at(StageAnswer), CauseCaptivePortal},
		"away from TLS":     {fmt.Errorf("%w: http", transport.ErrInsecureURL), at(StageAnswer), CauseInsecureRedirect},
		"to a page":         {fmt.Errorf("%w: http", ErrCaptivePortal), at(StageAnswer), CauseCaptivePortal},
		"not here":          {ErrUnavailable, sight{}, CauseUnavailable},
		"something else":    {errors.New("sunspots"), at(StageRequest), CauseUnknown},
		"something else up": {errors.New("sunspots"), viaProxy(StageRequest), CauseUnknown},
	} {
		if got := causeOf(transport.Classify(row.err), row.seen); got != row.want {
			t.Errorf("%s: %q, want %q", name, got, row.want)
		}
		if row.want != "" && !slices.Contains(Causes(), row.want) {
			t.Errorf("%s: %q is in no list", name, row.want)
		}
	}
}
