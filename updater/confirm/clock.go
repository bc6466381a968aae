package confirm

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// A certificate that is "expired" is a wrong clock as often as an old
// certificate, and only the host's own clock can tell. So where the time is all
// that is wrong, the host is asked once more with the certificate verified for
// a moment at which it is valid, and in everything else as strictly as before.
// What comes back is evidence, its Date, and never a success.

// lookAtClock decides what err, a certificate outside its time, means.
func lookAtClock(ctx context.Context, host manifest.Host, o Options, err error) (skew *float64, _ error) {
	unverified, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if !ok || len(unverified.UnverifiedCertificates) == 0 {
		return nil, err
	}
	chain, now := unverified.UnverifiedCertificates, time.Now()
	evidence := get(ctx, host, o, attempt{suites: withCBC(), now: momentIn(chain, now)})
	if evidence.skew == nil {
		// The host did not say. A certificate that is not valid yet was hardly
		// made in the future.
		if chain[0].NotBefore.Sub(now) > MaxSkew {
			err = fmt.Errorf("%w: %w", ErrClock, err)
		}
		return nil, err
	}
	there := now.Add(-seconds(*evidence.skew))
	if wrongClock(*evidence.skew) && verifiesAt(evidence.peer, o.Roots, there) {
		err = fmt.Errorf("%w: the host's is %s: %w", ErrClock, there.UTC().Format(time.RFC3339), err)
	}
	return evidence.skew, err
}

// momentIn is a moment at which all certificates of a chain are valid, or at
// least the first: as near to now as it may be.
func momentIn(chain []*x509.Certificate, now time.Time) time.Time {
	begin, end := chain[0].NotBefore, chain[0].NotAfter
	for _, cert := range chain[1:] {
		if cert.NotBefore.After(begin) && cert.NotBefore.Before(end) {
			begin = cert.NotBefore
		}
		if cert.NotAfter.Before(end) && cert.NotAfter.After(begin) {
			end = cert.NotAfter
		}
	}
	margin := end.Sub(begin) / 100
	switch {
	case now.Before(begin):
		return begin.Add(margin)
	case now.After(end):
		return end.Add(-margin)
	}
	return now
}

// verifiesAt says whether what a host showed is good at another time. Its name
// was verified when it was shown.
func verifiesAt(peer []*x509.Certificate, roots *x509.CertPool, at time.Time) bool {
	if len(peer) == 0 {
		return false
	}
	others := x509.NewCertPool()
	for _, cert := range peer[1:] {
		others.AddCert(cert)
	}
	_, err := peer[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: others, CurrentTime: at})
	return err == nil
}

// skewOf is by how many seconds this PC's clock is ahead of the host's, by an
// answer that came at the given time; nil where the answer has no Date.
func skewOf(header http.Header, received time.Time) *float64 {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return nil
	}
	skew := received.Sub(date).Round(time.Second).Seconds()
	return &skew
}

// wrongClock says that a clock is off by more than what is borne.
func wrongClock(skew float64) bool { return seconds(skew).Abs() > MaxSkew }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
