package authenticode

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// checkChain verifies that the signer's certificate was made for this use and
// leads, at that time, to the certificate with this fingerprint, which must be
// among those in the signature.
func (s *signed) checkChain(pin manifest.Digest, use x509.ExtKeyUsage, at time.Time) error {
	end := slices.IndexFunc(s.path, func(c *x509.Certificate) bool { return fingerprint(c) == pin })
	if end < 0 {
		return fmt.Errorf("%w: it leads to %q and not to the required authority", ErrUntrusted, s.top().Subject)
	}
	// Verify lets a certificate pass that says nothing about its use.
	if !slices.Contains(s.leaf.ExtKeyUsage, use) {
		return fmt.Errorf("%w: certificate of %q is for another use", ErrUntrusted, s.leaf.Subject)
	}
	roots, others := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(s.path[end])
	for _, c := range s.path[:end+1] {
		others.AddCert(c)
		if err := strongKey(c); err != nil {
			return err
		}
	}
	if _, err := s.leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: others, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{use}}); err != nil {
		return fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	return nil
}

// top is the certificate to pin: the last that the signer's leads to among those
// in the signature, most often the authority's own or the one below it.
func (s *signed) top() *x509.Certificate { return s.path[len(s.path)-1] }

// findPath follows the signer's certificate upwards. A certificate beside that
// path proves nothing, and would be a place in a signed file that anybody can
// write in; copies of those on it do not matter, and osslsigncode makes some.
func (s *signed) findPath() error {
	s.path = []*x509.Certificate{s.leaf}
	for {
		c := s.top()
		i := slices.IndexFunc(s.all, func(parent *x509.Certificate) bool {
			return !slices.ContainsFunc(s.path, parent.Equal) && bytes.Equal(parent.RawSubject, c.RawIssuer) && c.CheckSignatureFrom(parent) == nil
		})
		if i < 0 {
			break
		}
		s.path = append(s.path, s.all[i])
	}
	for _, c := range s.all {
		if !slices.ContainsFunc(s.path, c.Equal) {
			return fmt.Errorf("%w: the certificate of %q is not one that the signer's leads to", ErrMalformed, c.Subject)
		}
	}
	return nil
}

// fingerprint is what openssl x509 -fingerprint -sha256 prints.
func fingerprint(c *x509.Certificate) manifest.Digest { return sha256.Sum256(c.Raw) }
