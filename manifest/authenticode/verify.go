package authenticode

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"io"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/authenticode/compound"
)

// Signature is a signature that fits its file. [Signature.Check] says whether it
// is the right one's.
type Signature struct {
	Signer manifest.Signer // as it would be written to require this very signature
	Issuer string          // who vouches for the publisher: the subject of the pinned certificate
	Time   time.Time       // by the time stamp

	main  *signed
	stamp *stamp
}

// file is a format that signatures are put into.
type file interface {
	content(ctx context.Context, w io.Writer) error
}

// Is says whether the file is of a kind that can be signed here: a Windows
// program (PE) or a Windows Installer package (MSI).
func Is(r io.ReaderAt, size int64) (bool, error) {
	if _, ok, err := openPE(r, size); ok {
		return true, nil // a program without a place for a signature is one, too
	} else if err != nil {
		return false, err
	}
	magic := make([]byte, len(compound.Magic))
	ok, err := readAt(r, magic, 0)
	return ok && string(magic) == compound.Magic, err
}

// Verify checks a whole file: it is a program or an installer package, signed
// by the signer, stamped, and nothing was changed or added since. Memory does
// not grow with the file.
func Verify(ctx context.Context, r io.ReaderAt, size int64, by manifest.Signer) (*Signature, error) {
	s, err := Read(ctx, r, size)
	if err != nil {
		return nil, err
	}
	return s, s.Check(by)
}

// Read checks that a file is what was signed, and says by whom. Nothing is known
// then of whether that is somebody to trust.
func Read(ctx context.Context, r io.ReaderAt, size int64) (*Signature, error) {
	der, kind, digest, err := locate(ctx, r, size)
	if err != nil {
		return nil, err
	}
	if der == nil {
		return nil, ErrUnsigned
	}
	if der, err = trim(der); err != nil {
		return nil, err
	}
	s := new(Signature)
	if s.main, err = parseSigned(der, oidIndirectData()); err != nil {
		return nil, err
	}
	hash, want, err := parseIndirect(s.main.content, kind)
	if err != nil {
		return nil, err
	}
	have, err := digest(hash)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(have, want) {
		return nil, fmt.Errorf("%w: its digest is %x, and %x was signed", ErrTampered, have, want)
	}
	if s.stamp, err = parseStamp(s.main); err != nil {
		return nil, err
	}
	s.Time, s.Issuer = s.stamp.time, s.main.top().Subject.String()
	s.Signer = manifest.Signer{
		Name:      commonName(s.main.leaf),
		Authority: fingerprint(s.main.top()),
		TimeStamp: fingerprint(s.stamp.top()),
	}
	return s, nil
}

// Check says whether the signature is this signer's: the name, and both
// certificates valid, at the time of the time stamp, up to the pinned ones. The
// PC's clock is not asked.
func (s *Signature) Check(by manifest.Signer) error {
	if s.Signer.Name != by.Name {
		return fmt.Errorf("%w: %q, and not %q", ErrPublisher, s.Signer.Name, by.Name)
	}
	if err := s.main.checkChain(by.Authority, x509.ExtKeyUsageCodeSigning, s.Time); err != nil {
		return err
	}
	if err := s.stamp.checkChain(by.TimeStamp, x509.ExtKeyUsageTimeStamping, s.Time); err != nil {
		return fmt.Errorf("%w: %w", ErrTimeStamp, err)
	}
	return nil
}

// Content is a hash (SHA-256) of everything that signing a file must leave as it
// was: equal before and after.
func Content(ctx context.Context, r io.ReaderAt, size int64) (manifest.Digest, error) {
	var f file
	p, ok, err := openPE(r, size)
	if f = p; err == nil && !ok {
		var m *installer
		m, ok, err = openMSI(r, size)
		f = m
	}
	if err == nil && !ok {
		err = fmt.Errorf("%w: neither a Windows program nor an installer package", ErrMalformed)
	}
	if err != nil {
		return manifest.Digest{}, err
	}
	h := sha256.New()
	if err := f.content(ctx, h); err != nil {
		return manifest.Digest{}, err
	}
	return manifest.Digest(h.Sum(nil)), nil
}

// locate finds the signature in a file, nil when there is none, and how what it
// covers is hashed.
func locate(ctx context.Context, r io.ReaderAt, size int64) (der []byte, kind asn1.ObjectIdentifier, digest func(crypto.Hash) ([]byte, error), err error) {
	p, ok, err := openPE(r, size)
	if err != nil {
		return nil, nil, nil, err
	}
	if ok {
		der, err = p.signature()
		return der, oidImage(), func(hash crypto.Hash) ([]byte, error) {
			h := hash.New()
			err := p.content(ctx, h)
			return h.Sum(nil), err
		}, err
	}
	m, ok, err := openMSI(r, size)
	if err != nil {
		return nil, nil, nil, err
	}
	if !ok {
		return nil, nil, nil, fmt.Errorf("%w: neither a Windows program nor an installer package", ErrMalformed)
	}
	der, err = m.signature(ctx)
	return der, oidInstaller(), func(hash crypto.Hash) ([]byte, error) { return m.digest(ctx, hash) }, err
}

// commonName is the one common name of the subject; with none or several it is
// empty, and nobody can be required by it.
func commonName(c *x509.Certificate) string {
	name, n := "", 0
	for _, attribute := range c.Subject.Names {
		if attribute.Type.Equal(asn1.ObjectIdentifier{2, 5, 4, 3}) {
			n++
			name, _ = attribute.Value.(string)
		}
	}
	if n != 1 {
		return ""
	}
	return name
}
