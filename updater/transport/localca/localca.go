// Package localca makes throw-away certificate authorities, for koshin demo
// and for tests: real keys, real chains, gone when the process ends. Nothing of
// an authority's private key can be written down.
package localca

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// lifetime is how long an authority and what it issues last: longer than any
// demo or test, too short to be of use to anybody else.
const lifetime = 24 * time.Hour

// Authority signs certificates while the process lives.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// New makes an authority.
func New() (*Authority, error) { return NewFor(lifetime) }

// NewFor makes an authority that lasts so long, for tests of what counts the
// days that a certificate has left.
func NewFor(lifetime time.Duration) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template, err := newTemplate("koshin throw-away authority")
	if err != nil {
		return nil, err
	}
	template.IsCA = true
	template.NotAfter = time.Now().Add(lifetime)
	template.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate authority: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	return &Authority{cert: cert, key: key}, err
}

// PEM is the authority's own certificate, as a ca_file wants it.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// DER is the authority's own certificate, as a system's root store wants it.
func (a *Authority) DER() []byte { return a.cert.Raw }

// Pool holds the authority's certificate and no other.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// Leaf says what a certificate is for. The zero value is this machine by its
// loopback names, valid now.
type Leaf struct {
	Names               []string // host names and IP addresses; default localhost, 127.0.0.1, ::1
	NotBefore, NotAfter time.Time
	RSA                 bool // an RSA key, as hosts of another age have; default P-256
}

// Issue makes a server's key and certificate.
func (a *Authority) Issue(leaf Leaf) (tls.Certificate, error) {
	key, err := leaf.newKey()
	if err != nil {
		return tls.Certificate{}, err
	}
	template, err := newTemplate("koshin throw-away host")
	if err != nil {
		return tls.Certificate{}, err
	}
	if !leaf.NotBefore.IsZero() {
		template.NotBefore = leaf.NotBefore
	}
	if !leaf.NotAfter.IsZero() {
		template.NotAfter = leaf.NotAfter
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	if leaf.RSA {
		template.KeyUsage |= x509.KeyUsageKeyEncipherment
	}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	if leaf.Names == nil {
		leaf.Names = []string{"localhost", "127.0.0.1", "::1"}
	}
	for _, name := range leaf.Names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("issue a certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key}, nil
}

// newKey makes the host's private key. 2048 bits are the least that Go accepts.
func (l Leaf) newKey() (crypto.Signer, error) {
	if l.RSA {
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func newTemplate(name string) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Now().Add(-time.Hour), // a clock may be a little behind
		NotAfter:              time.Now().Add(lifetime),
		BasicConstraintsValid: true,
	}, nil
}
