package ownstore

import (
	"crypto/x509"
	"slices"

	"github.com/koshin-updater/koshin/updater/doctor"
)

// describe reads one certificate. One that cannot be understood is left out,
// with false.
func describe(der []byte, hasKey bool) (doctor.OwnCertificate, bool) {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return doctor.OwnCertificate{}, false
	}
	return doctor.OwnCertificate{
		NotBefore: cert.NotBefore, NotAfter: cert.NotAfter, HasKey: hasKey,
		SHA1:  cert.SignatureAlgorithm == x509.SHA1WithRSA || cert.SignatureAlgorithm == x509.ECDSAWithSHA1 || cert.SignatureAlgorithm == x509.DSAWithSHA1,
		Sends: sends(cert),
	}, true
}

// sends says whether a certificate may identify its owner to a host: it is no
// authority's, and says so or does not say what it is for.
func sends(cert *x509.Certificate) bool {
	if cert.IsCA {
		return false
	}
	anything := len(cert.ExtKeyUsage) == 0 && len(cert.UnknownExtKeyUsage) == 0
	return anything || slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageClientAuth) || slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageAny)
}
