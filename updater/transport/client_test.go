package transport_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

var hello = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "hello") })

func newClient(t testing.TB, o transport.Options) *http.Client {
	t.Helper()
	client, err := transport.NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// answer is what the tests look at.
type answer struct {
	proto   string
	version uint16
}

func get(ctx context.Context, t testing.TB, client *http.Client, url string) (answer, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return answer{resp.Proto, resp.TLS.Version}, err
}

// Every host here is in order but for one thing, and control, an ordinary
// client that overlooks that one thing, connects: so the refusal is ours.
func TestClientRefusesHost(t *testing.T) {
	t.Parallel()
	ca, stranger := transporttest.Authority(t), transporttest.Authority(t)
	good := transporttest.Issue(t, ca, localca.Leaf{})
	now := time.Now()
	for name, row := range map[string]struct {
		host    *tls.Config
		control *tls.Config
		want    error
		also    error // the family
	}{
		"TLS 1.0 only": {
			host:    &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10, Certificates: []tls.Certificate{good}},
			control: &tls.Config{MinVersion: tls.VersionTLS10, RootCAs: ca.Pool()},
			want:    transport.ErrTLSVersion,
		},
		"TLS 1.1 only": {
			host:    &tls.Config{MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS11, Certificates: []tls.Certificate{good}},
			control: &tls.Config{MinVersion: tls.VersionTLS11, RootCAs: ca.Pool()},
			want:    transport.ErrTLSVersion,
		},
		"TLS 1.3 only": {
			host:    &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{good}},
			control: &tls.Config{RootCAs: ca.Pool()},
			want:    transport.ErrTLSVersion,
		},
		"TLS 1.2 with CBC only": {
			host: &tls.Config{MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{good},
				CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}},
			control: &tls.Config{RootCAs: ca.Pool()},
			want:    transport.ErrHandshake,
		},
		"unknown authority": {
			host:    transport.ServerConfig(transporttest.Issue(t, stranger, localca.Leaf{})),
			control: &tls.Config{RootCAs: stranger.Pool()},
			want:    transport.ErrUnknownAuthority, also: transport.ErrCertificate,
		},
		"wrong name": {
			host:    transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{Names: []string{"other.example"}})),
			control: &tls.Config{RootCAs: ca.Pool(), ServerName: "other.example"},
			want:    transport.ErrWrongName, also: transport.ErrCertificate,
		},
		"expired": {
			host:    transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{NotBefore: now.Add(-50 * time.Minute), NotAfter: now.Add(-time.Minute)})),
			control: &tls.Config{RootCAs: ca.Pool(), Time: func() time.Time { return now.Add(-10 * time.Minute) }},
			want:    transport.ErrCertificateTime, also: transport.ErrCertificate,
		},
		"not valid yet": {
			host:    transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{NotBefore: now.Add(time.Hour)})),
			control: &tls.Config{RootCAs: ca.Pool(), Time: func() time.Time { return now.Add(2 * time.Hour) }},
			want:    transport.ErrCertificateTime, also: transport.ErrCertificate,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := transporttest.Host(t, row.host, hello)
			control := &http.Client{Transport: &http.Transport{TLSClientConfig: row.control, DisableKeepAlives: true}}
			if _, err := get(t.Context(), t, control, url); err != nil {
				t.Fatalf("the control does not connect either: %v", err)
			}
			_, err := get(t.Context(), t, newClient(t, transport.Options{CAFile: transporttest.CAFile(t, ca)}), url)
			if !errors.Is(err, row.want) || (row.also != nil && !errors.Is(err, row.also)) {
				t.Errorf("got %v, want %v", err, row.want)
			}
		})
	}
}

