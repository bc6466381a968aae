package confirm

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"syscall"
	"time"

	"github.com/koshin-updater/koshin/updater/transport"
)

// causeOf names the cause of what Go's stack said, seen where it was said: a
// silent proxy is no silent host, and a name server that does not answer is no
// slow one. A nil error has no cause.
func causeOf(err error, seen sight) Cause {
	if err == nil {
		return ""
	}
	for _, find := range []func(error, sight) Cause{sentinelCause, proxyCause, certificateCause, handshakeCause, lineCause} {
		if cause := find(err, seen); cause != "" {
			return cause
		}
	}
	return CauseUnknown
}

// sentinelCause is for what was already understood where it was seen.
func sentinelCause(err error, _ sight) Cause {
	var status *transport.StatusError
	switch {
	case errors.Is(err, ErrUnavailable):
		return CauseUnavailable
	case errors.Is(err, ErrRevoked):
		return CauseRevoked
	case errors.Is(err, ErrClock):
		return CauseClock
	case errors.Is(err, ErrCaptivePortal):
		return CauseCaptivePortal
	case errors.Is(err, ErrWeakSuite):
		return CauseWeakSuite
	case errors.Is(err, ErrClientCertificate):
		return CauseClientCertificate
	case errors.Is(err, transport.ErrInsecureURL):
		return CauseInsecureRedirect
	case errors.As(err, &status) && status.Code == http.StatusNetworkAuthenticationRequired:
		return CauseCaptivePortal
	case status != nil:
		return CauseHTTPStatus
	}
	return ""
}

// proxyCause is for what happened before the proxy had connected.
func proxyCause(err error, seen sight) Cause {
	var refusal *transport.ProxyRefusal
	switch {
	case errors.As(err, &refusal) && refusal.Code == http.StatusProxyAuthRequired:
		return CauseProxyAuth
	case refusal != nil && refusal.Portal():
		return CauseCaptivePortal
	case refusal != nil:
		return CauseProxyRefused
	case seen.proxy == "":
		return ""
	case seen.stage == StageResolve, seen.stage == StageConnect:
		return CauseProxyUnreachable
	case seen.stage == StageProxy && !timedOut(err):
		return CauseProxyRefused // it hung up, or speaks no HTTP
	}
	return "" // it may be waiting for the host itself
}

func certificateCause(err error, _ sight) Cause {
	invalid, ok := errors.AsType[x509.CertificateInvalidError](err)
	switch {
	case ok && invalid.Reason == x509.Expired && invalid.Cert != nil && time.Now().Before(invalid.Cert.NotBefore):
		return CauseNotYetValid
	case errors.Is(err, transport.ErrCertificateTime):
		return CauseExpired
	case errors.Is(err, transport.ErrWrongName):
		return CauseWrongName
	case errors.Is(err, transport.ErrUnknownAuthority):
		return CauseUnknownRoot
	case errors.Is(err, transport.ErrCertificate):
		return CauseCertificate
	}
	return ""
}

// alertNoRenegotiation is what Go answers to a host that begins anew in the
// middle of a connection; over TLS 1.2 such a host is after a client
// certificate.
const alertNoRenegotiation = tls.AlertError(100)

func handshakeCause(err error, _ sight) Cause {
	if header, ok := errors.AsType[tls.RecordHeaderError](err); ok && string(header.RecordHeader[:]) == "HTTP/" {
		return CauseCaptivePortal // a page instead of TLS: whoever that is, it is not the host
	}
	alert, isAlert := errors.AsType[*net.OpError](err)
	isAlert = isAlert && (alert.Op == "remote error" || alert.Op == "local error")
	switch {
	case isAlert && alert.Err.Error() == alertNoRenegotiation.Error():
		return CauseClientCertificate
	case errors.Is(err, transport.ErrTLSVersion):
		return CauseTLSVersion
	case errors.Is(err, transport.ErrHandshake), isAlert:
		return CauseHandshake
	}
	return ""
}

// The numbers of Winsock, which Go hands on as they are. No other system uses
// them, so they need no file of their own.
const (
	wsaEACCES       = syscall.Errno(10013)
	wsaENETUNREACH  = syscall.Errno(10051)
	wsaECONNABORTED = syscall.Errno(10053)
	wsaECONNRESET   = syscall.Errno(10054)
	wsaETIMEDOUT    = syscall.Errno(10060)
	wsaECONNREFUSED = syscall.Errno(10061)
	wsaEHOSTUNREACH = syscall.Errno(10065)
)

// lineCause is for the line: everything below TLS.
func lineCause(err error, seen sight) Cause {
	_, isDNS := errors.AsType[*net.DNSError](err)
	errno, _ := errors.AsType[syscall.Errno](err)
	is := func(numbers ...syscall.Errno) bool { return errno != 0 && slices.Contains(numbers, errno) }
	switch {
	case isDNS, seen.stage == StageResolve && timedOut(err):
		return CauseDNS
	case is(syscall.ECONNREFUSED, wsaECONNREFUSED, syscall.EACCES, syscall.EPERM, wsaEACCES): // the last are a firewall's on this PC
		return CauseRefused
	case is(syscall.ENETUNREACH, syscall.EHOSTUNREACH, wsaENETUNREACH, wsaEHOSTUNREACH):
		return CauseNoRoute
	case is(syscall.ETIMEDOUT, wsaETIMEDOUT), timedOut(err):
		return CauseTimeout
	case cutOff(err):
		return CauseReset
	}
	return ""
}

func timedOut(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

// cutOff says that the other side, or a box on the way, ended the connection.
func cutOff(err error) bool {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true
	}
	errno, ok := errors.AsType[syscall.Errno](err)
	return ok && slices.Contains([]syscall.Errno{syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, wsaECONNRESET, wsaECONNABORTED}, errno)
}
