package main

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"

	"github.com/koshin-updater/koshin/updater/transport"
)

// behind puts a proxy between koshin and a host: the environment names the proxy,
// the confirm host has a name that only the proxy knows.
func (s *stage) behind(proxy string) {
	s.env = append(s.env, "HTTPS_PROXY=http://"+proxy, "https_proxy=http://"+proxy)
	s.at(receptionName)
}

// connects is a proxy that passes on to host, whatever name it is asked for.
func (s *stage) connects(host string) (string, error) {
	return s.proxyThat(func(w http.ResponseWriter, r *http.Request) {
		conn, err := hijack(w)
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
		s.relay(conn, host, copyAll)
	})
}

// answers is a proxy that does not connect, but has an answer of its own.
func (s *stage) answers(code int, header map[string]string, body string) (string, error) {
	return s.proxyThat(func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	})
}

func (s *stage) proxyThat(connect http.HandlerFunc) (string, error) {
	return s.plain(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		connect(w, r)
	}))
}

func hijack(w http.ResponseWriter) (net.Conn, error) {
	conn, _, err := http.NewResponseController(w).Hijack()
	return conn, err
}

// inspects is a proxy that ends the client's TLS, reads everything, and speaks TLS
// to the host itself: it shows certificates by an authority of its own.
func (s *stage) inspects(host string, by *authority) (string, error) {
	shown, err := by.issue(leaf{names: []string{receptionName}})
	if err != nil {
		return "", err
	}
	upstream := transport.ClientConfig(s.root.pool())
	upstream.ServerName = receptionName
	pass := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "https", Host: host}) },
		Transport: &http.Transport{TLSClientConfig: upstream},
		ErrorLog:  log.New(io.Discard, "", 0),
	}
	reader, err := s.web(transport.ServerConfig(shown), pass)
	if err != nil {
		return "", err
	}
	return s.connects(reader)
}

// portal is what a guest network shows instead of every host: a page to sign in.
func portal() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://portal.test/login")
		w.WriteHeader(http.StatusFound)
	})
}

// signedByPortal is the portal over TLS, with the only certificate it has.
func (s *stage) signedByPortal() (string, error) {
	own, err := newAuthority("portal.test")
	if err != nil {
		return "", err
	}
	cert, err := own.issue(leaf{names: []string{"portal.test"}})
	if err != nil {
		return "", err
	}
	return s.web(&tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}}, portal())
}
