package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
)

const product = "torikomi-soshin"

// world is a publisher with his builds, a reception host, and PCs that are
// copied for each run.
type world struct {
	dir      string          // everything lies in it
	programs string          // folder of koshin, koshin-release and sample-client
	host     string          // URL of the reception host
	builds   map[string]tree // what the publisher packed
}

func (w *world) file(parts ...string) string {
	return filepath.Join(append([]string{w.dir}, parts...)...)
}

func (w *world) program(name string) string { return filepath.Join(w.programs, program(name)) }

// repository is the folder with everything published when this build was the newest.
func (w *world) repository(version string) string { return w.file("www-" + version) }

func newWorld(ctx context.Context, dir, programs string) (*world, error) {
	w := &world{dir: dir, programs: programs, builds: map[string]tree{}}
	ca, err := localca.New()
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(w.file("ca.pem"), ca.PEM(), 0o644); err != nil {
		return nil, err
	}
	if w.host, err = reception(ctx, ca); err != nil {
		return nil, err
	}
	if err := w.publish(ctx); err != nil {
		return nil, err
	}
	return w, w.installFirst(ctx)
}

// reception answers every request with 200, over TLS 1.2 and nothing else.
func reception(ctx context.Context, ca *localca.Authority) (url string, err error) {
	cert, err := ca.Issue(localca.Leaf{})
	if err != nil {
		return "", err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "reception system\n") })
	server := &http.Server{Handler: answer, TLSConfig: transport.ServerConfig(cert), ErrorLog: log.New(io.Discard, "", 0)}
	context.AfterFunc(ctx, func() { _ = server.Close() }) // its end is the program's
	go server.ServeTLS(listener, "", "")                  //nolint:errcheck // ends with ctx
	return "https://" + listener.Addr().String() + "/", nil
}

// publish packs the builds and publishes them one after the other, each time
// into a folder of its own.
func (w *world) publish(ctx context.Context) error {
	args := []string{"product", "--id", product, "--title-ja", "取込送信システム", "--title-en", "Import and send", "--confirm-url", w.host,
		"--self-test-program", "sample-client", "--start-args", "--version", "--self-test", "--connection-test --url {url} --ca-file {ca_file}"}
	for _, glob := range preserve {
		args = append(args, "--preserve", glob)
	}
	if err := errors.Join(w.release(ctx, "init", "--no-passphrase"), w.release(ctx, args...)); err != nil {
		return err
	}
	for _, version := range []string{oldest, before, after, faulty} {
		dir := w.file("builds", version)
		if err := writeBuild(dir, version, w.program("sample-client")); err != nil {
			return err
		}
		var err error
		if w.builds[version], err = walk(dir); err != nil {
			return err
		}
		if err := errors.Join(
			w.release(ctx, "add", "--product", product, "--version", version, "--os", runtime.GOOS, "--arch", runtime.GOARCH, "--kind", "tree", dir),
			w.release(ctx, "promote", "--product", product, "--version", version, "--channel", "stable"),
			w.release(ctx, "publish", "--to", w.repository(version))); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) release(ctx context.Context, args ...string) error {
	args = append([]string{"--repo", w.file("repo"), "--keys", w.file("keys")}, args...)
	if said, err := exec.CommandContext(ctx, w.program("koshin-release"), args...).CombinedOutput(); err != nil {
		return fmt.Errorf("koshin-release %q: %w: %s", args, err, said)
	}
	return nil
}

// installFirst makes the PCs from which every run starts: an empty one, and one
// with an installed build, a build before it, and the operator's files.
func (w *world) installFirst(ctx context.Context) error {
	blank, p := &pc{w, w.file("pc-blank")}, &pc{w, w.file("pc-installed")}
	if err := os.Mkdir(blank.dir, 0o755); err != nil {
		return err
	}
	if err := blank.must(ctx, "enroll", "--url", w.repository(oldest), "--anchor", w.file("repo", "metadata", "1.root.json"), "--ca-file", w.file("ca.pem"),
		"--product", product+"="+blank.client(), "--state-dir", blank.file("state"), "--window", "none", "--proxy", "none"); err != nil {
		return err
	}
	if err := blank.makeMovable(); err != nil {
		return err
	}
	if _, err := blank.copyTo(p.dir); err != nil {
		return err
	}
	for _, version := range []string{oldest, before} {
		if err := p.must(ctx, "update", "--yes", "--from", w.repository(version)); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(p.file("state", "downloads")); err != nil { // only makes the copies slower
		return err
	}
	for _, m := range mine {
		if err := writeFile(filepath.Join(p.client(), filepath.FromSlash(m.path)), m.content); err != nil {
			return err
		}
	}
	return writeFile(filepath.Join(p.client(), filepath.FromSlash(edited)), editedContent)
}

// makeMovable makes the paths in the configuration relative to it, and the
// folders that may be volumes of their own.
func (p *pc) makeMovable() error {
	text, err := os.ReadFile(p.file("koshin.toml"))
	if err != nil {
		return err
	}
	lines := strings.Split(string(text), "\n")
	changed := 0
	for n, line := range lines {
		switch key, _, _ := strings.Cut(line, " "); key {
		case "state_dir":
			lines[n], changed = "state_dir = 'state'", changed+1
		case "dir":
			lines[n], changed = "dir = 'apps/client'", changed+1
		}
	}
	if changed != 2 {
		return fmt.Errorf("koshin.toml has no paths that can be made relative:\n%s", text)
	}
	return errors.Join(os.WriteFile(p.file("koshin.toml"), []byte(strings.Join(lines, "\n")), 0o644),
		os.MkdirAll(p.file("apps"), 0o755), os.MkdirAll(p.file("state"), 0o755))
}

// operators is everything that the operator has on the installed PC and that
// must never be lost: their files, the file they edited, and the data that an
// earlier build brought.
func (w *world) operators() (tree, error) {
	live, err := walk((&pc{w, w.file("pc-installed")}).client())
	if err != nil {
		return nil, err
	}
	own := tree{edited: text(editedContent)}
	for _, m := range mine {
		own[m.path] = text(m.content)
	}
	for name, what := range live {
		if isData(name) && what != folder {
			own[name] = what
		}
	}
	for name, what := range own {
		if live[name] != what {
			return nil, fmt.Errorf("%s on the installed PC is not as it was written", name)
		}
	}
	return maps.Clone(own), nil
}
