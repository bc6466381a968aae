// Package transporttest runs hosts for tests: real sockets on the loopback,
// real handshakes, with whatever TLS version and certificate a test needs, and
// OpenSSL's own server where a second opinion is wanted.
package transporttest

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/koshin-updater/koshin/updater/transport/localca"
)

// Authority makes a throw-away authority.
func Authority(t testing.TB) *localca.Authority {
	t.Helper()
	ca, err := localca.New()
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

// Issue makes a certificate by ca.
func Issue(t testing.TB, ca *localca.Authority, leaf localca.Leaf) tls.Certificate {
	t.Helper()
	cert, err := ca.Issue(leaf)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// CAFile writes the authority's certificate to a file of the test.
func CAFile(t testing.TB, ca *localca.Authority) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(name, ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// Host serves handler with exactly this TLS configuration until the test ends,
// and returns its address, https://127.0.0.1:PORT.
func Host(t testing.TB, config *tls.Config, handler http.Handler) string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are the point
	server.TLS = config
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return "https://" + server.Listener.Addr().String()
}

// DeadAddress is a loopback address where nobody listens.
func DeadAddress(t testing.TB) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
