package authenticode

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"
)

// message is a signed message that osslsigncode would not make.
func message(t *testing.T, kind asn1.ObjectIdentifier, signers int, edit func(*pkcs7.SignedData)) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s, err := pkcs7.NewSignedData([]byte("content"))
	if err != nil {
		t.Fatal(err)
	}
	s.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	s.GetSignedData().ContentInfo.ContentType = kind
	if edit != nil {
		edit(s)
	}
	for range signers {
		if err := s.AddSigner(certificate, key, pkcs7.SignerInfoConfig{}); err != nil {
			t.Fatal(err)
		}
	}
	data, err := s.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestMessages(t *testing.T) {
	kind := oidIndirectData()
	whole := message(t, kind, 1, nil)
	deep := bytes.Repeat([]byte{0x30, 0x80}, 100_000)
	for name, c := range map[string]struct {
		der  []byte
		want error
	}{
		"as it should be":         {whole, nil},
		"another type of content": {message(t, pkcs7.OIDData, 1, nil), ErrMalformed},
		"nobody signed":           {message(t, kind, 0, nil), ErrMalformed},
		"two signed":              {message(t, kind, 2, nil), ErrMalformed},
		"SHA-1":                   {message(t, kind, 1, func(s *pkcs7.SignedData) { s.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA1) }), ErrWeak},
		"something behind it":     {append(bytes.Clone(whole), 5, 0), ErrTampered},
		"BER":                     {deep, ErrMalformed},
		"other content":           {bytes.Replace(whole, []byte("content"), []byte("Content"), 1), ErrTampered},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parseSigned(c.der, kind); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

// TestDepth: what is nested too deep is refused before a library recurses.
func TestDepth(t *testing.T) {
	nested := []byte{5, 0}
	for depth := range 60 {
		if err := checkDER(nested, 0); (err == nil) != (depth <= maxDepth) || err != nil && !errors.Is(err, ErrMalformed) {
			t.Errorf("%d deep: %v", depth, err)
		}
		nested = append([]byte{0x30, byte(len(nested))}, nested...)
	}
}

func TestIndirect(t *testing.T) {
	content := func(kind asn1.ObjectIdentifier, digest []byte, more ...byte) []byte {
		var d indirectData
		d.Data.Kind = kind
		d.Data.Value = asn1.NullRawValue
		d.Digest.Algorithm.Algorithm, d.Digest.Digest = pkcs7.OIDDigestAlgorithmSHA256, digest
		a, err := asn1.Marshal(d.Data)
		if err != nil {
			t.Fatal(err)
		}
		b, err := asn1.Marshal(d.Digest)
		if err != nil {
			t.Fatal(err)
		}
		return append(append(a, b...), more...)
	}
	for name, c := range map[string]struct {
		data []byte
		ok   bool
	}{
		"right":            {content(oidImage(), make([]byte, 32)), true},
		"an installer's":   {content(oidInstaller(), make([]byte, 32)), false},
		"a short digest":   {content(oidImage(), make([]byte, 31)), false},
		"an empty digest":  {content(oidImage(), nil), false},
		"something behind": {content(oidImage(), make([]byte, 32), 5, 0), false},
		"nothing whatever": {nil, false},
	} {
		if _, _, err := parseIndirect(c.data, oidImage()); c.ok != (err == nil) || err != nil && !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
