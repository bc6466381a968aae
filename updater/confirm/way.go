package confirm

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"sync"

	"github.com/koshin-updater/koshin/updater/transport"
)

// sight is what was seen of the way to a host.
type sight struct {
	ip, proxy string
	stage     Stage // how far it came
}

// way is one fresh road to a host: no kept connection, no resumed session, no
// redirect followed. It ends when its context does, at whatever stage it is.
type way struct {
	inner  *http.Transport
	dialer net.Dialer
	proxy  string // host:port; "" for none

	mu    sync.Mutex // http.Transport dials on its own
	addr  string     // last address a connection was tried with or made to
	stage Stage
}

// newWay uses HTTP/2 only where asked to: it forbids what is not strict, and
// some hosts agree to it all the same.
func newWay(config *tls.Config, o Options, http2 bool) *way {
	config.SessionTicketsDisabled = true
	w := &way{dialer: net.Dialer{Resolver: o.resolver}}
	w.inner = &http.Transport{
		Proxy:                  o.Proxy,
		OnProxyConnectResponse: transport.CheckConnect,
		DialContext:            w.dial,
		TLSClientConfig:        config,
		ForceAttemptHTTP2:      http2,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10, // real ones are below 8 KiB
	}
	return w
}

// dial remembers the address, also of an attempt that failed.
func (w *way) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := w.dialer.DialContext(ctx, network, address)
	var addr net.Addr
	if err == nil {
		addr = conn.RemoteAddr()
	} else if op, ok := errors.AsType[*net.OpError](err); ok {
		addr = op.Addr
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if addr != nil {
		w.addr = addr.String()
	}
	if err == nil && w.proxy != "" {
		w.reachLocked(StageProxy)
	}
	return conn, err
}

// ask sends one GET. Its error is classified as package transport does.
func (w *way) ask(ctx context.Context, address string) (*http.Response, error) {
	defer w.inner.CloseIdleConnections() // and with them the dials that nobody waits for any more
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart:          func(httptrace.DNSStartInfo) { w.reach(StageResolve) },
		ConnectStart:      func(string, string) { w.reach(StageConnect) },
		TLSHandshakeStart: func() { w.reach(StageHandshake) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err == nil {
				w.reach(StageRequest)
			}
		},
		GotFirstResponseByte: func() { w.reach(StageAnswer) },
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if req.URL.Scheme != "https" {
		return nil, fmt.Errorf("%w: %s", transport.ErrInsecureURL, address)
	}
	w.proxy = w.proxyFor(req.URL)
	req.Header.Set("User-Agent", "koshin")
	resp, err := w.inner.RoundTrip(req) // not a client: redirects are an answer
	if err != nil {
		return nil, transport.Classify(err)
	}
	w.reach(StageAnswer)
	return resp, nil
}

func (w *way) proxyFor(address *url.URL) string {
	if w.inner.Proxy == nil {
		return ""
	}
	proxy, err := w.inner.Proxy(&http.Request{URL: address})
	if err != nil || proxy == nil {
		return ""
	}
	return proxy.Host // without a name and password
}

// reach notes a stage. Two addresses of a host may be tried at the same time,
// so the stage that was reached never goes back.
func (w *way) reach(s Stage) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reachLocked(s)
}

func (w *way) reachLocked(s Stage) {
	order := []Stage{"", StageResolve, StageConnect, StageProxy, StageHandshake, StageRequest, StageAnswer}
	if slices.Index(order, s) > slices.Index(order, w.stage) {
		w.stage = s
	}
}

// seen says which way it went. Behind a proxy the host's address is unknown.
func (w *way) seen() sight {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := sight{proxy: w.proxy, stage: w.stage}
	if ip, _, err := net.SplitHostPort(w.addr); err == nil && s.proxy == "" {
		s.ip = ip
	}
	return s
}
