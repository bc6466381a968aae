package doctor

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/updater/confirm"
)

// way is what was seen of the road to one host, without TLS: its name looked
// up, then a connection, to the proxy where there is one. Nothing is sent.
type way struct {
	host      string // host:port of the address in the manifest
	proxy     string // host:port; "" for none
	addresses []string
	lookup    time.Duration
	dialed    string // the address that took the connection
	dial      time.Duration
	err       error
	setting   error // the proxy setting itself is of no use
}

// walk goes the road once. It takes at most the time that ctx leaves.
func walk(ctx context.Context, address string, reach Reach) way {
	u, err := url.Parse(address)
	if err != nil {
		return way{host: address, err: err}
	}
	w := way{host: hostPort(u)}
	target := w.host
	if reach.Proxy != nil {
		proxy, err := reach.Proxy(&http.Request{URL: u})
		if err != nil {
			w.setting = err
			return w
		}
		if proxy != nil {
			w.proxy = hostPort(proxy) // without the user and password that an address may hold
			target = w.proxy
		}
	}
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		w.err = err
		return w
	}
	began := time.Now()
	w.addresses, w.err = net.DefaultResolver.LookupHost(ctx, host)
	w.lookup = time.Since(began)
	if w.err != nil {
		return w
	}
	began = time.Now()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	w.dial, w.err = time.Since(began), err
	if err == nil {
		w.dialed = conn.RemoteAddr().String()
		_ = conn.Close()
	}
	return w
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// network judges the roads to the hosts. Behind a proxy the proxy looks the
// name up and connects; how it does is not seen from here.
func network(ways []way, hosts []confirm.HostProof) Finding {
	if len(ways) == 0 {
		return found(NetworkNoTarget, Fact{Key: "host", Value: none})
	}
	var parts []Finding
	for i, w := range ways {
		parts = append(parts, found(w.reason(goCause(hosts[i])), w.facts()...).about(w.host))
	}
	return merge(parts)
}

// reason says why the road ends. The proof knows the errors of each system
// better; where it came further than this attempt, it is no witness.
func (w way) reason(proof confirm.Cause) Reason {
	switch {
	case w.proxy != "" || w.setting != nil:
		return NetworkProxied
	case w.err == nil:
		return NetworkReached
	}
	if _, ok := errors.AsType[*net.DNSError](w.err); ok {
		return NetworkDNS
	}
	if timeout, ok := errors.AsType[net.Error](w.err); ok && timeout.Timeout() {
		return NetworkTimeout
	}
	switch proof {
	case confirm.CauseRefused:
		return NetworkRefused
	case confirm.CauseNoRoute:
		return NetworkNoRoute
	}
	return NetworkFailed
}

func (w way) facts() []Fact {
	if w.proxy != "" || w.setting != nil {
		return []Fact{{Key: "proxy", Value: orNone(w.proxy)}}
	}
	facts := []Fact{{Key: "addresses", Value: orNone(strings.Join(w.addresses, ", "))}, {Key: "dns_time", Value: seconds(w.lookup)}}
	if w.dialed != "" {
		facts = append(facts, Fact{Key: "connected", Value: w.dialed}, Fact{Key: "connect_time", Value: seconds(w.dial)})
	}
	if w.err != nil {
		facts = append(facts, Fact{Key: "error", Value: w.err.Error()})
	}
	return facts
}