func TestClientRefusesOpenSSLHost(t *testing.T) {
	t.Parallel()
	for name, flags := range map[string][]string{
		"TLS 1.1 only": {"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"},
		"TLS 1.3 only": {"-tls1_3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ca := transporttest.Authority(t)
			url := transporttest.OpenSSL(t, ca, flags...)
			_, err := get(t.Context(), t, newClient(t, transport.Options{CAFile: transporttest.CAFile(t, ca)}), url)
			if !errors.Is(err, transport.ErrTLSVersion) {
				t.Errorf("got %v, want %v", err, transport.ErrTLSVersion)
			}
		})
	}
}

func TestClientConnectsToOpenSSLHost(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	url := transporttest.OpenSSL(t, ca, "-tls1_2")
	resp, err := get(t.Context(), t, newClient(t, transport.Options{CAFile: transporttest.CAFile(t, ca)}), url)
	if err != nil || resp.version != tls.VersionTLS12 {
		t.Errorf("got %v, %v", resp, err)
	}
}

// What is offered on the wire, not what a configuration says.
func TestClientOffersTLS12AndAEADOnly(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	config := transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{}))
	var seen atomic.Pointer[tls.ClientHelloInfo]
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		seen.Store(hello)
		return nil, nil
	}
	url := transporttest.Host(t, config, hello)
	resp, err := get(t.Context(), t, newClient(t, transport.Options{CAFile: transporttest.CAFile(t, ca)}), url)
	if err != nil {
		t.Fatal(err)
	}
	offer := seen.Load()
	if !slices.Equal(offer.SupportedVersions, []uint16{tls.VersionTLS12}) {
		t.Errorf("offered versions %#x", offer.SupportedVersions)
	}
	suites := slices.Sorted(slices.Values(offer.CipherSuites))
	if !slices.Equal(suites, slices.Sorted(slices.Values(transport.Suites()))) || len(suites) != 6 {
		t.Errorf("offered suites %#x", suites)
	}
	for _, suite := range tls.CipherSuites() {
		if slices.Contains(suites, suite.ID) && !strings.Contains(suite.Name, "GCM") && !strings.Contains(suite.Name, "POLY1305") {
			t.Errorf("%s is not AEAD", suite.Name)
		}
	}
	if resp.proto != "HTTP/2.0" {
		t.Errorf("got %s, want HTTP/2.0 over TLS 1.2", resp.proto)
	}
}

func TestServerConfigRefusesOthers(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), hello)
	for name, row := range map[string]struct {
		client *tls.Config
		want   error
	}{
		"TLS 1.1": {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, transport.ErrTLSVersion},
		"TLS 1.3": {&tls.Config{MinVersion: tls.VersionTLS13}, transport.ErrTLSVersion},
		"CBC":     {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}}, transport.ErrHandshake},
	} {
		row.client.RootCAs = ca.Pool()
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: row.client}}
		if _, err := get(t.Context(), t, client, url); !errors.Is(transport.Classify(err), row.want) {
			t.Errorf("%s: got %v, want %v", name, err, row.want)
		}
	}
}

// A host from before TLS 1.3 does not read which versions we offer: it answers
// with its own best one, and it is our side that ends the handshake.
func TestClientRefusesAnsweredVersion(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Read(make([]byte, 4096))
		body := append([]byte{3, 2}, make([]byte, 32)...)            // TLS 1.1, random
		body = append(body, 0, 0xc0, 0x09, 0)                        // no session, ECDHE-ECDSA-AES128-SHA, no compression
		message := append([]byte{2, 0, 0, byte(len(body))}, body...) // ServerHello
		_, _ = conn.Write(append([]byte{22, 3, 2, 0, byte(len(message))}, message...))
		_, _ = io.Copy(io.Discard, conn)
	}()
	_, err = get(t.Context(), t, newClient(t, transport.Options{}), "https://"+listener.Addr().String())
	if !errors.Is(err, transport.ErrTLSVersion) {
		t.Errorf("got %v, want %v", err, transport.ErrTLSVersion)
	}
}

