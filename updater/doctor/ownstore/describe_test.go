package ownstore

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
)

// issue makes a self-signed certificate of a person.
func issue(t testing.TB, change func(*x509.Certificate)) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "事業所 1234567890 TANAKA"},
		NotBefore: time.Now().Add(-time.Hour).Truncate(time.Second), NotAfter: time.Now().Add(time.Hour).Truncate(time.Second),
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	usage := func(all ...x509.ExtKeyUsage) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.ExtKeyUsage = all }
	}
	for name, row := range map[string]struct {
		change func(*x509.Certificate)
		sends  bool
	}{
		"says nothing":          {nil, true},
		"client authentication": {usage(x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageEmailProtection), true},
		"anything":              {usage(x509.ExtKeyUsageAny), true},
		"mail":                  {usage(x509.ExtKeyUsageEmailProtection), false},
		"a use nobody knows": {func(c *x509.Certificate) {
			c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{{1, 3, 6, 1, 4, 1, 99999, 1}}
		}, false},
		"an authority": {func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true }, false},
	} {
		der := issue(t, row.change)
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		one, ok := describe(der, true)
		if !ok || one.Sends != row.sends || !one.HasKey || one.SHA1 || !one.NotAfter.Equal(cert.NotAfter) || !one.NotBefore.Equal(cert.NotBefore) {
			t.Errorf("%s: %+v, %v", name, one, ok)
		}
		if strings.Contains(fmt.Sprintf("%+v", one), "TANAKA") {
			t.Errorf("%s: a name came out", name)
		}
	}
	if _, ok := describe([]byte("nonsense"), true); ok {
		t.Error("nonsense was understood")
	}
}
