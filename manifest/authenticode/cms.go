package authenticode

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"

	"github.com/smallstep/pkcs7"
)

const (
	maxDepth        = 40 // of DER; real signatures need about 15
	maxCertificates = 32 // real signatures bring 2 to 6
)

// signed is a CMS message (RFC 5652) with one signer, whose signature fits: over
// its attributes, and they over the content. Whether the certificate is worth
// anything is not looked at here.
type signed struct {
	content   []byte // without tag and length
	leaf      *x509.Certificate
	all       []*x509.Certificate
	path      []*x509.Certificate // from the leaf up, each issued by the next
	signature []byte
	unsigned  []attribute
}

// attribute is one that the signer did not sign.
type attribute struct {
	kind  asn1.ObjectIdentifier
	value asn1.RawValue // the SET of values
}

// parseSigned reads a message that holds content of the given type.
//
// github.com/smallstep/pkcs7 takes the message apart and checks signature and
// messageDigest. It does not look at the type of the content, takes SHA-1, and
// its conversion of BER costs the square of the depth, so what is none of DER
// never gets there.
func parseSigned(der []byte, contentType asn1.ObjectIdentifier) (*signed, error) {
	if err := checkDER(der, 0); err != nil {
		return nil, err
	}
	p, err := pkcs7.Parse(der)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	s := &signed{content: p.Content, all: p.Certificates, leaf: p.GetOnlySigner()}
	if s.leaf == nil || len(s.all) > maxCertificates {
		return nil, fmt.Errorf("%w: %d signers, %d certificates, one of them the one signer's: %v", ErrMalformed, len(p.Signers), len(s.all), s.leaf != nil)
	}
	signer := p.Signers[0]
	s.signature = signer.EncryptedDigest
	if _, err := strongDigest(signer.DigestAlgorithm.Algorithm); err != nil {
		return nil, err
	}
	if err := strongKey(s.leaf); err != nil {
		return nil, err
	}
	kinds := map[string]bool{}
	for _, a := range signer.AuthenticatedAttributes {
		if kinds[a.Type.String()] {
			return nil, fmt.Errorf("%w: signed attribute %s twice", ErrMalformed, a.Type)
		}
		kinds[a.Type.String()] = true
	}
	var kind asn1.ObjectIdentifier
	if err := p.UnmarshalSignedAttribute(pkcs7.OIDAttributeContentType, &kind); err != nil || !kind.Equal(contentType) {
		return nil, fmt.Errorf("%w: signed content of type %v", ErrMalformed, kind)
	}
	if err := p.Verify(); err != nil {
		if _, ok := errors.AsType[*pkcs7.SigningTimeNotValidError](err); ok {
			return nil, fmt.Errorf("%w: %w", ErrUntrusted, err)
		}
		return nil, fmt.Errorf("%w: %w", ErrTampered, err)
	}
	for _, a := range signer.UnauthenticatedAttributes {
		s.unsigned = append(s.unsigned, attribute{a.Type, a.Value})
	}
	return s, s.findPath()
}

// strongDigest is the hash of an object identifier, unless it can be forged.
func strongDigest(oid asn1.ObjectIdentifier) (crypto.Hash, error) {
	switch {
	case oid.Equal(pkcs7.OIDDigestAlgorithmSHA256):
		return crypto.SHA256, nil
	case oid.Equal(pkcs7.OIDDigestAlgorithmSHA384):
		return crypto.SHA384, nil
	case oid.Equal(pkcs7.OIDDigestAlgorithmSHA512):
		return crypto.SHA512, nil
	}
	return 0, fmt.Errorf("%w: digest %v", ErrWeak, oid)
}

// strongKey refuses keys that can be broken. Certificates signed with SHA-1 or
// MD5 are refused by crypto/x509 itself.
func strongKey(c *x509.Certificate) error {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() >= 2048 {
			return nil
		}
		return fmt.Errorf("%w: RSA with %d bits", ErrWeak, key.N.BitLen())
	case *ecdsa.PublicKey:
		if key.Curve.Params().BitSize >= 256 {
			return nil
		}
		return fmt.Errorf("%w: a curve of %d bits", ErrWeak, key.Curve.Params().BitSize)
	}
	return fmt.Errorf("%w: a key of kind %v", ErrWeak, c.PublicKeyAlgorithm)
}

// checkDER refuses what is not one DER value, deep nesting, and everything that
// only BER knows. Inside of strings of bytes it does not look.
func checkDER(der []byte, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%w: nested more than %d deep", ErrMalformed, maxDepth)
	}
	for first := true; len(der) > 0; first = false {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		if depth == 0 && (!first || len(rest) > 0) {
			return fmt.Errorf("%w: %d bytes after the signature", ErrTampered, len(rest))
		}
		if v.IsCompound {
			if err := checkDER(v.Bytes, depth+1); err != nil {
				return err
			}
		}
		der = rest
	}
	return nil
}

// trim takes the zeros off with which a table is filled up.
func trim(table []byte) ([]byte, error) {
	var v asn1.RawValue
	rest, err := asn1.Unmarshal(table, &v)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if len(rest) >= 8 || !bytes.Equal(rest, make([]byte, len(rest))) {
		return nil, fmt.Errorf("%w: %d bytes hidden behind the signature", ErrTampered, len(rest))
	}
	return v.FullBytes, nil
}
