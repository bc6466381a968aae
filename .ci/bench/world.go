package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/koshin-updater/koshin/updater/transport/localca"
)

// world is a publisher with his repository, and the host that serves it.
type world struct {
	*measurement
	dir  string
	ca   *localca.Authority
	host *host
}

func (b *measurement) newWorld(ctx context.Context, name string) (*world, error) {
	w := &world{measurement: b, dir: b.path(name)}
	if err := os.Mkdir(w.dir, 0o755); err != nil {
		return nil, err
	}
	var err error
	if w.ca, err = localca.New(); err != nil {
		return nil, err
	}
	if w.host, err = newHost(ctx, w.file("repo"), w.ca); err != nil {
		return nil, err
	}
	if err := os.WriteFile(w.file("ca.pem"), w.ca.PEM(), 0o644); err != nil {
		return nil, err
	}
	return w, w.release(ctx, "init", "--no-passphrase")
}

func (w *world) file(parts ...string) string {
	return filepath.Join(append([]string{w.dir}, parts...)...)
}

// release runs the publisher's program, unmeasured.
func (w *world) release(ctx context.Context, args ...string) error {
	return command(ctx, w.path("bin", "koshin-release"), append([]string{"--repo", w.file("repo"), "--keys", w.file("keys")}, args...)...)
}

func command(ctx context.Context, program string, args ...string) error {
	if said, err := exec.CommandContext(ctx, program, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %q: %w: %s", program, args, err, said)
	}
	return nil
}

// product defines one without a self test: only koshin is measured.
func (w *world) product(ctx context.Context, id string) error {
	return w.release(ctx, "product", "--id", id, "--title-ja", id, "--title-en", id, "--confirm-url", w.host.url)
}

func (w *world) add(ctx context.Context, id, version, dir string) error {
	return w.release(ctx, addArguments(id, version, dir)...)
}

func addArguments(id, version, dir string) []string {
	return []string{"add", "--product", id, "--version", version, "--os", runtime.GOOS, "--arch", runtime.GOARCH, "--kind", "tree", dir}
}

func (w *world) promote(ctx context.Context, id, version, channel string) error {
	return w.release(ctx, "promote", "--product", id, "--version", version, "--channel", channel)
}

// pc is an operator's PC.
type pc struct {
	*world
	dir string
}

// enroll makes a PC that knows the repository and has nothing installed.
func (w *world) enroll(ctx context.Context, name, product string) (*pc, error) {
	p := &pc{world: w, dir: w.file(name)}
	return p, p.koshin(ctx, "enroll", "--url", w.host.url, "--anchor", w.file("repo", "metadata", "1.root.json"), "--ca-file", w.file("ca.pem"),
		"--product", product+"="+p.installed(), "--state-dir", p.file("state"), "--window", "none", "--proxy", "none")
}

func (p *pc) file(name string) string { return filepath.Join(p.dir, name) }
func (p *pc) installed() string       { return p.file("client") }
func (p *pc) arguments() []string     { return []string{"--config", p.file("koshin.toml"), "--quiet"} }
func (p *pc) program() string         { return p.path("bin", "koshin") }

func (p *pc) koshin(ctx context.Context, args ...string) error {
	return command(ctx, p.program(), append(p.arguments(), args...)...)
}

func (p *pc) measured(ctx context.Context, args ...string) (cost, error) {
	return p.run(ctx, p.program(), append(p.arguments(), args...)...)
}
