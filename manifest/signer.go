package manifest

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Signer is who must have signed the programs of a package with Authenticode,
// and on whose word that is believed. Its text form, the signer field of a
// package, is
//
//	NAME; ca sha256:HEX; time sha256:HEX
//
// such as "トリコミ株式会社; ca sha256:9f86…; time sha256:6030…".
//
// The two pins are why no PC is asked whom it trusts. Windows believes any of
// some hundred authorities, loads further ones from the network when it meets
// them, and so does every administrator who adds one; other systems have no
// list for code at all. A publisher has one authority, and the manifest, which
// is signed, can name it. A pin is made for each build, so a publisher who
// changes the authority says so with the next build, and nothing is left behind.
type Signer struct {
	Name      string // the certificate's subject: its one common name, byte for byte
	Authority Digest // SHA-256 of the certificate (DER) that the publisher's leads to; it may be the publisher's own
	TimeStamp Digest // the same for the time stamp
}

// ErrSigner is a signer that is not written as [Signer] says.
var ErrSigner = errors.New("not a signer such as \"NAME; ca sha256:HEX; time sha256:HEX\"")

// ParseSigner reads the text form, which has exactly one spelling.
func ParseSigner(text string) (Signer, error) {
	var s Signer
	parts := strings.Split(text, "; ")
	if len(text) > maxSigner || len(parts) != 3 {
		return Signer{}, fmt.Errorf("%w: %d bytes, %d parts", ErrSigner, len(text), len(parts))
	}
	s.Name = parts[0]
	if err := CheckSignerName(s.Name); err != nil {
		return Signer{}, err
	}
	for i, pin := range []struct {
		word string
		to   *Digest
	}{{"ca sha256:", &s.Authority}, {"time sha256:", &s.TimeStamp}} {
		digits, ok := strings.CutPrefix(parts[i+1], pin.word)
		if !ok || len(digits) != hex.EncodedLen(len(pin.to)) || digits != strings.ToLower(digits) {
			return Signer{}, fmt.Errorf("%w: %q", ErrSigner, parts[i+1])
		}
		if _, err := hex.Decode(pin.to[:], []byte(digits)); err != nil || pin.to.IsZero() {
			return Signer{}, fmt.Errorf("%w: %q", ErrSigner, parts[i+1])
		}
	}
	return s, nil
}

// CheckSignerName refuses a name that the text form could not carry, or that
// would not look like what it is on a screen.
func CheckSignerName(name string) error {
	odd := func(r rune) bool { return r == ';' || !unicode.IsPrint(r) }
	if name == "" || strings.TrimSpace(name) != name || !utf8.ValidString(name) || strings.IndexFunc(name, odd) >= 0 {
		return fmt.Errorf("%w: the name %q", ErrSigner, name)
	}
	return nil
}

// String is the text form.
func (s Signer) String() string {
	return fmt.Sprintf("%s; ca sha256:%s; time sha256:%s", s.Name, s.Authority, s.TimeStamp)
}
