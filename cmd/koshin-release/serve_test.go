package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/cmd/internal/tlshost"
	"github.com/koshin-updater/koshin/updater/transport"
)

// TestServe: the working copy over TLS 1.2 and nothing else, and of it nothing
// but what a client needs.
func TestServe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	repo, keys := filepath.Join(dir, "repo"), filepath.Join(dir, "keys")
	if code := Run(t.Context(), []string{"init", "--no-passphrase", "--repo", repo, "--keys", keys}, terminal.Streams{Out: io.Discard, Err: io.Discard}); code != exitcode.Done {
		t.Fatal(code)
	}
	authority, err := tlshost.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	cert, key := writePair(t, dir, authority.Certificate)

	ctx, stop := context.WithCancel(t.Context())
	answer, out := io.Pipe()
	ended := make(chan exitcode.Code, 1)
	var talk bytes.Buffer
	go func() {
		ended <- Run(ctx, []string{"serve", "--repo", repo, "--keys", keys, "--listen", "127.0.0.1:0", "--cert", cert, "--key", key}, terminal.Streams{Out: out, Err: &talk})
		_ = out.Close()
	}()
	address, err := bufio.NewReader(answer).ReadString('\n')
	if err != nil {
		t.Fatal(err, talk.String())
	}
	address = strings.TrimSpace(address)

	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority.CAPEM)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: transport.ClientConfig(roots)}}
	for path, want := range map[string]int{
		"metadata/timestamp.json": 200, "metadata/1.root.json": 200,
		".koshin/lock": 404, ".gitattributes": 404, "products/": 404, "metadata/": 404, "../keys/online": 404,
	} {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want || response.TLS.Version != tls.VersionTLS12 {
			t.Errorf("%s: status %d, TLS %x", path, response.StatusCode, response.TLS.Version)
		}
	}
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS13} {
		d := tls.Dialer{Config: &tls.Config{RootCAs: roots, MinVersion: version, MaxVersion: version}}
		if conn, err := d.DialContext(ctx, "tcp", strings.Trim(strings.TrimPrefix(address, "https:"), "/")); err == nil {
			_ = conn.Close()
			t.Errorf("TLS %x was accepted", version)
		}
	}
	client.CloseIdleConnections()
	stop()
	if code := <-ended; code != exitcode.Done {
		t.Errorf("exit code %d: %s", code, talk.String())
	}
}

func writePair(t *testing.T, dir string, pair tls.Certificate) (cert, key string) {
	t.Helper()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	var chain []byte
	for _, one := range pair.Certificate {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: one})...)
	}
	for file, data := range map[string][]byte{cert: chain, key: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})} {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}
