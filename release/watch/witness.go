package watch

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Host is a host on the way to the repository, as it showed itself.
type Host struct {
	Name        string    `json:"host"` // with its port, where that is not 443
	TLS         string    `json:"tls"`
	Suite       string    `json:"suite"`
	HTTP        string    `json:"http"`
	Issuer      string    `json:"issuer"`
	Expires     time.Time `json:"certificate_expires"` // of the first to expire in its chain
	SecondsLeft int64     `json:"seconds_left"`
	Level       Level     `json:"level"`
}

// maxWitnessed bounds how many hosts are remembered; a source leads over three.
const maxWitnessed = 16

// Witness is an http.RoundTripper that remembers which hosts answered, and how,
// those behind redirects too.
type Witness struct {
	inner http.RoundTripper
	mu    sync.Mutex
	hosts map[string]Host
}

// NewWitness looks over inner's shoulder.
func NewWitness(inner http.RoundTripper) *Witness {
	return &Witness{inner: inner, hosts: map[string]Host{}}
}

// RoundTrip asks inner.
func (w *Witness) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := w.inner.RoundTrip(req)
	if err == nil && resp.TLS != nil {
		w.note(req.URL.Host, resp)
	}
	return resp, err
}

func (w *Witness) note(name string, resp *http.Response) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, known := w.hosts[name]; known || len(w.hosts) >= maxWitnessed {
		return
	}
	h := Host{Name: name, TLS: tls.VersionName(resp.TLS.Version), Suite: tls.CipherSuiteName(resp.TLS.CipherSuite), HTTP: resp.Proto}
	if len(resp.TLS.PeerCertificates) > 0 {
		h.Issuer = OneLine("%s", resp.TLS.PeerCertificates[0].Issuer)
	}
	h.Expires = lasts(resp.TLS.VerifiedChains)
	w.hosts[name] = h
}

// lasts is until when one of the chains holds. Hosts also send certificates that
// no chain needs any more.
func lasts(chains [][]*x509.Certificate) (end time.Time) {
	for _, chain := range chains {
		var first time.Time
		for _, cert := range chain {
			if first.IsZero() || cert.NotAfter.Before(first) {
				first = cert.NotAfter
			}
		}
		if first.After(end) {
			end = first
		}
	}
	return end
}

// seen are the hosts by name.
func (w *Witness) seen() []Host {
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []Host
	for _, h := range w.hosts {
		all = append(all, h)
	}
	slices.SortFunc(all, func(a, b Host) int { return strings.Compare(a.Name, b.Name) })
	return all
}