func TestClientNeedsTLS(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	t.Cleanup(plain.Close)
	ca := transporttest.Authority(t)
	redirect := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})),
		http.RedirectHandler(plain.URL, http.StatusFound))
	client := newClient(t, transport.Options{CAFile: transporttest.CAFile(t, ca)})
	for name, row := range map[string]struct {
		url  string
		want error
	}{
		"plain http":        {plain.URL, transport.ErrInsecureURL},
		"redirect to http":  {redirect, transport.ErrInsecureURL},
		"https without TLS": {"https" + strings.TrimPrefix(plain.URL, "http"), transport.ErrHandshake},
	} {
		if _, err := get(t.Context(), t, client, row.url); !errors.Is(err, row.want) {
			t.Errorf("%s: got %v, want %v", name, err, row.want)
		}
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("%d requests left in the clear", n)
	}
}

func TestClientEndsRedirects(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	var hits atomic.Int32
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})),
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, fmt.Sprintf("/%d", hits.Add(1)), http.StatusFound)
		}))
	_, err := get(t.Context(), t, newClient(t, transport.Options{CAFile: transporttest.CAFile(t, ca)}), url)
	if !errors.Is(err, transport.ErrRedirects) || hits.Load() != 6 {
		t.Errorf("got %v after %d requests", err, hits.Load())
	}
}

func TestClientThroughProxy(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	caFile := transporttest.CAFile(t, ca)
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), hello)
	for name, row := range map[string]struct {
		proxy string
		want  error
	}{
		"none":             {"none", nil},
		"connects":         {transporttest.Proxy(t, http.StatusOK), nil},
		"refuses":          {transporttest.Proxy(t, http.StatusForbidden), transport.ErrProxy},
		"wants a password": {transporttest.Proxy(t, http.StatusProxyAuthRequired), transport.ErrProxy},
		"is away":          {"http://" + transporttest.DeadAddress(t), transport.ErrProxy},
	} {
		_, err := get(t.Context(), t, newClient(t, transport.Options{CAFile: caFile, Proxy: row.proxy}), url)
		if !errors.Is(err, row.want) {
			t.Errorf("%s: got %v, want %v", name, err, row.want)
		}
	}
}

func TestClientUnreachable(t *testing.T) {
	t.Parallel()
	_, err := get(t.Context(), t, newClient(t, transport.Options{}), "https://"+transporttest.DeadAddress(t))
	if !errors.Is(err, transport.ErrUnreachable) {
		t.Errorf("nobody listens: %v", err)
	}
	// A host that takes the connection and says nothing.
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := get(ctx, t, newClient(t, transport.Options{}), "https://"+silent.Addr().String()); !errors.Is(err, transport.ErrTimeout) {
		t.Errorf("a silent host: %v", err)
	}
}

func TestParseProxy(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"proxy", "proxy:8080", "http://proxy", "https://proxy:8080", "socks5://proxy:1080", "http://proxy:8080/x", "http://:8080", "http://proxy:8080?x"} {
		if _, err := transport.ParseProxy(bad); !errors.Is(err, transport.ErrProxySetting) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, good := range []string{"", "auto", "none", "http://proxy.example:8080", "http://192.0.2.1:3128/"} {
		if _, err := transport.ParseProxy(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

func TestRoots(t *testing.T) {
	t.Parallel()
	write := func(data []byte) string {
		name := filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for name, file := range map[string]string{
		"missing":       filepath.Join(t.TempDir(), "ca.pem"),
		"empty":         write(nil),
		"no PEM":        write([]byte("not a certificate")),
		"a private key": write([]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")),
		"far too long":  write(make([]byte, 2<<20)),
		"a folder":      t.TempDir(),
	} {
		if _, err := transport.NewClient(transport.Options{CAFile: file}); !errors.Is(err, transport.ErrCAFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if pool, err := transport.Roots(""); pool != nil || err != nil {
		t.Errorf("no file: %v, %v", pool, err)
	}
}
