package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
)

// The products: a folder, a single executable, and one with a setup program.
const (
	product      = "torikomi-soshin"
	exeProduct   = "soshin-tool"
	setupProduct = "kani-nyuryoku"
)

// world is a publisher with his builds, a reception host, and PCs that are
// copied for each run.
type world struct {
	dir      string          // everything lies in it
	programs string          // folder of koshin, koshin-release and sample-client
	host     string          // URL of the reception host
	builds   map[string]tree // what the publisher packed, or what his setup program installs
	setups   map[string]tree // the setup programs themselves
}

func (w *world) file(parts ...string) string {
	return filepath.Join(append([]string{w.dir}, parts...)...)
}

func (w *world) program(name string) string { return filepath.Join(w.programs, program(name)) }

// repository is the folder with everything published when this build was the newest.
func (w *world) repository(version string) string { return w.file("www-" + version) }

func newWorld(ctx context.Context, dir, programs string) (*world, error) {
	w := &world{dir: dir, programs: programs, builds: map[string]tree{}, setups: map[string]tree{}}
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
	if err := w.release(ctx, "init", "--no-passphrase"); err != nil {
		return err
	}
	define := []string{"product", "--title-ja", "取込送信システム", "--title-en", "Import and send", "--confirm-url", w.host}
	for _, glob := range preserve {
		define = append(define, "--preserve", glob)
	}
	if err := errors.Join(
		w.release(ctx, append(define, "--id", exeProduct)...),
		w.release(ctx, append(define, "--id", setupProduct, "--detect", "file:VERSION:([0-9.]+)")...),
		w.release(ctx, append(define, "--id", product, "--self-test-program", "sample-client", "--start-args", "--version",
			"--self-test", "--connection-test --url {url} --ca-file {ca_file}")...)); err != nil {
		return err
	}
	for _, version := range []string{oldest, before, after, waiting, faulty} {
		dir := w.file("builds", version)
		if err := writeBuild(dir, version, w.program("sample-client")); err != nil {
			return err
		}
		more := []string{"--kind", "tree", dir}
		if version == waiting {
			more = append(more, "--restart-allowed")
		}
		if err := w.add(ctx, product, version, dir, more...); err != nil {
			return err
		}
	}
	for _, version := range []string{oldestExe, beforeExe, afterExe} {
		name := w.file("builds", version, program(exeProduct))
		if err := w.writeExe(name, version); err != nil {
			return err
		}
		if err := w.add(ctx, exeProduct, version, filepath.Dir(name), "--kind", "exe", name); err != nil {
			return err
		}
	}
	if err := w.publishSetup(ctx); err != nil {
		return err
	}
	return w.publishSelf(ctx)
}

// publishSetup publishes the builds that come with a setup program.
func (w *world) publishSetup(ctx context.Context) error {
	if runtime.GOOS == "windows" { // where it is no script
		return nil
	}
	for _, version := range []string{oldestSetup, beforeSetup, afterSetup} {
		name := w.file("builds", version, "setup")
		script := fmt.Sprintf(setupScript, version, version)
		if err := writeFile(name, script); err != nil {
			return err
		}
		if err := w.add(ctx, setupProduct, version, filepath.Dir(name), "--kind", "setup", "--installer-args", "{dir}", name); err != nil {
			return err
		}
		w.builds[version] = tree{"VERSION": text(version + "\n"), "client": text("program " + version)}
		w.setups[version] = tree{"setup": text(script)}
	}
	return nil
}

// writeExe writes a real program that is another one for each version.
func (w *world) writeExe(name, version string) error {
	code, err := os.ReadFile(w.program("sample-client"))
	if err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, append(code, version...), 0o755)
}

// add signs a build, which is the folder dir, and publishes it as the newest.
func (w *world) add(ctx context.Context, id, version, dir string, more ...string) (err error) {
	if w.builds[version], err = walk(dir); err != nil {
		return err
	}
	return errors.Join(
		w.release(ctx, append([]string{"add", "--product", id, "--version", version, "--os", runtime.GOOS, "--arch", runtime.GOARCH}, more...)...),
		w.release(ctx, "promote", "--product", id, "--version", version, "--channel", "stable"),
		w.release(ctx, "publish", "--to", w.repository(version)))
}

func (w *world) release(ctx context.Context, args ...string) error {
	args = append([]string{"--repo", w.file("repo"), "--keys", w.file("keys")}, args...)
	if said, err := exec.CommandContext(ctx, w.program("koshin-release"), args...).CombinedOutput(); err != nil {
		return fmt.Errorf("koshin-release %q: %w: %s", args, err, said)
	}
	return nil
}

