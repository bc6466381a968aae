package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/release/github/githubtest"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
)

// The names of the page.
const (
	updates   = "updates.example"   // the publisher's web server: nginx, on this side of the cable
	reception = "reception.example" // the reception system: played here
	bucket    = "s3.example"        // a bucket's host: versitygw
	github    = "github.com"        // the stand-in of release/github/githubtest, and its other hosts
)

// addresses: each host has one of its own, or they could not share port 443.
func addresses() map[string]string {
	return map[string]string{updates: "10.77.0.2", reception: "10.77.0.3", bucket: "10.77.0.4", github: "10.77.0.5"}
}

// play makes this machine the world of the page.
func play(ctx context.Context) error {
	ca, err := localca.NewFor(validity)
	if err != nil {
		return err
	}
	if err := errors.Join(connect(ctx), trustIn(ca), hosts(), standIns()); err != nil {
		return err
	}
	certificate, err := issue(ca, updates)
	if err != nil {
		return err
	}
	if err := errors.Join(letsEncrypt(certificate), playBucket(ctx, ca), playGitHub(ctx, ca)); err != nil {
		return err
	}
	return serve(ctx, ca, reception, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "stand-in reception system\n")
	}))
}

// connect gives the far end of the cable the addresses of all but the web server.
func connect(ctx context.Context) error {
	for name, address := range addresses() {
		if name == updates {
			continue
		}
		if said, err := exec.CommandContext(ctx, "ip", "addr", "add", address+"/24", "dev", "cable").CombinedOutput(); err != nil {
			return fmt.Errorf("ip addr: %w: %s", err, said)
		}
	}
	return errors.Join(exec.CommandContext(ctx, "ip", "link", "set", "cable", "up").Run(), exec.CommandContext(ctx, "ip", "link", "set", "lo", "up").Run())
}

// trustIn makes the throw-away authority one of the system's.
func trustIn(ca *localca.Authority) error {
	f, err := os.OpenFile("/etc/ssl/certs/ca-certificates.crt", os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(ca.PEM())
	return errors.Join(err, f.Close())
}

func hosts() error {
	var lines strings.Builder
	lines.WriteString("127.0.0.1 localhost\n")
	for name, address := range addresses() {
		fmt.Fprintf(&lines, "%s %s\n", address, name)
	}
	for _, name := range githubtest.Hosts() {
		fmt.Fprintf(&lines, "%s %s\n", addresses()[github], name)
	}
	return os.WriteFile("/etc/hosts", []byte(lines.String()), 0o644)
}

// letsEncrypt puts the web server's certificate where certbot does.
func letsEncrypt(certificate tls.Certificate) error {
	return writePair(certificate, "/etc/letsencrypt/live/"+updates)
}

func writePair(certificate tls.Certificate, dir string) error {
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		return err
	}
	return errors.Join(
		os.MkdirAll(dir, 0o755),
		os.WriteFile(filepath.Join(dir, "fullchain.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}), 0o644),
		os.WriteFile(filepath.Join(dir, "privkey.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600))
}

// validity is that of public certificates: watch warns of shorter ones.
const validity = 90 * 24 * time.Hour

func issue(ca *localca.Authority, names ...string) (tls.Certificate, error) {
	return ca.Issue(localca.Leaf{Names: names, NotAfter: time.Now().Add(validity)})
}

func playGitHub(ctx context.Context, ca *localca.Authority) error {
	g := githubtest.New("signs the addresses of assets")
	g.AddRepo("example/clients", githubtest.Repo{Files: map[string]string{"README.md": "the clients of example\n"}})
	g.AddToken(os.Getenv("GITHUB_TOKEN"), githubtest.Publisher())
	return serve(ctx, ca, github, g, githubtest.Hosts()...)
}

func serve(ctx context.Context, ca *localca.Authority, name string, handler http.Handler, also ...string) error {
	certificate, err := issue(ca, append(also, name)...)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addresses()[name]+":443")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, TLSConfig: transport.ServerConfig(certificate), ErrorLog: log.New(io.Discard, "", 0)}
	go server.ServeTLS(listener, "", "") //nolint:errcheck // ends with the program
	return nil
}

// What this machine cannot have: a user who is not root, and systemd. A reload
// starts nginx where it does not run. A timer is checked by systemd-analyze, and
// its service's commands are run once, with its environment.
const (
	sudo      = "#!/bin/sh\nexec \"$@\"\n"
	systemctl = `#!/bin/bash
set -euo pipefail
case "$*" in
"reload nginx") [ -s /run/nginx.pid ] && exec nginx -s reload; exec nginx ;;
"enable --now "*.timer)
	service=/etc/systemd/system/${3%.timer}.service
	systemd-analyze verify "/etc/systemd/system/$3" "$service"
	set -a
	. <(sed -nE 's/^EnvironmentFile=//p' "$service" | xargs cat | sed -E "s/=(.*)/='\1'/")
	sed -nE 's/^ExecStart=//p' "$service" | while read -r command; do $command; done ;;
*) echo "systemctl $*: not played" >&2; exit 1 ;;
esac
`
)

func standIns() error {
	return errors.Join(os.WriteFile("/usr/bin/sudo", []byte(sudo), 0o755), os.WriteFile("/usr/bin/systemctl", []byte(systemctl), 0o755))
}
