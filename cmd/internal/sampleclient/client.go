package sampleclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// patience is how long the connection test waits for the whole exchange.
const patience = 10 * time.Second

// versions are the values of max_tls.
var versions = map[string]uint16{
	"1.0": tls.VersionTLS10,
	"1.1": tls.VersionTLS11,
	"1.2": tls.VersionTLS12,
	"1.3": tls.VersionTLS13,
}

// client is one installed build.
type client struct {
	dir     string
	version string
	maxTLS  uint16
}

// load reads VERSION and settings.ini; a build without either does not start.
func load(dir string) (*client, error) {
	version, err := os.ReadFile(filepath.Join(dir, "VERSION"))
	if err != nil {
		return nil, err
	}
	settings, err := os.ReadFile(filepath.Join(dir, "settings.ini"))
	if err != nil {
		return nil, err
	}
	maxTLS, err := parseSettings(string(settings))
	if err != nil {
		return nil, fmt.Errorf("settings.ini: %w", err)
	}
	return &client{dir: dir, version: strings.TrimSpace(string(version)), maxTLS: maxTLS}, nil
}

// parseSettings reads the one setting, "max_tls = 1.1", among empty lines and
// comments that begin with ";" or "#".
func parseSettings(text string) (maxTLS uint16, err error) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, ";") || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, _ := strings.Cut(line, "=")
		if strings.TrimSpace(key) != "max_tls" {
			return 0, fmt.Errorf("unknown setting %q", line)
		}
		if maxTLS = versions[strings.TrimSpace(value)]; maxTLS == 0 {
			return 0, fmt.Errorf("unknown TLS version %q", value)
		}
	}
	if maxTLS == 0 {
		return 0, errors.New("max_tls is missing")
	}
	return maxTLS, nil
}

func (c *client) connectionTest(url, caFile string, stdout, stderr io.Writer) int {
	answer, err := c.connect(url, caFile)
	if err != nil {
		fmt.Fprintf(stderr, "sample-client %s: cannot connect with at most %s: %v\n", c.version, tls.VersionName(c.maxTLS), err)
		return exitCannotConnect
	}
	fmt.Fprintf(stdout, "sample-client %s: connected, %s\n", c.version, answer)
	return exitOK
}

// connect asks url once and says over what it was answered.
func (c *client) connect(url, caFile string) (string, error) {
	roots, err := loadRoots(caFile)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	asker := &http.Client{
		Transport: &http.Transport{
			Proxy:             http.ProxyFromEnvironment,
			DisableKeepAlives: true,
			// An old client is what this plays: it starts at TLS 1.0.
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: c.maxTLS, RootCAs: roots},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := asker.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.TLS == nil || resp.StatusCode >= 400 {
		return "", fmt.Errorf("unexpected answer: %s", resp.Status)
	}
	return fmt.Sprintf("%s, %s", tls.VersionName(resp.TLS.Version), resp.Status), nil
}

func loadRoots(caFile string) (*x509.CertPool, error) {
	if caFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, err
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, err
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", caFile)
	}
	return roots, nil
}
