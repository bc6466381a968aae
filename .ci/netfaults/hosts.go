package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"slices"
)

// Hosts that a row names by one word.

func (s *stage) nginxWith(l leaf, lines ...string) (string, error) {
	cert, err := s.issuing.issue(l)
	if err != nil {
		return "", err
	}
	return s.nginx(cert, lines...)
}

func (s *stage) opensslWith(l leaf, flags, clientFlags []string) (string, error) {
	cert, err := s.issuing.issue(l)
	if err != nil {
		return "", err
	}
	return s.openssl(cert, flags, clientFlags)
}

// acceptsOld takes TLS 1.0 to 1.2, as the reception system did before April 2021.
func (s *stage) acceptsOld() (string, error) {
	return s.nginxWith(leaf{}, "ssl_protocols TLSv1 TLSv1.1 TLSv1.2;", `ssl_ciphers "ALL:@SECLEVEL=0";`)
}

// clientAuthority is nginx's line for whose client certificates count.
func (s *stage) clientAuthority() string { return "ssl_client_certificate " + s.path("ca.pem") + ";" }

// wantsCertificate ends the handshake without a client certificate.
func (s *stage) wantsCertificate() (string, error) {
	own, err := s.issuing.issue(leaf{})
	if err != nil {
		return "", err
	}
	certFile, keyFile := s.file("client.pem"), s.file("client-key.pem")
	if err := writePair(own, certFile, keyFile); err != nil {
		return "", err
	}
	return s.opensslWith(leaf{}, []string{"-tls1_2", "-Verify", "2"}, []string{"-cert", certFile, "-key", keyFile})
}

// stranger has a certificate by an authority that nobody knows.
func (s *stage) stranger() (string, error) {
	unknown, err := newAuthority("netfaults stranger")
	if err != nil {
		return "", err
	}
	cert, err := unknown.issue(leaf{})
	if err != nil {
		return "", err
	}
	return s.web(&tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}}, reception())
}

// selfSigned shows an authority's own certificate as the host's.
func (s *stage) selfSigned() (string, error) {
	t, err := newTemplate("127.0.0.1")
	if err != nil {
		return "", err
	}
	t.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	own, err := t.authority(nil)
	if err != nil {
		return "", err
	}
	cert := tls.Certificate{Certificate: [][]byte{own.cert.Raw}, PrivateKey: own.key, Leaf: own.cert}
	return s.opensslUnchecked(cert, []string{"-tls1_2"})
}

// inspected puts a healthy host behind a proxy that re-signs.
func (s *stage) inspected() (by *authority, err error) {
	if by, err = newAuthority(inspector); err != nil {
		return nil, err
	}
	host, err := s.healthy()
	if err != nil {
		return nil, err
	}
	proxy, err := s.inspects(host, by)
	s.behind(proxy)
	return by, err
}

// inspector is whom the re-signing proxy says it is.
const inspector = "Example Web Inspection CA"

// What rows also look at.

func refusesOld(should bool) func(hostSeen) string {
	return func(h hostSeen) string {
		if h.OldTLSRefused == nil || *h.OldTLSRefused != should {
			return fmt.Sprintf("old_tls_refused is not %v", should)
		}
		return ""
	}
}

// refusesNothing: what breaks off every handshake says nothing about old versions.
func refusesNothing(h hostSeen) string {
	if h.OldTLSRefused != nil {
		return fmt.Sprintf("old_tls_refused is %v, though nothing was seen of it", *h.OldTLSRefused)
	}
	return ""
}

func seenProxy(h hostSeen) string {
	if h.Proxy == "" {
		return "the proxy is not named"
	}
	return ""
}

func intercepted(h hostSeen) string {
	if h.Interceptor != inspector {
		return fmt.Sprintf("the interceptor is %q, not %q", h.Interceptor, inspector)
	}
	return ""
}

func clockOff(h hostSeen) string {
	const tooMuch = 300
	if h.ClockSkew == nil || *h.ClockSkew > -tooMuch && *h.ClockSkew < tooMuch {
		return "the clock's difference is not seen"
	}
	return noted("clock-off")(h)
}

func noted(note string) func(hostSeen) string {
	return func(h hostSeen) string {
		if !slices.Contains(h.Stacks[0].Notes, note) {
			return "not noted: " + note
		}
		return ""
	}
}

// first is the first error there is.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
