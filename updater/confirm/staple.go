package confirm

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/ocsp"
)

// ErrRevoked is a certificate that its issuer took back, by the issuer's own
// word.
var ErrRevoked = errors.New("server certificate revoked")

// stapled reads what the issuer says of the certificate, where the host sends
// his answer along (OCSP stapling). crypto/tls asks for it and does not look.
// koshin asks no issuer by itself: his responder may be out of reach where the
// host is not, and would learn who asks. checked says that the answer is good
// and fresh; an answer that is not signed by the issuer is none.
func stapled(state *tls.ConnectionState, now time.Time) (checked bool, err error) {
	if len(state.OCSPResponse) == 0 || len(state.VerifiedChains) == 0 || len(state.VerifiedChains[0]) < 2 {
		return false, nil
	}
	chain := state.VerifiedChains[0]
	answer, err := ocsp.ParseResponseForCert(state.OCSPResponse, chain[0], chain[1])
	if err != nil {
		return false, nil
	}
	switch answer.Status {
	case ocsp.Revoked: // for ever, however old the answer is
		return true, fmt.Errorf("%w: at %s", ErrRevoked, answer.RevokedAt.UTC().Format(time.RFC3339))
	case ocsp.Good:
		return now.Add(MaxSkew).After(answer.ThisUpdate) && now.Add(-MaxSkew).Before(answer.NextUpdate), nil
	}
	return false, nil
}

// sentAlone says that a host has probably left out the certificate of its
// issuer: the only one it sent says where that can be had, as those of public
// authorities do. Windows and browsers fetch it; Go does not.
func sentAlone(shown []*x509.Certificate) bool {
	return len(shown) == 1 && len(shown[0].IssuingCertificateURL) > 0 && string(shown[0].RawIssuer) != string(shown[0].RawSubject)
}
