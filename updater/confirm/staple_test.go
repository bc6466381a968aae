package confirm

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"slices"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// issuing is an authority that also answers what became of its certificates.
type issuing struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func newIssuing(t *testing.T, above *issuing) *issuing {
	t.Helper()
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "an issuer"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	if above != nil {
		template.Subject.CommonName = "an issuer below it"
	}
	return signed(t, template, above)
}

func signed(t *testing.T, template *x509.Certificate, above *issuing) *issuing {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent, signer := template, crypto.Signer(key)
	if above != nil {
		parent, signer = above.cert, above.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issuing{cert: cert, key: key}
}

// host is a certificate for this machine that says where its issuer's lies.
func (i *issuing) host(t *testing.T) *issuing {
	now := time.Now()
	return signed(t, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "a host"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		IssuingCertificateURL: []string{"http://issuer.example/issuer.cer"},
	}, i)
}

func (i *issuing) says(t *testing.T, status int, cert *x509.Certificate, from, to time.Duration) []byte {
	t.Helper()
	now := time.Now()
	answer, err := ocsp.CreateResponse(i.cert, i.cert, ocsp.Response{
		Status: status, SerialNumber: cert.SerialNumber, ThisUpdate: now.Add(from), NextUpdate: now.Add(to), RevokedAt: now.Add(-time.Minute),
	}, i.key)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// What the issuer says counts, if it is he who says it and it is not too old;
// that he took the certificate back counts for ever.
func TestProveStapled(t *testing.T) {
	t.Parallel()
	issuer, stranger := newIssuing(t, nil), newIssuing(t, nil)
	host := issuer.host(t)
	roots := x509.NewCertPool()
	roots.AddCert(issuer.cert)
	another := &x509.Certificate{SerialNumber: big.NewInt(3)}
	for name, row := range map[string]struct {
		staple  []byte
		cause   Cause
		checked bool
	}{
		"none":                   {nil, "", false},
		"good":                   {issuer.says(t, ocsp.Good, host.cert, -time.Hour, time.Hour), "", true},
		"good, out of date":      {issuer.says(t, ocsp.Good, host.cert, -2*time.Hour, -time.Hour), "", false},
		"good, of tomorrow":      {issuer.says(t, ocsp.Good, host.cert, time.Hour, 2*time.Hour), "", false},
		"good, of another":       {issuer.says(t, ocsp.Good, another, -time.Hour, time.Hour), "", false},
		"unknown":                {issuer.says(t, ocsp.Unknown, host.cert, -time.Hour, time.Hour), "", false},
		"revoked":                {issuer.says(t, ocsp.Revoked, host.cert, -time.Hour, time.Hour), CauseRevoked, true},
		"revoked, out of date":   {issuer.says(t, ocsp.Revoked, host.cert, -2*time.Hour, -time.Hour), CauseRevoked, true},
		"revoked, of another":    {issuer.says(t, ocsp.Revoked, another, -time.Hour, time.Hour), "", false},
		"revoked, by a stranger": {stranger.says(t, ocsp.Revoked, host.cert, -time.Hour, time.Hour), "", false},
		"nonsense":               {[]byte("nonsense"), "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cert := tls.Certificate{Certificate: [][]byte{host.cert.Raw}, PrivateKey: host.key, OCSPStaple: row.staple}
			url := transporttest.Host(t, transport.ServerConfig(cert), answer)
			_, strict, _ := prove(t, Options{Roots: roots}, manifest.Host{URL: url})
			if strict.Cause != row.cause || errors.Is(strict.Err, ErrRevoked) != (row.cause == CauseRevoked) {
				t.Errorf("cause %q, %v", strict.Cause, strict.Err)
			}
			if slices.Contains(strict.Notes, NoteRevocationUnchecked) == row.checked {
				t.Errorf("notes %v", strict.Notes)
			}
		})
	}
}

// A host that leaves its issuer's certificate out is not somebody on the way.
func TestProveSentAlone(t *testing.T) {
	t.Parallel()
	root := newIssuing(t, nil)
	issuer := newIssuing(t, root)
	host, own := issuer.host(t), root.host(t)
	proxy, err := transport.ParseProxy(transporttest.Proxy(t, 200))
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		chain [][]byte
		key   crypto.Signer
		alone bool
	}{
		"alone":           {[][]byte{host.cert.Raw}, host.key, true},
		"with its issuer": {[][]byte{host.cert.Raw, issuer.cert.Raw}, host.key, false},
		"by a root":       {[][]byte{own.cert.Raw, root.cert.Raw}, own.key, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := transporttest.Host(t, transport.ServerConfig(tls.Certificate{Certificate: row.chain, PrivateKey: row.key}), answer)
			proof, strict, _ := prove(t, Options{Proxy: proxy}, manifest.Host{URL: url})
			if strict.Cause != CauseUnknownRoot || slices.Contains(strict.Notes, NoteIncompleteChain) != row.alone || slices.Contains(strict.Notes, NotePublicRoot) {
				t.Errorf("cause %q, notes %v", strict.Cause, strict.Notes)
			}
			if (proof.Interceptor == "") != row.alone || strict.LocalRoot == row.alone {
				t.Errorf("interceptor %q, local root %v", proof.Interceptor, strict.LocalRoot)
			}
		})
	}
}
