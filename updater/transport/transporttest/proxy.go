package transporttest

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

// Proxy runs an HTTP proxy that connects, or answers every CONNECT with the
// given status if that is not 200. It returns its address, http://127.0.0.1:PORT.
func Proxy(t testing.TB, status int) string {
	t.Helper()
	return proxy(t, func(host string) (string, int) { return host, status })
}

// Detour runs an HTTP proxy that leads to hosts of the test what is meant for
// hosts of the world: routes has "github.com:443" and the https address, or
// host:port, that stands in for it. Names that it does not know are 502.
func Detour(t testing.TB, routes map[string]string) string {
	t.Helper()
	return proxy(t, func(host string) (string, int) {
		to, ok := routes[host]
		if !ok {
			return "", http.StatusBadGateway
		}
		if u, err := url.Parse(to); err == nil && u.Host != "" {
			to = u.Host
		}
		return to, http.StatusOK
	})
}

func proxy(t testing.TB, route func(host string) (to string, status int)) string {
	t.Helper()
	server := httptest.NewServer(Connecting(route))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

// Connecting is such a proxy's handler: route says where a CONNECT to host:port
// leads, and 200, or the status to answer with instead.
func Connecting(route func(host string) (to string, status int)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to, status := route(r.Host)
		if r.Method != http.MethodConnect || status != http.StatusOK {
			w.WriteHeader(status)
			return
		}
		connect(w, r, to)
	})
}

func connect(w http.ResponseWriter, r *http.Request, to string) {
	out, err := new(net.Dialer).DialContext(r.Context(), "tcp", to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer out.Close()
	in, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer in.Close()
	_, _ = io.WriteString(in, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		_, _ = io.Copy(out, in)
		_ = out.Close()
	}()
	_, _ = io.Copy(in, out)
}
