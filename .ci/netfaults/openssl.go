package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/ocsp"
)

// missing says that a program is not installed; "": it is.
func missing(program string) string {
	if _, err := exec.LookPath(program); err != nil {
		return program + " is not installed"
	}
	return ""
}

// openssl runs "openssl s_server -www" with further flags. The same program has
// connected to it before koshin does, so what koshin is refused is not refused to
// everybody; clientFlags are what its client needs for that.
func (s *stage) openssl(cert tls.Certificate, flags, clientFlags []string) (string, error) {
	address, err := s.opensslUnchecked(cert, flags)
	if err != nil {
		return "", err
	}
	args := append([]string{"s_client", "-connect", address, "-CAfile", s.path("ca.pem"), "-verify_return_error"}, clientFlags...)
	if said, err := exec.CommandContext(s.ctx, "openssl", args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("openssl %q: %w: %s", args, err, said)
	}
	return address, nil
}

// opensslUnchecked is for a host that OpenSSL's own client refuses as well.
func (s *stage) opensslUnchecked(cert tls.Certificate, flags []string) (string, error) {
	dir, err := os.MkdirTemp(s.dir, "openssl-")
	if err != nil {
		return "", err
	}
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if err := writePair(cert, certFile, keyFile); err != nil {
		return "", err
	}
	args := append([]string{"s_server", "-accept", "127.0.0.1:0", "-www", "-cert", certFile, "-key", keyFile, "-CAfile", s.path("ca.pem")}, flags...)
	if len(cert.Certificate) > 1 { // -cert takes the first of the file alone
		chainFile := filepath.Join(dir, "chain.pem")
		if err := os.WriteFile(chainFile, encoded(cert.Certificate[1:]), 0o644); err != nil {
			return "", err
		}
		args = append(args, "-cert_chain", chainFile)
	}
	return s.untilAccept("openssl", args...)
}

// untilAccept starts a program that says "ACCEPT 127.0.0.1:PORT" when it is ready.
func (s *stage) untilAccept(program string, args ...string) (string, error) {
	c := exec.CommandContext(s.ctx, program, args...)
	if _, err := c.StdinPipe(); err != nil { // s_server ends with its standard input
		return "", err
	}
	stdout, err := c.StdoutPipe()
	if err != nil {
		return "", err
	}
	var said bytes.Buffer
	c.Stderr = &said
	if err := c.Start(); err != nil {
		return "", err
	}
	found := make(chan string, 1)
	s.players.Go(func() {
		for lines := bufio.NewScanner(stdout); lines.Scan(); { // to the end: a full pipe would stop it
			if address, ok := strings.CutPrefix(lines.Text(), "ACCEPT "); ok {
				select {
				case found <- address:
				default: // once is enough
				}
			}
		}
		_ = c.Wait() // killed with the stage
		close(found)
	})
	address, ok := <-found
	if !ok {
		return "", fmt.Errorf("%s %q did not start: %s", program, args, said.Bytes())
	}
	return address, nil
}

// revoked is a certificate that its authority has taken back, in a CRL at one
// address and by a responder at another. OpenSSL has refused it for that.
func (s *stage) revoked() (tls.Certificate, error) {
	var list []byte
	crl, err := s.plain(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(list) }))
	if err != nil {
		return tls.Certificate{}, err
	}
	cert, err := s.issuing.issue(leaf{crl: "http://" + crl + "/netfaults.crl"})
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	list, err = x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: now.Add(-time.Hour), NextUpdate: now.Add(lifetime),
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: cert.Leaf.SerialNumber, RevocationTime: now.Add(-time.Minute)}},
	}, s.issuing.cert, s.issuing.key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return cert, s.checkRevoked(cert, list)
}

// checkRevoked lets OpenSSL verify the certificate with the list.
func (s *stage) checkRevoked(cert tls.Certificate, list []byte) error {
	certFile, keyFile, listFile := s.file("revoked.pem"), s.file("revoked-key.pem"), s.file("revoked-crl.pem")
	if err := errors.Join(writePair(cert, certFile, keyFile), os.WriteFile(listFile, pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: list}), 0o644)); err != nil {
		return err
	}
	args := []string{"verify", "-CAfile", s.path("ca.pem"), "-untrusted", certFile, "-CRLfile", listFile, "-crl_check", certFile}
	said, err := exec.CommandContext(s.ctx, "openssl", args...).CombinedOutput()
	if err == nil || !bytes.Contains(said, []byte("certificate revoked")) {
		return fmt.Errorf("openssl %q does not find the certificate revoked: %s", args, said)
	}
	return nil
}

// stapled is a revoked certificate whose host sends along what its issuer says of
// it. OpenSSL's client has been told so.
func (s *stage) stapled() (string, error) {
	cert, err := s.revoked()
	if err != nil {
		return "", err
	}
	now := time.Now()
	said, err := ocsp.CreateResponse(s.issuing.cert, s.issuing.cert, ocsp.Response{
		Status: ocsp.Revoked, SerialNumber: cert.Leaf.SerialNumber, ThisUpdate: now.Add(-time.Hour), NextUpdate: now.Add(lifetime), RevokedAt: now.Add(-time.Minute),
	}, s.issuing.key)
	if err != nil {
		return "", err
	}
	file := s.file("revoked.ocsp")
	if err := os.WriteFile(file, said, 0o644); err != nil {
		return "", err
	}
	address, err := s.openssl(cert, []string{"-tls1_2", "-status_file", file}, nil)
	if err != nil {
		return "", err
	}
	answer, err := exec.CommandContext(s.ctx, "openssl", "s_client", "-connect", address, "-status").CombinedOutput()
	if err == nil && !bytes.Contains(answer, []byte("Cert Status: revoked")) {
		err = fmt.Errorf("openssl s_client does not see the certificate revoked: %s", answer)
	}
	return address, err
}

// wait pauses between two looks at something that is about to be.
func wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
