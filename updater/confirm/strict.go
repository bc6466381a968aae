package confirm

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/transport"
)

// What a proof can fail with beside the sentinels of package transport.
var (
	// ErrWeakSuite is a host that speaks TLS 1.2, but none of the AEAD suites
	// with forward secrecy.
	ErrWeakSuite = errors.New("host offers only weak cipher suites")
	// ErrClientCertificate is a host that wants a client certificate, which a
	// proof never shows.
	ErrClientCertificate = errors.New("host asks for a client certificate")
	// ErrClock is a certificate that is good by the host's clock, and not by
	// this PC's.
	ErrClock = errors.New("this pc's clock is wrong")
	// ErrCaptivePortal is an answer of somebody on the way, such as the page of
	// a network that wants a person to agree to something first.
	ErrCaptivePortal = errors.New("somebody else than the host answered")
	// ErrUnavailable is a TLS stack that this PC or this version of koshin
	// cannot ask. It is not a failure.
	ErrUnavailable = errors.New("tls stack not available here")
)

// attempt is what is offered to a host.
type attempt struct {
	suites []uint16  // nil: the strict ones
	now    time.Time // when the certificate must be valid; zero: now
}

// seen is all that one attempt showed.
type seen struct {
	proof StackProof
	sight sight
	peer  []*x509.Certificate // what was shown over a connection that stood
	skew  *float64            // see HostProof.ClockSkew
	// checked says that the issuer's word was heard: see stapled.
	checked bool
	err     error
}

// proveGo is the neutral probe: one strict GET. What fails may be asked again
// for evidence of why; that never turns into a success.
func proveGo(ctx context.Context, host manifest.Host, o Options) (StackProof, seen) {
	began := time.Now()
	s := get(ctx, host, o, attempt{})
	switch {
	case errors.Is(s.err, transport.ErrHandshake) && !errors.Is(s.err, ErrClientCertificate):
		s = lookForWeakSuite(ctx, host, o, s)
	case errors.Is(s.err, transport.ErrCertificateTime):
		s.skew, s.err = lookAtClock(ctx, host, o, s.err)
	case errors.Is(s.err, transport.ErrUnknownAuthority) && slices.Contains(s.proof.Notes, NoteIncompleteChain):
	case errors.Is(s.err, transport.ErrUnknownAuthority) && !s.proof.LocalRoot:
		s.proof.Notes = append(s.proof.Notes, NotePublicRoot) // what ca_file names would have been known
	case s.err == nil && s.skew != nil && wrongClock(*s.skew):
		s.proof.Notes = append(s.proof.Notes, NoteClockOff)
	}
	proof, ok := s.proof, s.err == nil
	proof.Stack, proof.OK, proof.Err = manifest.StackGo, &ok, s.err
	proof.Cause, proof.Stage = causeOf(s.err, s.sight), s.sight.stage
	proof.Elapsed, proof.User = time.Since(began).Seconds(), thisUser()
	if s.err != nil {
		proof.Error = plain(s.err.Error(), maxError)
	}
	if proof.Root != "" && !s.checked {
		proof.Notes = append(proof.Notes, NoteRevocationUnchecked)
	}
	return proof, s
}

// lookForWeakSuite asks a host that had no suite in common again, with CBC and,
// if that is not it, with the old key exchange without forward secrecy.
func lookForWeakSuite(ctx context.Context, host manifest.Host, o Options, strict seen) seen {
	for _, suites := range [][]uint16{withCBC(), withRSA()} {
		weak := get(ctx, host, o, attempt{suites: suites})
		if weak.proof.TLS == "" {
			continue // no handshake with these either
		}
		if weak.err == nil {
			weak.err = fmt.Errorf("%w: %s", ErrWeakSuite, weak.proof.Suite)
		} else {
			weak.proof.Notes = append(weak.proof.Notes, NoteWeakSuite)
		}
		return weak
	}
	return strict
}

