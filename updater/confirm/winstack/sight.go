package winstack

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// sight is what a stack showed of one attempt, a failed one too.
type sight struct {
	status int
	flags  uint32 // WinHTTP's, of a certificate
	info   connection
	secure *bool    // whether the answer came over TLS; nil where that is not told
	trust  uint32   // CERT_TRUST_… of the chain; 0 for none, or not told
	chain  [][]byte // certificates, the host's own first
	whole  bool     // the chain goes up to a root
}

// Bounds of what is taken over from the system: no real chain has more than
// five certificates, and none of them is longer than 8 KiB.
const (
	maxChain       = 10
	maxCertificate = 64 << 10
)

// codeError is a failed call of a stack.
type codeError struct {
	call string
	code uint32
}

func (e *codeError) Error() string { return fmt.Sprintf("%s: error %d (%#x)", e.call, e.code, e.code) }

// fault is why an attempt did not succeed.
type fault struct {
	cause confirm.Cause
	code  uint32
	err   error
}

// What an answer can still be wrong with.
var (
	errOldTLS    = errors.New("connected over a version older than TLS 1.2")
	errProxyAuth = errors.New("the proxy asks for a password")
	errNotSecure = errors.New("the answer did not come over TLS, so it is a proxy's")
)

// CERT_TRUST_STATUS bits that tell an unknown root from revocation lists that
// are out of reach: the stacks use 12057 for both.
const (
	trustUntrustedRoot = 0x20
	trustPartialChain  = 0x10000
)

// judge says whether an attempt failed, and why.
func judge(stack manifest.Stack, s sight, err error, now time.Time) (fault, bool) {
	if err != nil {
		return explain(stack, s, err, now), true
	}
	switch {
	case s.status == http.StatusProxyAuthRequired:
		return fault{cause: confirm.CauseProxyAuth, err: errProxyAuth}, true
	case s.secure != nil && !*s.secure && len(s.chain) == 0:
		return fault{cause: confirm.CauseProxyRefused, err: fmt.Errorf("%w: status %d", errNotSecure, s.status)}, true
	case s.info.old():
		return fault{cause: confirm.CauseTLSVersion, err: fmt.Errorf("%w: %s", errOldTLS, s.info.protocol)}, true
	}
	return fault{}, false
}

func explain(stack manifest.Stack, s sight, err error, now time.Time) fault {
	failed, ok := errors.AsType[*codeError](err)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return fault{cause: confirm.CauseUnavailable, err: err}
	case !ok:
		return fault{cause: confirm.CauseUnknown, err: err}
	}
	f := fault{cause: causeOf(stack, failed.code, s.flags), code: failed.code, err: err}
	switch {
	case f.cause == confirm.CauseRevocationUnreachable && s.trust&(trustUntrustedRoot|trustPartialChain) != 0:
		f.cause = confirm.CauseUnknownRoot
	case f.cause == confirm.CauseExpired && len(s.chain) > 0:
		if leaf, err := x509.ParseCertificate(s.chain[0]); err == nil && now.Before(leaf.NotBefore) {
			f.cause = confirm.CauseNotYetValid
		}
	}
	return f
}

// mark writes the fault down. A stack that is not there has failed at nothing.
func (f fault) mark(proof *confirm.StackProof) {
	if f.cause != confirm.CauseUnavailable {
		no := false
		proof.OK = &no
	}
	proof.Cause, proof.Code, proof.Error, proof.Err = f.cause, f.code, f.err.Error(), f.err
	proof.Stage = stageOf(f.cause)
	switch {
	case proof.Stage == confirm.StageProxy:
		proof.Status = 0 // it was the proxy's
	case proof.Status != 0:
		proof.Stage = confirm.StageAnswer
	}
}

// stageOf is how far an attempt came that ended so; "" where that cannot be
// known.
func stageOf(cause confirm.Cause) confirm.Stage {
	switch cause {
	case confirm.CauseDNS:
		return confirm.StageResolve
	case confirm.CauseRefused, confirm.CauseNoRoute, confirm.CauseProxyScript, confirm.CauseProxyUnreachable:
		return confirm.StageConnect
	case confirm.CauseProxyAuth, confirm.CauseProxyRefused:
		return confirm.StageProxy
	case confirm.CauseTLSVersion, confirm.CauseHandshake, confirm.CauseClientCertificate, confirm.CauseExpired, confirm.CauseNotYetValid,
		confirm.CauseWrongName, confirm.CauseUnknownRoot, confirm.CauseRevoked, confirm.CauseRevocationUnreachable, confirm.CauseCertificate:
		return confirm.StageHandshake
	}
	return ""
}

// describe keeps the evidence.
func (s sight) describe(proof *confirm.StackProof) {
	proof.Status, proof.TLS, proof.Suite = s.status, s.info.protocol, s.info.suite
	var last *x509.Certificate
	for i, der := range s.chain {
		sum := sha256.Sum256(der)
		proof.ChainSHA256 = append(proof.ChainSHA256, hex.EncodeToString(sum[:]))
		cert, err := x509.ParseCertificate(der)
		if err == nil && i == 0 {
			proof.Issuer = cert.Issuer.String()
		}
		last = cert
	}
	if s.whole && last != nil {
		proof.Root = last.Subject.String()
	}
}
