package authenticode

import (
	"crypto"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
)

// Types of content, and of what the content is about ("Windows Authenticode
// Portable Executable Signature Format", 2008).
func oidIndirectData() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 1, 4}
}
func oidImage() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 1, 15}
}
func oidInstaller() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 1, 30}
}

// indirectData is what an Authenticode signature is over: the digest of the file
// and what kind of file that is.
type indirectData struct {
	Data struct {
		Kind  asn1.ObjectIdentifier
		Value asn1.RawValue `asn1:"optional"`
	}
	Digest struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
}

// parseIndirect reads the content of a signature. The digest counts for this
// kind of file only.
func parseIndirect(content []byte, kind asn1.ObjectIdentifier) (crypto.Hash, []byte, error) {
	var d indirectData
	rest, err := asn1.Unmarshal(content, &d.Data)
	if err == nil {
		rest, err = asn1.Unmarshal(rest, &d.Digest)
	}
	if err != nil || len(rest) > 0 {
		return 0, nil, fmt.Errorf("%w: indirect data with %d bytes too many: %w", ErrMalformed, len(rest), err)
	}
	if !d.Data.Kind.Equal(kind) {
		return 0, nil, fmt.Errorf("%w: a signature of another kind of file, %v", ErrMalformed, d.Data.Kind)
	}
	hash, err := strongDigest(d.Digest.Algorithm.Algorithm)
	if err == nil && len(d.Digest.Digest) != hash.Size() {
		err = fmt.Errorf("%w: a digest of %d bytes", ErrMalformed, len(d.Digest.Digest))
	}
	return hash, d.Digest.Digest, err
}