// get asks once, on a connection of its own.
func get(ctx context.Context, host manifest.Host, o Options, a attempt) (s seen) {
	config := transport.ClientConfig(o.Roots)
	if a.suites != nil {
		config.CipherSuites = a.suites
	}
	if !a.now.IsZero() {
		config.Time = func() time.Time { return a.now }
	}
	var asked atomic.Bool
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		asked.Store(true)
		return new(tls.Certificate), nil // none
	}
	way := newWay(config, o, a.suites == nil)
	resp, err := way.ask(ctx, host.URL)
	s.sight = way.seen()
	if err != nil {
		s.err = err
		if unverified, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
			describeShown(&s.proof, unverified.UnverifiedCertificates, o.expected)
		}
		if asked.Load() && s.sight.stage == StageHandshake && (isRemoteAlert(err) || cutOff(err)) {
			s.err = fmt.Errorf("%w: %w", ErrClientCertificate, err)
		}
		return s
	}
	defer resp.Body.Close()
	s.skew, s.peer = skewOf(resp.Header, time.Now()), resp.TLS.PeerCertificates
	describe(&s.proof, resp.TLS, o.expected)
	s.proof.Status = resp.StatusCode
	var revoked error
	if s.checked, revoked = stapled(resp.TLS, time.Now()); revoked != nil {
		s.err = revoked
		return s
	}
	s.err = judgeAnswer(resp, host, s.proof.LocalRoot)
	if status, ok := errors.AsType[*transport.StatusError](s.err); ok && asked.Load() && wantsCertificate(status.Code) {
		s.err = fmt.Errorf("%w: %w", ErrClientCertificate, s.err)
	}
	return s
}

// isRemoteAlert says that the host complained, in the terms of TLS.
func isRemoteAlert(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "remote error"
}

// wantsCertificate says what hosts answer who asked for a client certificate in
// the handshake and only then noticed that there was none: nginx 400, IIS 403.
func wantsCertificate(status int) bool {
	return status == http.StatusBadRequest || status == http.StatusUnauthorized || status == http.StatusForbidden
}

// judgeAnswer holds an answer against what the manifest expects. One that leads
// away from TLS is none, whatever its status: not followed, and not believed to be
// the host's where somebody re-signs and it leads to another host, since that is
// what log-in pages do. Nobody else can show the host's own certificate.
func judgeAnswer(resp *http.Response, host manifest.Host, resigned bool) error {
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		if from, to := resp.Request.URL, leadsTo(resp); to != nil && to.Scheme != "https" {
			if resigned && !strings.EqualFold(to.Hostname(), from.Hostname()) {
				return fmt.Errorf("%w: it leads to %s://%s", ErrCaptivePortal, plain(to.Scheme, maxName), plain(to.Host, maxName))
			}
			return fmt.Errorf("%w: the answer leads to %s", transport.ErrInsecureURL, plain(to.Scheme, maxName))
		}
	}
	if !expected(host).Contains(resp.StatusCode) {
		return &transport.StatusError{URL: host.URL, Code: resp.StatusCode}
	}
	return nil
}

// leadsTo is where a redirect goes, or nil.
func leadsTo(resp *http.Response) *url.URL {
	to, err := resp.Location()
	if err != nil {
		return nil
	}
	return to
}

// describe notes what a connection that stands is made of.
func describe(proof *StackProof, state *tls.ConnectionState, expected *expectedRoots) {
	proof.TLS = tls.VersionName(state.Version)
	proof.Suite = tls.CipherSuiteName(state.CipherSuite)
	proof.Curve = state.CurveID.String()
	proof.ALPN = state.NegotiatedProtocol
	if len(state.VerifiedChains) > 0 {
		chain := state.VerifiedChains[0]
		proof.ChainSHA256 = hashes(chain)
		proof.Issuer, proof.issuer = plain(chain[0].Issuer.String(), maxName), shortName(chain[0].Issuer)
		proof.Root = plain(chain[len(chain)-1].Subject.String(), maxName)
		proof.LocalRoot = !expected.verified(state.VerifiedChains)
	}
}

// describeShown notes what is known of a chain that was not verified.
func describeShown(proof *StackProof, shown []*x509.Certificate, expected *expectedRoots) {
	if len(shown) == 0 {
		return
	}
	proof.ChainSHA256 = hashes(shown)
	proof.Issuer, proof.issuer = plain(shown[0].Issuer.String(), maxName), shortName(shown[0].Issuer)
	if sentAlone(shown) {
		proof.Notes = append(proof.Notes, NoteIncompleteChain) // and where it leads is not known
		return
	}
	proof.LocalRoot = !expected.leads(shown)
}

func hashes(chain []*x509.Certificate) []string {
	var all []string
	for _, cert := range chain {
		all = append(all, hashOf(cert))
	}
	return all
}

func hashOf(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.Raw)
	return hex.EncodeToString(sum[:])
}

// withCBC is the strict list and behind it the suites that Schannel of Windows
// 8.1 era hosts still need.
func withCBC() []uint16 {
	return append(transport.Suites(),
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
		tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
		tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
		tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
	)
}

// withRSA adds the key exchange without forward secrecy, which the strict list
// will never have.
func withRSA() []uint16 {
	return append(withCBC(),
		tls.TLS_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA256,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA,
		tls.TLS_RSA_WITH_AES_256_CBC_SHA,
		tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA,
	)
}
