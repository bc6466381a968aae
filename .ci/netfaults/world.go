package main

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
)

const (
	product = "torikomi-soshin"
	client  = "sample-client" // its program
)

// The builds of the client. Each speaks TLS 1.2 unless it says otherwise.
const (
	tooOld   = "2.1.0" // speaks TLS 1.1 at most
	ready    = "2.2.0"
	stillOld = "2.2.1" // newer, and speaks TLS 1.1 at most
	next     = "2.3.0"
	crashes  = "2.4.0" // starts, and crashes in its connection test
	dead     = "2.5.0" // does not start
)

// world is what all rows share: the programs, the authorities, the publisher's
// working copies and PCs with the first build, from which each row takes a copy.
type world struct {
	dir      string
	programs string
	root     *authority // in every PC's ca_file
	issuing  *authority // below it: the one that issues
	releases *releases
	ctx      context.Context // everything ends with it
	hurry    bool            // words are left out
	ports    *regexp.Regexp
	starts   sync.Map // version → func() error, made once
}

func (w *world) path(parts ...string) string {
	return filepath.Join(append([]string{w.dir}, parts...)...)
}
func (w *world) program(name string) string { return filepath.Join(w.programs, name) }

func newWorld(ctx context.Context, dir, programs string) (*world, error) {
	w := &world{ctx: ctx, dir: dir, programs: programs, ports: regexp.MustCompile(`127\.0\.0\.1:\d+`)}
	var err error
	if w.root, err = newAuthority("netfaults root"); err != nil {
		return nil, err
	}
	if w.issuing, err = w.root.intermediate("netfaults issuing authority"); err != nil {
		return nil, err
	}
	if err := os.WriteFile(w.path("ca.pem"), w.root.pem(), 0o644); err != nil {
		return nil, err
	}
	if w.releases, err = w.serveReleases(); err != nil {
		return nil, err
	}
	for version, maxTLS := range map[string]string{tooOld: "1.1", ready: "1.2", stillOld: "1.1", next: "1.2", crashes: "1.2", dead: "none"} {
		if err := w.writeBuild(version, maxTLS); err != nil {
			return nil, err
		}
	}
	return w, errors.Join(w.breakConnectionTest(crashes), w.haltRehearsal(next), w.haltRehearsal(stillOld))
}

// start is a publisher's working copy and a PC on which his only build, this
// version, is installed. Each is made once.
func (w *world) start(version string) (repo, keys string, pc *pc, err error) {
	dir := w.path("start-" + version)
	once, _ := w.starts.LoadOrStore(version, sync.OnceValue(func() error { return w.makeStart(w.ctx, dir, version) }))
	make, ok := once.(func() error)
	if !ok {
		panic("a start that is no function")
	}
	return filepath.Join(dir, "repo"), filepath.Join(dir, "keys"), w.pc(filepath.Join(dir, "pc")), make()
}

// makeStart publishes and installs while every host is well.
func (w *world) makeStart(ctx context.Context, dir, version string) error {
	if err := os.MkdirAll(filepath.Join(dir, "pc"), 0o755); err != nil {
		return err
	}
	s := &stage{world: w, ctx: ctx, name: filepath.Base(dir), dir: dir}
	host, err := s.healthy()
	if err != nil {
		return err
	}
	p := publisher{w, filepath.Join(dir, "repo"), filepath.Join(dir, "keys")}
	if err := errors.Join(
		p.run(ctx, "init", "--no-passphrase"),
		p.run(ctx, "product", "--id", product, "--title-ja", "取込送信システム", "--title-en", "Import and send",
			"--confirm-url", "https://"+host+"/", "--preserve", "data/**",
			"--self-test-program", client, "--start-args", "--version", "--self-test", "--connection-test --url {url} --ca-file {ca_file}"),
		p.offer(ctx, version),
		p.publish(ctx, s.name)); err != nil {
		return err
	}
	pc := w.pc(filepath.Join(dir, "pc"))
	if err := pc.enroll(ctx, s.name, p); err != nil {
		return err
	}
	r, err := pc.koshin(ctx, s, "update", "--yes")
	if err == nil && r.exit != 0 && (version != tooOld || r.exit != 8) { // that one cannot be confirmed
		err = fmt.Errorf("install %s: %s", version, r)
	}
	return err
}

// publisher is a working copy and its keys.
type publisher struct {
	w          *world
	repo, keys string
}

func (p publisher) run(ctx context.Context, args ...string) error {
	args = append([]string{"--repo", p.repo, "--keys", p.keys}, args...)
	if said, err := exec.CommandContext(ctx, p.w.program("koshin-release"), args...).CombinedOutput(); err != nil {
		return fmt.Errorf("koshin-release %q: %w: %s", args, err, said)
	}
	return nil
}

// offer makes a build the newest one.
func (p publisher) offer(ctx context.Context, version string) error {
	return errors.Join(
		p.run(ctx, "add", "--product", product, "--version", version, "--os", runtime.GOOS, "--arch", runtime.GOARCH, "--kind", "tree", p.w.path("builds", version)),
		p.run(ctx, "promote", "--product", product, "--version", version, "--channel", "stable"))
}

// publish uploads to the release host, in a folder of that name.
func (p publisher) publish(ctx context.Context, name string) error {
	return p.run(ctx, "publish", "--to", p.w.releases.folder(name))
}

// publishFor is the publisher's part of a row: his hosts are those of the stage,
// and if a build is named, he offers it.
func (s *stage) publishFor(repo, keys, offered string) error {
	mine := publisher{s.world, s.file("repo"), keys}
	if err := copyTree(repo, mine.repo); err != nil {
		return err
	}
	args := append([]string{"product", "--id", product}, s.product...)
	for _, url := range s.urls {
		args = append(args, "--confirm-url", url)
	}
	if err := mine.run(s.ctx, args...); err != nil {
		return err
	}
	if offered != "" {
		if err := mine.offer(s.ctx, offered); err != nil {
			return err
		}
	}
	return mine.publish(s.ctx, s.name)
}

// trusting writes a bundle with this machine's roots and one more, as the
// software of an inspecting proxy does when it is installed.
func (s *stage) trusting(a *authority) error {
	bundle, err := systemBundle()
	if err != nil {
		return err
	}
	file := s.file("roots.pem")
	s.env = append(s.env, "SSL_CERT_FILE="+file)
	return os.WriteFile(file, append(bundle, a.pem()...), 0o644)
}

// systemBundle is the roots of this machine; crypto/x509 looks at the same places.
func systemBundle() ([]byte, error) {
	for _, file := range []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"} {
		data, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && !x509.NewCertPool().AppendCertsFromPEM(data) {
			err = fmt.Errorf("%s holds no certificate", file)
		}
		return data, err
	}
	return pem.EncodeToMemory(&pem.Block{}), errors.New("this machine has no file with root certificates")
}

// copyTree copies a folder with its modes and times: koshin looks at both. What
// never changes, a package, is linked.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(target, info.Mode().Perm())
		}
		if strings.HasSuffix(name, ".tree") {
			return os.Link(name, target)
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(target, data, info.Mode().Perm()); err != nil {
			return err
		}
		return os.Chtimes(target, info.ModTime(), info.ModTime())
	})
}
