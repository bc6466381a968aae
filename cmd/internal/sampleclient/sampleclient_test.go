package sampleclient

import (
	"bytes"
	"crypto/tls"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// TestMain makes the test binary what koshin is: a program that becomes the
// client under its name.
func TestMain(m *testing.M) {
	if Requested() {
		os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// start runs an installed client as a process.
func start(t *testing.T, dir string, args ...string) (code int, output string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(dir, Program()), args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String()
}

// The story of the demo: the old build really cannot connect to a host that
// takes TLS 1.2 only, and it is TLS that stops it, since it reaches an old host.
func TestStory(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	caFile := transporttest.CAFile(t, ca)
	cert := transporttest.Issue(t, ca, localca.Leaf{})
	answers := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	today := transporttest.Host(t, &tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}}, answers)
	before := transporttest.Host(t, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, Certificates: []tls.Certificate{cert}}, answers)

	oldBuild, newBuild := t.TempDir(), t.TempDir()
	for dir, build := range map[string][2]string{oldBuild: {"2.2.0", "1.1"}, newBuild: {"2.3.0", "1.2"}} {
		if err := WritePackage(dir, build[0], build[1]); err != nil {
			t.Fatal(err)
		}
		if code, out := start(t, dir, "--version"); code != 0 || strings.TrimSpace(out) != build[0] {
			t.Errorf("%s: exit %d, %q", build[0], code, out)
		}
	}
	for _, row := range []struct {
		name, dir, url string
		want           int
	}{
		{"old build, today's host", oldBuild, today, 1},
		{"old build, old host", oldBuild, before, 0},
		{"new build, today's host", newBuild, today, 0},
	} {
		if code, out := start(t, row.dir, "--connection-test", "--url", row.url, "--ca-file", caFile); code != row.want {
			t.Errorf("%s: exit %d, %s", row.name, code, out)
		}
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	caFile := transporttest.CAFile(t, ca)
	cert := transporttest.Issue(t, ca, localca.Leaf{})
	config := &tls.Config{MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}}
	good := transporttest.Host(t, config, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	fault := transporttest.Host(t, config, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }))
	const settings = "max_tls = 1.2\n"
	for name, row := range map[string]struct {
		settings, version string
		args              []string
		want              int
	}{
		"connects":           {settings, "1.0", []string{"--connection-test", "--url", good, "--ca-file", caFile}, 0},
		"server fault":       {settings, "1.0", []string{"--connection-test", "--url", fault, "--ca-file", caFile}, 1},
		"unknown authority":  {settings, "1.0", []string{"--connection-test", "--url", good}, 1},
		"empty ca file":      {settings, "1.0", []string{"--connection-test", "--url", good, "--ca-file", ""}, 1},
		"ca file missing":    {settings, "1.0", []string{"--connection-test", "--url", good, "--ca-file", "nowhere"}, 1},
		"nobody there":       {settings, "1.0", []string{"--connection-test", "--url", "https://" + transporttest.DeadAddress(t)}, 1},
		"plain http":         {settings, "1.0", []string{"--connection-test", "--url", "http://" + transporttest.DeadAddress(t)}, 1},
		"no url":             {settings, "1.0", []string{"--connection-test"}, 2},
		"nothing asked":      {settings, "1.0", nil, 2},
		"unknown flag":       {settings, "1.0", []string{"--format-disk"}, 2},
		"an argument":        {settings, "1.0", []string{"--version", "x"}, 2},
		"version":            {settings, "1.0", []string{"--version"}, 0},
		"no settings":        {"", "1.0", []string{"--version"}, 3},
		"no VERSION":         {settings, "", []string{"--version"}, 3},
		"unknown TLS":        {"max_tls = 2.0\n", "1.0", []string{"--version"}, 3},
		"unknown setting":    {"max_tsl = 1.2\n", "1.0", []string{"--version"}, 3},
		"settings cut short": {"max_t", "1.0", []string{"--version"}, 3},
	} {
		dir := t.TempDir()
		for file, text := range map[string]string{"settings.ini": row.settings, "VERSION": row.version} {
			if text == "" {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var out bytes.Buffer
		if code := run(dir, row.args, &out, &out); code != row.want {
			t.Errorf("%s: exit %d, want %d: %s", name, code, row.want, &out)
		}
	}
}

func TestAddClaim(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := WritePackage(dir, "2.2.0", "1.1"); err != nil {
		t.Fatal(err)
	}
	for _, claim := range []string{"令和3年4月分", "second"} {
		if code, out := start(t, dir, "--add-claim", claim); code != 0 {
			t.Fatalf("exit %d: %s", code, out)
		}
	}
	if data, err := os.ReadFile(filepath.Join(dir, "data", "claims.txt")); string(data) != "令和3年4月分\nsecond\n" {
		t.Errorf("%q, %v", data, err)
	}
}

func FuzzParseSettings(f *testing.F) {
	for _, seed := range []string{"max_tls = 1.2", "; x\n\nmax_tls=1.1\r\n", "max_tls", "a=b", "max_tls = 1.2 = 3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseSettings(text)
		if (err == nil) != (got >= tls.VersionTLS10 && got <= tls.VersionTLS13) {
			t.Errorf("%q: %#x, %v", text, got, err)
		}
	})
}
