package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// What callers decide on, and what people are told about in their own words.
var (
	// ErrTLSVersion is a host that does not speak TLS 1.2: an older one only,
	// or TLS 1.3 only.
	ErrTLSVersion = errors.New("host does not speak TLS 1.2")
	// ErrHandshake is a TLS 1.2 handshake that came to nothing: no common
	// cipher suite, a client certificate asked for, or no TLS at all.
	ErrHandshake = errors.New("tls handshake failed")
	// ErrCertificate is a certificate that could not be verified. The three
	// kinds below match it too.
	ErrCertificate = errors.New("server certificate not verified")
	// ErrUnknownAuthority is a certificate by nobody this PC trusts: a missing
	// root, an inspecting security product, or a stranger.
	ErrUnknownAuthority = fmt.Errorf("%w: unknown authority", ErrCertificate)
	// ErrWrongName is a certificate for another host.
	ErrWrongName = fmt.Errorf("%w: wrong name", ErrCertificate)
	// ErrCertificateTime is a certificate that has expired or is not valid yet;
	// often it is this PC's clock that is wrong.
	ErrCertificateTime = fmt.Errorf("%w: outside its validity", ErrCertificate)

	// ErrUnreachable is a host that could not be found or connected to, or a
	// source folder that is not there.
	ErrUnreachable = errors.New("source unreachable")
	// ErrProxy is a proxy that could not be reached or refused to connect.
	ErrProxy = errors.New("proxy did not connect")
	// ErrProxyAuth is a proxy that wants a name and a password first. It
	// matches ErrProxy too.
	ErrProxyAuth = fmt.Errorf("%w: it wants a name and a password", ErrProxy)
	// ErrTimeout is a host that did not answer in time, or so slowly that a
	// small file did not arrive in time.
	ErrTimeout = errors.New("no complete answer in time")
	// ErrStatus is an HTTP status other than success and "not there"; it comes
	// as a [StatusError].
	ErrStatus = errors.New("unexpected http status")
	// ErrInsecureURL is an address, or a redirect to one, that is not https.
	ErrInsecureURL = errors.New("not an https address")
	// ErrRedirects is a chain of redirects without an end.
	ErrRedirects = errors.New("too many redirects")

	// ErrCAFile is an extra root certificate file that cannot be read or is
	// empty of certificates.
	ErrCAFile = errors.New("unusable ca file")
	// ErrProxySetting is a proxy setting that is none of "auto", "none" and
	// http://host:port.
	ErrProxySetting = errors.New("invalid proxy setting")
	// ErrSource is a source that is no https address, place on GitHub, folder or
	// file URL.
	ErrSource = errors.New("invalid source")
)

// StatusError is an answer that is neither success nor "not there". It matches
// [ErrStatus].
type StatusError struct {
	URL  string
	Code int // such as 503
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%v: %s: %d %s", ErrStatus, e.URL, e.Code, http.StatusText(e.Code))
}

// Is makes errors.Is find [ErrStatus].
func (e *StatusError) Is(target error) bool { return target == ErrStatus }

// ProxyRefusal is a proxy's answer to CONNECT that is not "connected". It
// matches [ErrProxy], and [ErrProxyAuth] where it is 407.
type ProxyRefusal struct {
	Proxy    string // host:port
	Code     int    // HTTP status, such as 407
	Location string // where it leads instead; "" for nowhere
}

func (e *ProxyRefusal) Error() string {
	return fmt.Sprintf("%v: %s answered %d %s", ErrProxy, e.Proxy, e.Code, http.StatusText(e.Code))
}

// Is makes errors.Is find the sentinels.
func (e *ProxyRefusal) Is(target error) bool {
	return target == ErrProxy || target == ErrProxyAuth && e.Code == http.StatusProxyAuthRequired
}

// Portal says that the proxy wants a person to look at a page of its own first.
func (e *ProxyRefusal) Portal() bool {
	return e.Code == http.StatusNetworkAuthenticationRequired || e.Code >= 300 && e.Code < 400
}

// Classify adds to a failed connection the sentinel of this package that says
// in which way it failed. What it does not know it returns as it is; errors of
// a cancelled context stay what they are.
func Classify(err error) error {
	if kind := kindOf(err); kind != nil && !errors.Is(err, kind) {
		return fmt.Errorf("%w: %w", kind, err)
	}
	return err
}

func kindOf(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return nil
	}
	if kind := certificateKind(err); kind != nil {
		return kind
	}
	if kind := handshakeKind(err); kind != nil {
		return kind
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "proxyconnect" {
		return ErrProxy
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return ErrTimeout
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok || op != nil && op.Op == "dial" {
		return ErrUnreachable
	}
	return nil
}

func certificateKind(err error) error {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return ErrUnknownAuthority
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return ErrWrongName
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return ErrCertificateTime
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return ErrCertificate
	}
	return nil
}

// The alerts of RFC 5246 that tell what a server objected to.
const (
	AlertHandshakeFailure = tls.AlertError(40)
	AlertProtocolVersion  = tls.AlertError(70)
)

// selectedOther is how crypto/tls says that the server answered with a version
// we did not offer. It has no value to compare with (Go 1.26).
const selectedOther = "tls: server selected unsupported protocol version"

func handshakeKind(err error) error {
	switch {
	case RemoteAlert(err, AlertProtocolVersion), strings.Contains(err.Error(), selectedOther):
		return ErrTLSVersion
	case RemoteAlert(err, AlertHandshakeFailure), errors.Is(err, http.ErrSchemeMismatch):
		return ErrHandshake
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return ErrHandshake
	}
	return nil
}

// RemoteAlert says whether err is this TLS alert, sent by the other side.
// crypto/tls hides the alert's type inside a net.OpError, so its text decides.
func RemoteAlert(err error, alert tls.AlertError) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "remote error" && op.Err.Error() == alert.Error()
}
