package confirm

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"iter"
	"strings"
	"time"
	"unicode"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// expectedRoots are the roots that nobody has to wonder about: those that
// browsers bring along, and those of ca_file, which an administrator named. A
// chain that leads to any other was issued on this PC's side of the line, by a
// proxy or a security product that opens the traffic.
type expectedRoots struct {
	public map[rootKey]bool
	own    map[rootKey]bool
	hashes map[string]bool // SHA-256 of both, for chains of which nothing else is known
	pool   *x509.CertPool  // both, for chains that this PC did not verify
}

// rootKey is a root by name and key: a root that was issued anew, or signed by
// an older one for old PCs, is still the same.
type rootKey [2 * sha256.Size]byte

func keyOf(cert *x509.Certificate) (key rootKey) {
	name, public := sha256.Sum256(cert.RawSubject), sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	copy(key[:], name[:])
	copy(key[sha256.Size:], public[:])
	return key
}

// newExpectedRoots parses some 140 certificates, which takes a few
// milliseconds: once for a round of proofs.
func newExpectedRoots(public iter.Seq[bundle.Root], own []*x509.Certificate) *expectedRoots {
	e := &expectedRoots{public: map[rootKey]bool{}, own: map[rootKey]bool{}, hashes: map[string]bool{}, pool: x509.NewCertPool()}
	for root := range public {
		cert, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			continue // newer than this Go; the module's own tests parse them all
		}
		e.public[keyOf(cert)], e.hashes[hashOf(cert)] = true, true
		if root.Constraint != nil {
			e.pool.AddCertWithConstraint(cert, root.Constraint)
		} else {
			e.pool.AddCert(cert)
		}
	}
	for _, cert := range own {
		e.own[keyOf(cert)], e.hashes[hashOf(cert)] = true, true
		e.pool.AddCert(cert)
	}
	return e
}

// verified says whether one of the chains that this PC verified holds an
// expected root. It may stand in the middle, signed by an older one.
func (e *expectedRoots) verified(chains [][]*x509.Certificate) bool {
	for _, chain := range chains {
		for _, cert := range chain {
			if key := keyOf(cert); e.public[key] || e.own[key] {
				return true
			}
		}
	}
	return false
}

// strange says of a stack of the system's, of whose chain only hashes are told,
// that it was shown another certificate than the neutral probe, and one that
// goes up to a root which is not expected: its own proxy re-signs.
func (e *expectedRoots) strange(system, probe StackProof) bool {
	chain := system.ChainSHA256
	return system.Root != "" && len(chain) > 0 && !e.hashes[chain[len(chain)-1]] &&
		len(probe.ChainSHA256) > 0 && probe.ChainSHA256[0] != chain[0]
}

// leads says whether a chain that this PC did not verify leads to an expected
// root all the same, whatever its name and its time.
func (e *expectedRoots) leads(shown []*x509.Certificate) bool {
	if len(shown) == 0 {
		return false
	}
	others := x509.NewCertPool()
	for _, cert := range shown[1:] {
		others.AddCert(cert)
	}
	_, err := shown[0].Verify(x509.VerifyOptions{Roots: e.pool, Intermediates: others, CurrentTime: momentIn(shown, time.Now())})
	return err == nil
}

// What a stranger may put on the screen: a name is a line or two, what an error
// quotes a short paragraph.
const (
	maxName  = 200
	maxError = 1000
)

// plain is a stranger's text as it may be shown: one line, nothing that a
// terminal obeys, at most so many characters.
func plain(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit]) + "…"
	}
	return strings.TrimSpace(text)
}

// shortName is how people call an issuer.
func shortName(name pkix.Name) string {
	for _, part := range append([]string{name.CommonName}, name.Organization...) {
		if short := plain(part, maxName); short != "" {
			return short
		}
	}
	return plain(name.String(), maxName)
}
