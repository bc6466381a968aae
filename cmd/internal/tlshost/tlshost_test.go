package tlshost

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/koshin-updater/koshin/updater/transport"
)

// repository is a folder with more in it than may be served.
func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"metadata/timestamp.json":          "timestamp",
		"metadata/1.root.json":             "root",
		"metadata/.hidden":                 "secret",
		"targets/torikomi-soshin/abc.tree": "0123456789",
		"products/torikomi-soshin.json":    "secret",
		"keys/root-1":                      "secret",
		"secret":                           "secret",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func ask(handler http.Handler, method, path, byteRange string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, "/", nil)
	req.URL.Path = path // as it is, also what a client would clean up
	if byteRange != "" {
		req.Header.Set("Range", byteRange)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, req)
	return answer
}

func TestFiles(t *testing.T) {
	t.Parallel()
	handler := Files(repository(t))
	for _, row := range []struct {
		method, path, byteRange string
		status                  int
		body                    string
	}{
		{"GET", "/metadata/timestamp.json", "", 200, "timestamp"},
		{"HEAD", "/metadata/timestamp.json", "", 200, ""},
		{"GET", "/targets/torikomi-soshin/abc.tree", "", 200, "0123456789"},
		{"GET", "/targets/torikomi-soshin/abc.tree", "bytes=4-", 206, "456789"},
		{"GET", "/targets/torikomi-soshin/abc.tree", "bytes=10-", 416, "*"},
		{"POST", "/metadata/timestamp.json", "", 405, "*"},
		{"PUT", "/metadata/new.json", "", 405, "*"},
		{"DELETE", "/metadata/timestamp.json", "", 405, "*"},
	} {
		answer := ask(handler, row.method, row.path, row.byteRange)
		body := answer.Body.Bytes()
		if answer.Code != row.status || (row.body != "*" && string(body) != row.body) {
			t.Errorf("%s %s %s: %d %q", row.method, row.path, row.byteRange, answer.Code, body)
		}
	}
}

func TestFilesServesNothingElse(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	paths := []string{
		"", "/", "/secret", "/products/torikomi-soshin.json", "/keys/root-1", "/metadata", "/metadata/", "/targets/", "/targets/torikomi-soshin",
		"/targets/torikomi-soshin/", "/metadata/../secret", "/metadata/../keys/root-1", "/metadata//timestamp.json", "/metadata/./timestamp.json",
		"/metadata/.hidden", `/metadata/..\secret`, `/metadata\timestamp.json`, "/metadata/timestamp.json/", "/metadata/timestamp.json\x00",
		"/metadata/nowhere", "metadata/timestamp.json", "/metadata/C:x", "/metadata/timestamp.json::$DATA", "/metadata/CON",
	}
	if os.Symlink(filepath.Join(dir, "secret"), filepath.Join(dir, "metadata", "link")) == nil {
		outside := filepath.Join(t.TempDir(), "outside")
		if err := errors.Join(os.WriteFile(outside, []byte("secret"), 0o644), os.Symlink(outside, filepath.Join(dir, "metadata", "away"))); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, "/metadata/away")
	}
	handler := Files(dir)
	for _, path := range paths {
		if answer := ask(handler, "GET", path, ""); answer.Code != http.StatusNotFound {
			t.Errorf("%q: %d %q", path, answer.Code, answer.Body)
		}
	}
}

// fetch asks over TLS 1.2 and reads the whole answer.
func fetch(client *http.Client, url string) error {
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK || resp.TLS.Version != transport.Version {
		return fmt.Errorf("%s over %s", resp.Status, tls.VersionName(resp.TLS.Version))
	}
	return nil
}

func TestServe(t *testing.T) {
	t.Parallel()
	authority, err := NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	begun, finish := make(chan struct{}), make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(begun)
			<-finish
		}
		Reception().ServeHTTP(w, r)
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, listener, handler, authority.Certificate, slog.New(slog.DiscardHandler)) }()

	caFile := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, authority.CAPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	client, err := transport.NewClient(transport.Options{CAFile: caFile, Proxy: "none"})
	if err != nil {
		t.Fatal(err)
	}
	url := "https://" + listener.Addr().String()
	if err := fetch(client, url); err != nil {
		t.Fatal(err)
	}
	// An old client is refused for its version.
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority.CAPEM)
	old := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, RootCAs: roots}}}
	if err := fetch(old, url); !errors.Is(transport.Classify(err), transport.ErrTLSVersion) {
		t.Errorf("an old client: %v", err)
	}
	// What is running when it stops is finished.
	slow := make(chan error, 1)
	go func() { slow <- fetch(client, url+"/slow") }()
	<-begun
	cancel()
	close(finish)
	if err := <-slow; err != nil {
		t.Errorf("a running answer was cut off: %v", err)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if err := fetch(client, url); !errors.Is(err, transport.ErrUnreachable) {
		t.Errorf("still there: %v", err)
	}
}

func TestServeOnClosedListener(t *testing.T) {
	t.Parallel()
	authority, err := NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	if err := Serve(t.Context(), listener, Reception(), authority.Certificate, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("no error")
	}
}

func TestReceptionTakesNoClaims(t *testing.T) {
	t.Parallel()
	if answer := ask(Reception(), "POST", "/", ""); answer.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", answer.Code)
	}
}
