package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/sampleclient"
	"github.com/koshin-updater/koshin/cmd/internal/tlshost"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/folder"
)

// The demo's builds: one that speaks TLS 1.1 at most, the TLS-ready one, and
// one that somebody broke.
const (
	demoOld = "2.1.0"
	demoNew = "2.2.0"
	demoBad = "2.3.0"

	demoProduct = "torikomi-soshin"
	demoClaim   = "請求 令和3年4月 0001"
)

// demoWorld is everything around koshin in the demo: a publisher with his keys,
// a release host, a reception system, and a folder for the client. All of it
// lies in one temporary folder.
type demoWorld struct {
	dir       string
	config    string
	talk      bytes.Buffer
	stop      context.CancelFunc
	repo      *release.Repository
	served    *folder.Folder
	releases  string // address of the release host
	reception string // address of the reception system
	claims    []byte
}

func (d *demoWorld) path(parts ...string) string {
	return filepath.Join(append([]string{d.dir}, parts...)...)
}

func newDemoWorld(ctx context.Context, dir string) (*demoWorld, error) {
	ctx, stop := context.WithCancel(ctx)
	d := &demoWorld{dir: dir, config: filepath.Join(dir, "pc", "koshin.toml"), stop: stop}
	authority, err := tlshost.NewAuthority()
	if err == nil {
		err = os.WriteFile(d.path("ca.pem"), authority.CAPEM, 0o644)
	}
	if err == nil {
		d.served, err = folder.Open(d.path("host"))
	}
	if err == nil {
		d.releases, err = listen(ctx, tlshost.Files(d.path("host")), authority)
	}
	if err == nil {
		d.reception, err = listen(ctx, tlshost.Reception(), authority)
	}
	if err != nil {
		stop()
		return nil, err
	}
	return d, nil
}

// listen starts a TLS-1.2-only host on a free loopback port.
func listen(ctx context.Context, handler http.Handler, authority *tlshost.Authority) (address string, err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go func() {
		_ = tlshost.Serve(ctx, listener, handler, authority.Certificate, slog.New(slog.DiscardHandler)) // its end is the demo's
	}()
	return fmt.Sprintf("https://%s/", listener.Addr()), nil
}

func (d *demoWorld) close() { d.stop() }

// publishFirst is the publisher's work before the story begins.
func (d *demoWorld) publishFirst(ctx context.Context) (signedFiles int, err error) {
	d.repo, err = release.Init(ctx, d.path("repo"), release.Options{Keys: &release.Keys{Dir: d.path("keys")}})
	if err != nil {
		return 0, err
	}
	if err := d.repo.AddProduct(ctx, demoProduct, d.definition()); err != nil {
		return 0, err
	}
	for build, maxTLS := range map[string]string{demoOld: "1.1", demoNew: "1.2", demoBad: "1.1"} {
		if err := d.add(ctx, build, maxTLS); err != nil {
			return 0, err
		}
	}
	if err := d.offer(ctx, demoOld); err != nil {
		return 0, err
	}
	status, err := d.repo.Status(ctx)
	if err != nil {
		return 0, err
	}
	return len(status.Roles), d.repo.Verify(ctx)
}

// announceFloor says which build is TLS-ready, as the notice of April 2021 did.
func (d *demoWorld) announceFloor(ctx context.Context) error {
	floor, err := manifest.ParseVersion(demoNew)
	if err != nil {
		return err
	}
	since, err := manifest.ParseDate("2021-04-01")
	if err != nil {
		return err
	}
	return d.repo.SetFloor(ctx, demoProduct, floor, since)
}

func (d *demoWorld) definition() release.Definition {
	return release.Definition{
		Title: manifest.Text{JA: "取込送信システム（デモ）", EN: "Import and send (demo)"},
		Confirm: manifest.Confirm{
			Hosts: []manifest.Host{{
				URL: d.reception, ExpectStatus: manifest.StatusRange{Low: 200, High: 399},
				Stacks: []manifest.Stack{manifest.StackGo}, RefuseOld: true,
			}},
			SelfTest: &manifest.SelfTest{
				Program: sampleclient.Name, StartArgs: []string{"--version"},
				Args:    []string{"--connection-test", "--url", "{url}", "--ca-file", "{ca_file}"},
				Timeout: manifest.Seconds(30),
			},
		},
		Preserve: []string{"data/**"},
	}
}

// add makes one build of the sample client and packs it.
func (d *demoWorld) add(ctx context.Context, build, maxTLS string) error {
	dir := d.path("builds", build)
	if err := sampleclient.WritePackage(dir, build, maxTLS); err != nil {
		return err
	}
	v, err := manifest.ParseVersion(build)
	if err != nil {
		return err
	}
	_, err = d.repo.Add(ctx, release.Build{Product: demoProduct, Version: v, OS: runtime.GOOS, Arch: runtime.GOARCH}, dir, nil)
	return err
}

// offer promotes a build and uploads the repository to the release host.
func (d *demoWorld) offer(ctx context.Context, build string) error {
	v, err := manifest.ParseVersion(build)
	if err != nil {
		return err
	}
	if err := d.repo.Promote(ctx, demoProduct, v, manifest.Stable, 100); err != nil {
		return err
	}
	_, err = d.repo.Publish(ctx, d.served, nil)
	return err
}

func (d *demoWorld) enrollFlags() []string {
	return []string{
		"--url", d.releases, "--anchor", d.path("repo", "metadata", "1.root.json"), "--ca-file", d.path("ca.pem"),
		"--product", demoProduct + "=" + d.path("pc", "client"), "--state-dir", d.path("pc", "state"), "--window", "none", "--proxy", "none",
	}
}

// client starts the installed client, as its user would.
func (d *demoWorld) client(ctx context.Context, args ...string) (exitCode int, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, d.path("pc", "client", sampleclient.Program()), args...)
	output, err := command.CombinedOutput()
	d.talk.Write(output)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), nil
	}
	return 0, err
}

func (d *demoWorld) connectionTest(ctx context.Context) (exitCode int, err error) {
	return d.client(ctx, "--connection-test", "--url", d.reception, "--ca-file", d.path("ca.pem"))
}

// enterClaim makes user data that everything after it must leave alone.
func (d *demoWorld) enterClaim(ctx context.Context) error {
	if _, err := d.client(ctx, "--add-claim", demoClaim); err != nil {
		return err
	}
	var err error
	d.claims, err = os.ReadFile(d.path("pc", "client", "data", "claims.txt"))
	return err
}

// checkClaims compares the user's data byte for byte.
func (d *demoWorld) checkClaims() error {
	now, err := os.ReadFile(d.path("pc", "client", "data", "claims.txt"))
	if err == nil && (len(now) == 0 || !bytes.Equal(now, d.claims)) {
		err = errors.New("the user's data changed")
	}
	return err
}
