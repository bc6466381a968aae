package githubtest

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// The hosts of github.com. Where the bytes of assets are is nowhere promised:
// clients follow the redirect.
const (
	apiHost     = "api.github.com"
	uploadHost  = "uploads.github.com"
	webHost     = "github.com"
	rawHost     = "raw.githubusercontent.com"
	storageHost = "release-assets.githubusercontent.com"
)

// Hosts are the names that the certificate given to [Start] must be for.
func Hosts() []string {
	return []string{apiHost, uploadHost, webHost, rawHost, storageHost, "localhost", "127.0.0.1"}
}

// GitHub is a stand-in that listens on the loopback.
type GitHub struct {
	main    string // 127.0.0.1:PORT, every host of github.com and one Enterprise host
	storage string // localhost:PORT, where an Enterprise host keeps bytes

	mu        sync.Mutex
	repos     map[string]*repo  // by lower-case owner/name
	tokens    map[string]*Token // by secret
	intercept func(*http.Request) Fault
	requests  []Request
	rate      map[string]*rate // by user or address
	writes    []time.Time      // content-generating requests of the last hour
	limited   bool             // the Enterprise host counts them, too
	nextID    int64
	secret    []byte // signs the addresses of assets
	rawCache  map[string]cached
}

// Request is one request that has been answered, or cut off.
type Request struct {
	Method, Host, Path string
	Query              string
	Status             int
	Authorized         bool // it carried an Authorization header
}

// Start runs a stand-in with this certificate until the test ends. It speaks
// TLS 1.2 and nothing else.
func Start(t testing.TB, cert tls.Certificate) *GitHub {
	t.Helper()
	g := New(t.Name())
	g.main = listen(t, cert, g)
	_, port, _ := net.SplitHostPort(listen(t, cert, g))
	g.storage = "localhost:" + port
	return g
}

// New is a stand-in for whoever serves it to the names of [Hosts] himself. The
// secret signs the addresses of assets.
func New(secret string) *GitHub {
	return &GitHub{
		repos: map[string]*repo{}, tokens: map[string]*Token{}, rate: map[string]*rate{},
		nextID: 1000, secret: []byte(secret),
	}
}

func listen(t testing.TB, cert tls.Certificate, handler http.Handler) string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // cut connections are the point
	server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}
	server.EnableHTTP2 = true // as GitHub does
	server.StartTLS()
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.Listener.Addr().String()
}

// Enterprise is the stand-in as a GitHub Enterprise host, 127.0.0.1:PORT: what
// stands between "github:" and the repository. Its API is under /api/v3, its
// uploads under /api/uploads.
func (g *GitHub) Enterprise() string { return g.main }

// Dial connects to the stand-in whichever host of [Hosts] is asked for, with
// any port but one that a loopback name carries; other hosts are not there.
func (g *GitHub) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(Hosts(), host) {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if port == "443" {
		address = g.main
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

// Requests are those answered since the start, in order.
func (g *GitHub) Requests() []Request {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.requests)
}

// ServeHTTP sends a request to the host that it names.
func (g *GitHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	defer func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.requests = append(g.requests, Request{
			Method: r.Method, Host: r.Host, Path: r.URL.Path, Query: r.URL.RawQuery,
			Status: seen.status, Authorized: r.Header.Get("Authorization") != "",
		})
	}()
	fault := g.fault(r)
	switch {
	case fault.Before:
		panic(http.ErrAbortHandler)
	case fault.Status != 0:
		fault.answer(seen)
		return
	case fault.After:
		lost := httptest.NewRecorder()
		g.route(lost, r)
		seen.status = lost.Code
		panic(http.ErrAbortHandler)
	}
	g.route(seen, r)
}

func (g *GitHub) route(w http.ResponseWriter, r *http.Request) {
	switch host := r.Host; {
	case host == apiHost:
		g.api(w, r, r.URL.Path)
	case host == uploadHost:
		g.uploads(w, r, r.URL.Path)
	case host == rawHost:
		g.raw(w, r, r.URL.Path)
	case host == storageHost, host == g.storage:
		g.stored(w, r)
	case host == webHost:
		g.web(w, r)
	case host == g.main && strings.HasPrefix(r.URL.Path, "/api/v3/"):
		g.api(w, r, strings.TrimPrefix(r.URL.Path, "/api/v3"))
	case host == g.main && strings.HasPrefix(r.URL.Path, "/api/uploads/"):
		g.uploads(w, r, strings.TrimPrefix(r.URL.Path, "/api/uploads"))
	case host == g.main:
		g.web(w, r)
	default:
		w.WriteHeader(http.StatusMisdirectedRequest)
	}
}

// base is where the API of the host that was asked answers.
func (g *GitHub) base(r *http.Request) string {
	if r.Host == g.main {
		return "https://" + g.main + "/api/v3"
	}
	return "https://" + apiHost
}

func (g *GitHub) uploadBase(r *http.Request) string {
	if r.Host == g.main {
		return "https://" + g.main + "/api/uploads"
	}
	return "https://" + uploadHost
}

func (g *GitHub) webBase(r *http.Request) string {
	if r.Host == g.main {
		return "https://" + g.main
	}
	return "https://" + webHost
}

func (g *GitHub) id() int64 { g.nextID++; return g.nextID }

// statusWriter remembers what was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Fault is what happens to a request instead of its answer. The zero Fault is
// nothing.
type Fault struct {
	Before bool // the connection is lost before the request has any effect
	After  bool // the request has its effect, and the answer is lost
	Status int  // this is answered, and the request has no effect
	Header http.Header
	Body   string
}

func (f Fault) answer(w http.ResponseWriter) {
	for name, values := range f.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(f.Status)
	_, _ = io.WriteString(w, f.Body)
}

// Intercept lets a test decide what becomes of each request; nil ends it.
func (g *GitHub) Intercept(decide func(*http.Request) Fault) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.intercept = decide
}

func (g *GitHub) fault(r *http.Request) Fault {
	g.mu.Lock()
	decide := g.intercept
	g.mu.Unlock()
	if decide == nil {
		return Fault{}
	}
	return decide(r)
}

// Storage is the other host of the Enterprise host, localhost:PORT, which has
// the bytes of assets and knows no tokens.
func (g *GitHub) Storage() string { return g.storage }
