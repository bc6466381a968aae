package main

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
	"errors"
	"math/big"
	"net"
	"os"
	"time"
)

// authority issues certificates. Its keys end with the process, but for the file
// that an OCSP responder needs.
type authority struct {
	cert  *x509.Certificate
	key   crypto.Signer
	chain [][]byte // what a host sends behind its own certificate
}

// lifetime is that of a host's certificate. An authority is as much older and
// younger as a real one, since rows tell of other days.
const (
	lifetime = 24 * time.Hour
	century  = 100 * 365 * lifetime
)

func newAuthority(name string) (*authority, error) {
	template, err := newTemplate(name)
	if err != nil {
		return nil, err
	}
	return template.authority(nil)
}

// intermediate is an authority that a sends along, since clients do not know it.
func (a *authority) intermediate(name string) (*authority, error) {
	template, err := newTemplate(name)
	if err != nil {
		return nil, err
	}
	return template.authority(a)
}

type template x509.Certificate

func newTemplate(name string) (*template, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	return &template{SerialNumber: serial, Subject: pkix.Name{CommonName: name, Organization: []string{"netfaults"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(lifetime), BasicConstraintsValid: true}, nil
}

func (t *template) authority(above *authority) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t.NotBefore, t.NotAfter = t.NotBefore.Add(-century), t.NotAfter.Add(century)
	t.IsCA, t.KeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign|x509.KeyUsageDigitalSignature
	made := &authority{key: key}
	signer, parent := crypto.Signer(key), (*x509.Certificate)(t)
	if above != nil {
		signer, parent = above.key, above.cert
	}
	der, err := x509.CreateCertificate(rand.Reader, (*x509.Certificate)(t), parent, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	if above != nil {
		made.chain = append([][]byte{der}, above.chain...)
	}
	made.cert, err = x509.ParseCertificate(der)
	return made, err
}

// pem is the authority's own certificate, as a ca_file wants it.
func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// leaf says what a host's certificate is like. The zero value is a good one.
type leaf struct {
	names       []string // default: this machine by its loopback names, and receptionName
	from, until time.Time
	rsa         bool // for suites that need such a key
	alone       bool // sent without the intermediate authority
	crl         string
}

// receptionName is a host that only proxies and name servers of a row know.
const receptionName = "reception.test"

func (a *authority) issue(l leaf) (tls.Certificate, error) {
	t, err := newTemplate("netfaults host")
	if err != nil {
		return tls.Certificate{}, err
	}
	if !l.from.IsZero() {
		t.NotBefore = l.from
	}
	if !l.until.IsZero() {
		t.NotAfter = l.until
	}
	if l.names == nil {
		l.names = []string{"localhost", "127.0.0.1", receptionName}
	}
	for _, name := range l.names {
		if ip := net.ParseIP(name); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, name)
		}
	}
	if len(a.chain) > 0 { // as public authorities do
		t.IssuingCertificateURL = []string{"http://issuer.test/issuer.cer"}
	}
	if l.crl != "" {
		t.CRLDistributionPoints = []string{l.crl}
	}
	t.KeyUsage, t.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	key, err := newKey(l.rsa)
	if err != nil {
		return tls.Certificate{}, err
	}
	if l.rsa {
		t.KeyUsage |= x509.KeyUsageKeyEncipherment
	}
	der, err := x509.CreateCertificate(rand.Reader, (*x509.Certificate)(t), a.cert, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, err
	}
	chain := [][]byte{der}
	if !l.alone {
		chain = append(chain, a.chain...)
	}
	parsed, err := x509.ParseCertificate(der)
	return tls.Certificate{Certificate: chain, PrivateKey: key, Leaf: parsed}, err
}

func newKey(isRSA bool) (crypto.Signer, error) {
	if isRSA {
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// writePair writes a certificate with its chain, and its key, for programs that
// read files.
func writePair(cert tls.Certificate, certFile, keyFile string) error {
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(certFile, encoded(cert.Certificate), 0o644),
		os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600))
}

func encoded(chain [][]byte) []byte {
	var all []byte
	for _, der := range chain {
		all = append(all, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return all
}
