package transport

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

// Limits on waiting. A facility's line is slow, not silent: a host that says
// nothing for this long is taken for dead.
const (
	dialTimeout      = 10 * time.Second
	handshakeTimeout = 15 * time.Second
	headerTimeout    = 30 * time.Second
	idleTimeout      = 30 * time.Second
)

const (
	// maxRedirects is enough for a host that moved and a download store behind
	// it.
	maxRedirects = 5
	// maxHeaderBytes bounds an answer's header; real ones are below 8 KiB, and
	// Go's own limit is 10 MiB.
	maxHeaderBytes = 64 << 10
)

// Options say how this PC reaches the outside. The zero value is right for a
// PC without a proxy of its own and without an inspecting security product.
type Options struct {
	Proxy     string       // as ParseProxy
	System    ProxyFunc    // as ProxyOn
	CAFile    string       // PEM file with a root certificate beside the system's; "" for none
	UserAgent string       // default "koshin"
	Log       *slog.Logger // default: nowhere
}

// NewClient makes the program's http.Client. It speaks TLS 1.2 with [Suites]
// only, refuses everything that is not https, and its errors carry the
// sentinels of this package. It has no overall timeout, since packages are
// large: [Source] adds one for small files, and package download watches the
// speed.
func NewClient(o Options) (*http.Client, error) {
	roots, err := Roots(o.CAFile)
	if err != nil {
		return nil, err
	}
	proxy, err := ProxyOn(o.Proxy, o.System)
	if err != nil {
		return nil, err
	}
	if o.UserAgent == "" {
		o.UserAgent = "koshin"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	inner := &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: CheckConnect,
		DialContext:            (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSClientConfig:        ClientConfig(roots),
		TLSHandshakeTimeout:    handshakeTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		ForceAttemptHTTP2:      true, // a TLSClientConfig of one's own turns it off
		DisableCompression:     true, // lengths and hashes are of the bytes on the wire
	}
	return &http.Client{
		Transport:     &strict{inner: inner, userAgent: o.UserAgent, log: o.Log},
		CheckRedirect: countRedirects,
	}, nil
}

func countRedirects(_ *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("%w: more than %d", ErrRedirects, maxRedirects)
	}
	return nil
}

// strict lets only https through, redirects included, and names the failures.
type strict struct {
	inner     *http.Transport
	userAgent string
	log       *slog.Logger
}

func (s *strict) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" {
		return nil, fmt.Errorf("%w: %s", ErrInsecureURL, shown(req.URL))
	}
	req = req.Clone(req.Context())
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", s.userAgent)
	}
	req.Header.Del("Referer") // http.Client's, after a redirect: the address before, with what opens it
	resp, err := s.inner.RoundTrip(req)
	if err != nil {
		return nil, Classify(err)
	}
	s.log.DebugContext(req.Context(), "http answer", "url", shown(req.URL), "status", resp.StatusCode, "proto", resp.Proto)
	return resp, nil
}

// CloseIdleConnections lets http.Client.CloseIdleConnections reach the pool.
func (s *strict) CloseIdleConnections() { s.inner.CloseIdleConnections() }

// ProxyFunc finds the proxy for a request, as http.Transport wants it; nil
// means none.
type ProxyFunc = func(*http.Request) (*url.URL, error)

// ParseProxy reads the configuration's proxy: "auto" or nothing (the
// environment's HTTPS_PROXY and NO_PROXY), "none", or http://host:port.
// Anything else is [ErrProxySetting].
func ParseProxy(text string) (ProxyFunc, error) { return ProxyOn(text, nil) }

// ProxyOn is [ParseProxy] on a PC that has a setting of its own (see package
// systemproxy): "auto" follows it where the environment has no HTTPS_PROXY.
func ProxyOn(text string, system ProxyFunc) (ProxyFunc, error) {
	switch text {
	case "", "auto":
		if os.Getenv("HTTPS_PROXY") == "" && os.Getenv("https_proxy") == "" && system != nil {
			return system, nil
		}
		return http.ProxyFromEnvironment, nil
	case "none":
		return nil, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" || u.Hostname() == "" || u.Port() == "" || (u.Path != "" && u.Path != "/") || u.RawQuery != "" {
		return nil, fmt.Errorf("%w: %q is not auto, none or http://host:port", ErrProxySetting, text)
	}
	return http.ProxyURL(u), nil
}

// CheckConnect turns a proxy's refusal of CONNECT into a [ProxyRefusal]. It is an
// http.Transport's OnProxyConnectResponse.
func CheckConnect(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return &ProxyRefusal{Proxy: proxy.Host, Code: resp.StatusCode, Location: resp.Header.Get("Location")}
	}
	return nil
}
