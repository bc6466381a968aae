package confirm

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/transport"
)

// What a proof can fail with beside the sentinels of package transport.
var (
	// ErrWeakSuite is a host that speaks TLS 1.2, but none of the AEAD suites.
	ErrWeakSuite = errors.New("host offers only weak cipher suites")
	// ErrClientCertificate is a host that wants a client certificate, which a
	// proof never shows.
	ErrClientCertificate = errors.New("host asks for a client certificate")
	// ErrUnavailable is a TLS stack that this PC or this version of koshin
	// cannot ask. It is not a failure.
	ErrUnavailable = errors.New("tls stack not available here")
)

// sight is what was seen of the way to a host.
type sight struct {
	ip, proxy string
}

// proveGo is the neutral probe: one strict GET.
func proveGo(ctx context.Context, host manifest.Host, o Options) (StackProof, sight) {
	proof, seen, err := get(ctx, host, o, true)
	if errors.Is(err, transport.ErrHandshake) {
		// Which of the two is it? A second attempt that also offers CBC tells;
		// it is evidence only and never turns into a success.
		if weak, _, weakErr := get(ctx, host, o, false); weakErr == nil {
			proof, err = weak, fmt.Errorf("%w: %s", ErrWeakSuite, weak.Suite)
		}
	}
	ok := err == nil
	proof.Stack, proof.OK, proof.Err = manifest.StackGo, &ok, err
	if err != nil {
		proof.Error = err.Error()
	}
	return proof, seen
}

// get asks once, on a connection of its own. Not strict, it also offers CBC.
func get(ctx context.Context, host manifest.Host, o Options, strict bool) (proof StackProof, seen sight, err error) {
	config := transport.ClientConfig(o.Roots)
	if !strict {
		config.CipherSuites = withCBC()
	}
	var asked atomic.Bool
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		asked.Store(true)
		return new(tls.Certificate), nil // none
	}
	way := newWay(config, o.Proxy, strict)
	resp, err := way.ask(ctx, host.URL)
	seen = way.seen(host.URL)
	if err != nil {
		var unverified *tls.CertificateVerificationError
		if errors.As(err, &unverified) {
			proof.ChainSHA256 = hashes(unverified.UnverifiedCertificates)
		}
		if asked.Load() && !errors.Is(err, transport.ErrCertificate) {
			err = fmt.Errorf("%w: %w", ErrClientCertificate, err)
		}
		return proof, seen, err
	}
	defer resp.Body.Close()
	proof = describe(resp.TLS)
	proof.Status = resp.StatusCode
	if !expected(host).Contains(resp.StatusCode) {
		err = &transport.StatusError{URL: host.URL, Code: resp.StatusCode}
	}
	return proof, seen, err
}

func describe(state *tls.ConnectionState) StackProof {
	proof := StackProof{
		TLS:   tls.VersionName(state.Version),
		Suite: tls.CipherSuiteName(state.CipherSuite),
		Curve: state.CurveID.String(),
		ALPN:  state.NegotiatedProtocol,
	}
	if len(state.VerifiedChains) > 0 {
		chain := state.VerifiedChains[0]
		proof.ChainSHA256 = hashes(chain)
		proof.Root = chain[len(chain)-1].Subject.String()
	}
	return proof
}

func hashes(chain []*x509.Certificate) []string {
	var all []string
	for _, cert := range chain {
		sum := sha256.Sum256(cert.Raw)
		all = append(all, hex.EncodeToString(sum[:]))
	}
	return all
}

// withCBC is the strict list and behind it the suites that Schannel of Windows
// 8.1 era hosts still need.
func withCBC() []uint16 {
	return append(transport.Suites(),
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
		tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
		tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
	)
}

// way is one fresh road to a host: no kept connection, no resumed session, no
// redirect followed.
type way struct {
	inner *http.Transport
	mu    sync.Mutex
	addr  string // last address a connection was tried with or made to
}

// newWay uses HTTP/2 only where asked to: it forbids what is not strict, and
// some hosts agree to it all the same.
func newWay(config *tls.Config, proxy transport.ProxyFunc, http2 bool) *way {
	config.SessionTicketsDisabled = true
	w := &way{}
	w.inner = &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: transport.CheckConnect,
		DialContext:            w.dial,
		TLSClientConfig:        config,
		ForceAttemptHTTP2:      http2,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10,
	}
	return w
}

// dial remembers the address, also of an attempt that failed.
func (w *way) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	var addr net.Addr
	if err == nil {
		addr = conn.RemoteAddr()
	} else if op, ok := errors.AsType[*net.OpError](err); ok {
		addr = op.Addr
	}
	if addr != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.addr = addr.String()
	}
	return conn, err
}

func (w *way) ask(ctx context.Context, address string) (*http.Response, error) {
	defer w.inner.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if req.URL.Scheme != "https" {
		return nil, fmt.Errorf("%w: %s", transport.ErrInsecureURL, address)
	}
	req.Header.Set("User-Agent", "koshin")
	resp, err := w.inner.RoundTrip(req) // not a client: redirects are an answer
	if err != nil {
		return nil, transport.Classify(err)
	}
	return resp, nil
}

// seen says which way it went. Behind a proxy the host's address is unknown.
func (w *way) seen(address string) sight {
	if w.inner.Proxy != nil {
		u, err := url.Parse(address)
		if err == nil {
			if proxy, err := w.inner.Proxy(&http.Request{URL: u}); err == nil && proxy != nil {
				return sight{proxy: proxy.Host}
			}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	ip, _, err := net.SplitHostPort(w.addr)
	if err != nil {
		return sight{}
	}
	return sight{ip: ip}
}
