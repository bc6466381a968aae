package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/cmd/internal/tlshost"
	"github.com/koshin-updater/koshin/release/watch"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// told runs koshin-release and returns what it printed.
func told(t *testing.T, args ...string) (exitcode.Code, string) {
	t.Helper()
	var out, talk bytes.Buffer
	code := Run(t.Context(), args, terminal.Streams{In: strings.NewReader(""), Out: &out, Err: &talk})
	if testing.Verbose() {
		t.Logf("%q: %d\n%s%s", args, code, &out, &talk)
	}
	return code, out.String()
}

// published is a repository with one build, as a folder.
func published(t *testing.T) string {
	t.Helper()
	base := t.TempDir()
	repo, keys, build := filepath.Join(base, "repo"), filepath.Join(base, "keys"), filepath.Join(base, "build")
	if err := os.Mkdir(build, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(build, "client.exe"), []byte("client"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"init", "--no-passphrase"},
		{"product", "--id", "viewer", "--title-ja", "閲覧", "--title-en", "Viewer", "--confirm-url", "https://reception.example/"},
		{"add", "--product", "viewer", "--version", "1.0.0", "--os", "windows", "--arch", "amd64", "--kind", "tree", build},
		{"promote", "--product", "viewer", "--version", "1.0.0", "--channel", "stable"},
	} {
		if code, _ := told(t, append(args, "--repo", repo, "--keys", keys)...); code != exitcode.Done {
			t.Fatalf("%q: exit code %d", args, code)
		}
	}
	return repo
}

// TestWatchHost: what a monitor hears of real hosts.
func TestWatchHost(t *testing.T) {
	t.Parallel()
	repo := published(t)
	ca, stranger := transporttest.Authority(t), transporttest.Authority(t)
	good := transporttest.Issue(t, ca, localca.Leaf{Names: []string{"127.0.0.1", "raw.githubusercontent.com", "github.com"}})
	files := tlshost.Files(repo)
	host := transporttest.Host(t, transport.ServerConfig(good), files)
	onGitHub := transporttest.Host(t, transport.ServerConfig(good), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, asset, _ := strings.Cut(r.URL.Path, "/releases/download/viewer-1.0.0/")
		switch {
		case r.Host == "raw.githubusercontent.com":
			http.StripPrefix("/acme/clients/koshin", files).ServeHTTP(w, r)
		case page == "/acme/clients":
			http.Redirect(w, r, "/targets/viewer/1.0.0/"+asset, http.StatusFound)
		default:
			files.ServeHTTP(w, r)
		}
	}))
	hour := []string{"--warn-certificate=1h", "--critical-certificate=1m"} // no certificate here lasts longer than a day
	for name, row := range map[string]struct {
		address string
		flags   []string
		code    exitcode.Code
		kind    watch.Kind // of the first finding
	}{
		"in order":         {host, hour, 0, ""},
		"deep":             {host, append([]string{"--deep"}, hour...), 0, ""},
		"on GitHub":        {"github:acme/clients", append([]string{"--proxy", transporttest.Detour(t, map[string]string{"raw.githubusercontent.com:443": onGitHub, "github.com:443": onGitHub})}, hour...), 0, ""},
		"certificate ends": {host, nil, 2, watch.CertificateExpires},
		"certificate soon": {host, []string{"--warn-certificate=2d", "--critical-certificate=1h"}, 1, watch.CertificateExpires},
		"TLS 1.1 only":     {transporttest.Host(t, &tls.Config{MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS11, Certificates: []tls.Certificate{good}}, files), hour, 2, watch.TLS},
		"TLS 1.3 only":     {transporttest.Host(t, &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{good}}, files), hour, 2, watch.TLS},
		"a stranger's":     {transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, stranger, localca.Leaf{})), files), hour, 2, watch.Certificate},
		"down":             {"https://" + transporttest.DeadAddress(t), hour, 2, watch.Unreachable},
		"no repository":    {transporttest.Host(t, transport.ServerConfig(good), http.NotFoundHandler()), hour, 2, watch.Incomplete},
		"out of order":     {transporttest.Host(t, transport.ServerConfig(good), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) })), hour, 2, watch.Answer},
		"says nothing":     {transporttest.Host(t, transport.ServerConfig(good), http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })), []string{"--timeout=1s"}, 2, watch.Slow},
		"own proxy":        {host, []string{"--proxy", "http://" + transporttest.DeadAddress(t)}, 3, watch.Proxy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"watch", row.address, "--json", "--anchor", filepath.Join(repo, "metadata", "1.root.json"), "--ca-file", transporttest.CAFile(t, ca), "--proxy", "none"}, row.flags...)
			code, out := told(t, args...)
			var r watch.Report
			if err := json.Unmarshal([]byte(out), &r); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if code != row.code || r.ExitCode != int(code) || r.Schema != watch.Schema {
				t.Errorf("exit code %d, want %d: %s", code, row.code, out)
			}
			if row.kind != "" && (len(r.Findings) == 0 || r.Findings[0].Kind != row.kind) || row.kind == "" && len(r.Findings) > 0 {
				t.Errorf("findings %+v, want %s", r.Findings, row.kind)
			}
			if code == 0 && (len(r.Hosts) == 0 || r.Hosts[0].TLS != "TLS 1.2" || r.Hosts[0].Expires.IsZero() || r.Packages.Looked != 1) {
				t.Errorf("saw %+v, %+v", r.Hosts, r.Packages)
			}
		})
	}
}

// Whatever a monitor is told, it is told on the answer's stream, with 3.
func TestWatchUsage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{"empty": "", "other": `{"schema":"koshin/release-watch-state/1","address":"elsewhere","trust":{},"seen":{}}`, "large": strings.Repeat("x", watch.MaxAnchor+1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	for _, args := range [][]string{
		{}, {"a", "b"}, {"--nope", dir}, {"--warn", "soon", dir}, {"--warn", "-1h", dir}, {"--warn", "99999d", dir}, {"--warn", "1h", "--critical", "2h", dir},
		{"http://updates.example/"}, {"github:acme"}, {"s3://bucket/prefix"}, {""},
		{"--anchor", in("nowhere"), dir}, {"--anchor", in("empty"), dir}, {"--anchor", in("large"), dir}, {"--repo", in("nowhere"), dir},
		{"--ca-file", in("empty"), dir}, {"--proxy", "nonsense", dir},
		{"--state", in("empty"), dir}, {"--state", in("other"), dir}, {"--state", dir, dir},
	} {
		code, out := told(t, append([]string{"watch"}, args...)...)
		if code != 3 || !strings.HasPrefix(out, "UNKNOWN - ") {
			t.Errorf("%q: exit code %d\n%s", args, code, out)
		}
	}
	code, out := told(t, "watch", "--json", "github:acme")
	var doc struct {
		Schema, Verdict string
		Error           struct{ Message string }
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil || code != 3 || doc.Schema != watch.Schema || doc.Verdict != "UNKNOWN" || doc.Error.Message == "" {
		t.Errorf("exit code %d, %v: %s", code, err, out)
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"3d": "3d", "36h": "36h0m0s", "48h": "2d", "90s": "1m30s", "0": ""} {
		var s span
		if err := s.Set(text); err != nil || s.String() != want {
			t.Errorf("%s: %q, %v", text, s.String(), err)
		}
	}
}
