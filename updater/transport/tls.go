package transport

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/koshin-updater/koshin/manifest"
)

// Version is the one TLS version that koshin speaks, as the reception system
// does since April 2021. Whatever needs the number takes it from here.
const Version = tls.VersionTLS12

// suites are the cipher suites of TLS 1.2 with forward secrecy and
// authenticated encryption. Go's own default still offers CBC with SHA-1.
var suites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

// Suites lists the only cipher suites that koshin offers or accepts.
func Suites() []uint16 { return slices.Clone(suites) }

// ClientConfig is the TLS configuration of every strict connection. Nil roots
// mean the system's.
func ClientConfig(roots *x509.CertPool) *tls.Config {
	return &tls.Config{
		MinVersion:   Version,
		MaxVersion:   Version,
		CipherSuites: Suites(),
		RootCAs:      roots,
	}
}

// ServerConfig is the TLS configuration of koshin's own hosts.
func ServerConfig(cert tls.Certificate) *tls.Config {
	return &tls.Config{
		MinVersion:   Version,
		MaxVersion:   Version,
		CipherSuites: Suites(),
		Certificates: []tls.Certificate{cert},
	}
}

// maxCAFile bounds the extra root certificate. A whole system bundle is about
// 220 KiB.
const maxCAFile = 1 << 20

// Roots is the system's root certificates and those of the PEM file caFile.
// Without a file it is nil, which crypto/tls reads as the system's own. A file
// that cannot be read or holds no certificate is [ErrCAFile].
func Roots(caFile string) (*x509.CertPool, error) {
	if caFile == "" {
		return nil, nil
	}
	own, err := CACertificates(caFile)
	if err != nil {
		return nil, err
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("read the system's root certificates: %w", err)
	}
	for _, cert := range own {
		roots.AddCert(cert)
	}
	return roots, nil
}

// CACertificates are the certificates of the PEM file caFile; none without a
// file. Errors are as those of [Roots].
func CACertificates(caFile string) ([]*x509.Certificate, error) {
	if caFile == "" {
		return nil, nil
	}
	f, err := os.Open(caFile)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCAFile, err)
	}
	defer f.Close()
	text, err := readAtMost(f, maxCAFile)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrCAFile, caFile, err)
	}
	var certs []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" || len(block.Headers) != 0 {
			continue
		}
		if cert, err := x509.ParseCertificate(block.Bytes); err == nil { // as x509.CertPool does
			certs = append(certs, cert)
		}
	}
	if len(certs) == 0 {
		return nil, fmt.Errorf("%w: %s holds no PEM certificate", ErrCAFile, caFile)
	}
	return certs, nil
}

// readAtMost reads all of r, or says that it is longer than limit.
func readAtMost(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", manifest.ErrTooLarge, limit)
	}
	return data, nil
}
