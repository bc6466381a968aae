package authenticode

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"
)

// The attribute that Windows looks for a time stamp in, and what the token in it
// holds (RFC 3161, 2.4.2).
func oidTimeStamp() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 3, 3, 1}
}
func oidStampInfo() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
}

// stampInfo is TSTInfo as far as it is needed; what follows is not read.
type stampInfo struct {
	Version int
	Policy  asn1.ObjectIdentifier
	Imprint struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	Serial *big.Int
	Time   time.Time `asn1:"generalized"`
}

// stamp is a time stamp that is of this very signature.
type stamp struct {
	*signed
	time time.Time
}

// parseStamp finds the time stamp of a signature. It must be the only thing that
// the signer did not sign: another signature inside, an older kind of time
// stamp (PKCS #9, made with SHA-1) or a blob of somebody's would be a place in a
// signed file that anybody can write in.
func parseStamp(s *signed) (*stamp, error) {
	if len(s.unsigned) == 0 {
		return nil, fmt.Errorf("%w: there is none", ErrTimeStamp)
	}
	if len(s.unsigned) > 1 || !s.unsigned[0].kind.Equal(oidTimeStamp()) {
		return nil, fmt.Errorf("%w: %d unsigned attributes, the first %v", ErrTimeStamp, len(s.unsigned), s.unsigned[0].kind)
	}
	token, err := parseSigned(s.unsigned[0].value.Bytes, oidStampInfo())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTimeStamp, err)
	}
	if len(token.unsigned) > 0 {
		return nil, fmt.Errorf("%w: with unsigned attribute %v", ErrTimeStamp, token.unsigned[0].kind)
	}
	var info stampInfo
	if rest, err := asn1.Unmarshal(token.content, &info); err != nil || len(rest) > 0 {
		return nil, fmt.Errorf("%w: its content, %d bytes too many: %w", ErrTimeStamp, len(rest), err)
	}
	hash, err := strongDigest(info.Imprint.Algorithm.Algorithm)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTimeStamp, err)
	}
	h := hash.New()
	h.Write(s.signature)
	if !bytes.Equal(h.Sum(nil), info.Imprint.Digest) {
		return nil, fmt.Errorf("%w: it is of another signature", ErrTimeStamp)
	}
	return &stamp{token, info.Time}, nil
}
