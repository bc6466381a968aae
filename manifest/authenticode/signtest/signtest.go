// Package signtest makes really signed programs and installer packages for
// tests: certificates of an authority and a time stamp authority of its own, and
// osslsigncode, which writes the signatures. It is no part of the programs.
package signtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// Publisher is the common name of the certificate that [New] makes.
const Publisher = "トリコミ株式会社"

// Identity is a certificate with its key, in files as osslsigncode takes them.
type Identity struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
	Chain       string // PEM: the certificate and those above it
	KeyFile     string
}

// Pin is the certificate's fingerprint.
func (i *Identity) Pin() manifest.Digest { return sha256.Sum256(i.Certificate.Raw) }

// World is an authority for publishers, one for time stamps, and one of each.
type World struct {
	Dir                  string
	Authority, Publisher *Identity
	StampRoot, Stamper   *Identity

	t      testing.TB
	n      int64
	stamps map[*Identity]string // addresses
}

// New makes certificates that are valid from a year ago for two years. It skips
// the test where osslsigncode and openssl are not there.
func New(t testing.TB) *World {
	t.Helper()
	for _, program := range []string{"osslsigncode", "openssl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("needs %s, see .ci/tools", program)
		}
	}
	w := &World{Dir: t.TempDir(), t: t, stamps: map[*Identity]string{}}
	w.Authority = w.Make("authority", nil, nil)
	w.Publisher = w.Make(Publisher, w.Authority, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning} })
	w.StampRoot = w.Make("stamps", nil, nil)
	w.Stamper = w.Make("stamper", w.StampRoot, StampOnly)
	return w
}

// Signer is what a manifest requires of this world's files.
func (w *World) Signer() manifest.Signer {
	return manifest.Signer{Name: Publisher, Authority: w.Authority.Pin(), TimeStamp: w.StampRoot.Pin()}
}

// StampOnly makes a certificate one for time stamps, as RFC 3161 wants it.
func StampOnly(c *x509.Certificate) {
	value, _ := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: value}}
}

// RSA makes [World.Make] use an RSA key of this size: set it as the template's
// public key.
func RSA(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Make issues a certificate; without a parent it is an authority that signs
// itself. edit may change the template, and give a key of its own as PublicKey.
func (w *World) Make(name string, parent *Identity, edit func(*x509.Certificate)) *Identity {
	w.t.Helper()
	w.n++
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano() + w.n),
		Subject:      pkix.Name{CommonName: name, Country: []string{"JP"}},
		NotBefore:    time.Now().AddDate(-1, 0, 0),
		NotAfter:     time.Now().AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
	if parent == nil {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageDigitalSignature
	}
	if edit != nil {
		edit(c)
	}
	key, ok := c.PublicKey.(crypto.Signer)
	if !ok {
		made, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		w.must(err)
		key = made
	}
	c.PublicKey = nil
	above, signer, chain := c, key, []byte(nil)
	if parent != nil {
		above, signer = parent.Certificate, parent.Key
		var err error
		chain, err = os.ReadFile(parent.Chain)
		w.must(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, c, above, key.Public(), signer)
	w.must(err)
	made := &Identity{Key: key}
	made.Certificate, err = x509.ParseCertificate(der)
	w.must(err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	w.must(err)
	chain = append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), chain...)
	file := strconv.FormatInt(w.n, 10)
	made.Chain = w.write(file+".pem", chain)
	made.KeyFile = w.write(file+".key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
	return made
}

// Args are those of osslsigncode for a file that is signed and stamped by this
// world's publisher.
func (w *World) Args(more ...string) []string {
	return append([]string{"sign", "-certs", w.Publisher.Chain, "-key", w.Publisher.KeyFile,
		"-ts", w.Stamps(w.Stamper), "-h", "sha256"}, more...)
}

// Sign signs data with [World.Args].
func (w *World) Sign(data []byte, more ...string) []byte { return w.SignWith(data, w.Args(more...)) }

// SignWith signs data with these arguments of osslsigncode.
func (w *World) SignWith(data []byte, args []string) []byte {
	w.t.Helper()
	in := w.write("in", data)
	out := filepath.Join(w.Dir, "out")
	if err := os.Remove(out); err != nil && !os.IsNotExist(err) {
		w.t.Fatal(err)
	}
	if said, err := exec.CommandContext(w.t.Context(), "osslsigncode", append(args, "-in", in, "-out", out)...).CombinedOutput(); err != nil {
		w.t.Fatalf("osslsigncode: %v\n%s", err, said)
	}
	signed, err := os.ReadFile(out)
	w.must(err)
	return signed
}

// Verify is what osslsigncode says of a file.
func (w *World) Verify(data []byte) (ok bool, said string) {
	w.t.Helper()
	out, err := exec.CommandContext(w.t.Context(), "osslsigncode", "verify", "-in", w.write("verify", data),
		"-CAfile", w.Authority.Chain, "-TSA-CAfile", w.StampRoot.Chain).CombinedOutput()
	return err == nil, string(out)
}

func (w *World) write(name string, data []byte) string {
	w.t.Helper()
	path := filepath.Join(w.Dir, name)
	w.must(os.WriteFile(path, data, 0o600))
	return path
}

func (w *World) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}