// The PCs from which runs start.
const (
	pcBlank     = "pc-blank"     // without the client
	pcInstalled = "pc-installed" // with an installed build, a build before it, and the operator's files
	pcWaiting   = "pc-waiting"   // the same, and a build that waits for the restart
	pcExe       = "pc-exe"       // with the product that is one executable
	pcSetup     = "pc-setup"     // with the product that has a setup program
	pcSelf      = "pc-self"      // with a koshin that replaces itself
)

func (w *world) start(name string) *pc { return &pc{w: w, dir: w.file(name)} }

// installFirst makes the PCs.
func (w *world) installFirst(ctx context.Context) error {
	blank, installed, exe := w.start(pcBlank), w.start(pcInstalled), w.start(pcExe)
	if err := blank.enroll(ctx, product, oldest); err != nil {
		return err
	}
	if _, err := blank.copyTo(installed.dir); err != nil {
		return err
	}
	if err := installed.install(ctx, oldest, before); err != nil {
		return err
	}
	for _, m := range mine {
		if err := writeFile(filepath.Join(installed.client(), filepath.FromSlash(m.path)), m.content); err != nil {
			return err
		}
	}
	if err := writeFile(filepath.Join(installed.client(), filepath.FromSlash(edited)), editedContent); err != nil {
		return err
	}
	if err := errors.Join(exe.enroll(ctx, exeProduct, oldestExe), exe.install(ctx, oldestExe, beforeExe)); err != nil {
		return err
	}
	self := w.start(pcSelf)
	if err := self.installSelf(ctx); err != nil {
		return err
	}
	machines := []*pc{exe, self}
	if runtime.GOOS != "windows" {
		setup := w.start(pcSetup)
		if err := errors.Join(setup.enroll(ctx, setupProduct, oldestSetup), setup.install(ctx, oldestSetup, beforeSetup)); err != nil {
			return err
		}
		machines = append(machines, setup)
	}
	for _, p := range machines {
		for _, m := range mineBesideExe {
			if err := writeFile(filepath.Join(p.client(), filepath.FromSlash(m.path)), m.content); err != nil {
				return err
			}
		}
	}
	waits, err := installed.copyTo(w.file(pcWaiting))
	if err != nil {
		return err
	}
	return waits.leaveForRestart(ctx)
}

func (p *pc) enroll(ctx context.Context, id, version string) error {
	if err := os.Mkdir(p.dir, 0o755); err != nil {
		return err
	}
	if err := p.must(ctx, "enroll", "--url", p.w.repository(version), "--anchor", p.w.file("repo", "metadata", "1.root.json"), "--ca-file", p.w.file("ca.pem"),
		"--product", id+"="+p.client(), "--state-dir", p.file("state"), "--window", "none", "--proxy", "none"); err != nil {
		return err
	}
	return p.makeMovable()
}

func (p *pc) install(ctx context.Context, versions ...string) error {
	for _, version := range versions {
		if err := p.must(ctx, "update", "--yes", "--from", p.w.repository(version)); err != nil {
			return err
		}
	}
	return os.RemoveAll(p.file("state", "downloads")) // only makes the copies slower
}

// leaveForRestart updates while the client is open: it waits for a host that
// never answers. It gives up after a while, and then somebody opens it again; on
// a busy machine that happens within one update, so two are open.
func (p *pc) leaveForRestart(ctx context.Context) error {
	silent, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer silent.Close()
	opened, shut := context.WithCancel(ctx)
	var clients sync.WaitGroup
	for range 2 {
		clients.Go(func() {
			for opened.Err() == nil {
				client := exec.CommandContext(opened, filepath.Join(p.client(), program("sample-client")), "--connection-test", "--url", "https://"+silent.Addr().String()+"/", "--ca-file", p.file("ca.pem"))
				_ = client.Run() // it gives up or is ended
			}
		})
	}
	r, err := p.koshin(ctx, "update", "--yes", "--from", p.w.repository(waiting))
	shut()
	clients.Wait()
	if err == nil && r.exit != 10 {
		err = fmt.Errorf("an update of an open client: %s", r)
	}
	return errors.Join(err, os.RemoveAll(p.file("state", "downloads")))
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

// operators is everything that the operator has on a PC and that must never be
// lost: their files, the file they edited, and the data that an earlier build
// brought.
func (w *world) operators(name string) (tree, error) {
	live, err := walk(w.start(name).client())
	if err != nil {
		return nil, err
	}
	own := tree{}
	if len(live) == 0 { // nothing is installed, or there is no such PC on this system
		return own, nil
	}
	switch name {
	case pcInstalled, pcWaiting:
		own[edited] = text(editedContent)
		for _, m := range mine {
			own[m.path] = text(m.content)
		}
	case pcExe, pcSetup, pcSelf:
		for _, m := range mineBesideExe {
			own[m.path] = text(m.content)
		}
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
	return own, nil
}
