package trust_test

import (
	"context"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"golang.org/x/crypto/ssh"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/releasetest"
)

const product = "torikomi-soshin"

// world is a publisher with real keys, a host that may attack, and a PC.
type world struct {
	*testing.T
	repo, keys string
	release    *release.Repository
	cache      trust.Memory
	seen       trust.Memory
	anchor     []byte
	now        time.Time
	built      time.Time
	requests   []string
	attack     func(path string) ([]byte, error, bool) // answers instead of the host
}

// template is a repository with one build, made once: every world begins as a
// copy of it.
var template struct {
	sync.Once
	dir string
	err error
}

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.RemoveAll(template.dir)
	os.Exit(code)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, cache: trust.Memory{}, seen: trust.Memory{}, now: time.Now()}
	template.Do(func() {
		if template.dir, template.err = os.MkdirTemp("", "trust-test-"); template.err == nil {
			w.make(template.dir)
		}
	})
	w.must(template.err)
	dir := t.TempDir()
	w.must(os.CopyFS(dir, os.DirFS(template.dir)))
	w.open(dir)
	return w
}

func (w *world) open(dir string) {
	w.repo, w.keys = filepath.Join(dir, "repo"), filepath.Join(dir, "keys")
	var err error
	w.release, err = release.Open(w.repo, release.Options{Keys: &release.Keys{Dir: w.keys}})
	w.must(err)
	w.anchor, err = w.release.Anchor(w.Context())
	w.must(err)
}

func (w *world) make(dir string) {
	_, err := release.Init(w.Context(), filepath.Join(dir, "repo"), release.Options{Keys: &release.Keys{Dir: filepath.Join(dir, "keys")}})
	w.must(err)
	w.open(dir)
	w.must(w.release.AddProduct(w.Context(), product, release.Definition{
		Title: manifest.Text{JA: "取込送信システム", EN: "Import and send"},
		Confirm: manifest.Confirm{Hosts: []manifest.Host{{
			URL: "https://reception.example/", ExpectStatus: manifest.StatusRange{Low: 200, High: 399}, Stacks: []manifest.Stack{manifest.StackGo},
		}}},
	}))
	w.publish("2.2.0")
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// publish adds a build and promotes it.
func (w *world) publish(text string) {
	w.Helper()
	v, err := manifest.ParseVersion(text)
	w.must(err)
	dir := w.TempDir()
	w.must(os.WriteFile(filepath.Join(dir, "client"), []byte("client "+text), 0o644))
	_, err = w.release.Add(w.Context(), release.Build{Product: product, Version: v, OS: "linux", Arch: "amd64"}, dir, nil)
	w.must(err)
	w.must(w.release.Promote(w.Context(), product, v, manifest.Stable, 100))
}

// Fetch makes the world a trust.Fetcher: the publisher's folder, unless the
// attack answers first.
func (w *world) Fetch(ctx context.Context, path string, limit int64) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w.requests = append(w.requests, path)
	data, err := os.ReadFile(filepath.Join(w.repo, filepath.FromSlash(path)))
	if w.attack != nil {
		if other, otherErr, yes := w.attack(path); yes {
			data, err = other, otherErr
		}
	}
	if err == nil && int64(len(data)) > limit {
		return nil, manifest.ErrTooLarge
	}
	return data, err
}

// check is what a PC does once a day, in a new process each time.
func (w *world) check() (*trust.Release, error) { return w.checkChannel(manifest.Stable) }

func (w *world) checkChannel(channel manifest.Channel) (*trust.Release, error) {
	w.Helper()
	w.requests = nil
	client, err := trust.Open(trust.Options{
		Anchor: w.anchor, Cache: w.cache, Seen: w.seen, BuildTime: w.built, Now: func() time.Time { return w.now },
	})
	w.must(err)
	repository, err := client.Refresh(w.Context(), w)
	if err != nil {
		return nil, err
	}
	return repository.Release(w.Context(), product, channel)
}

// accept is a check that must succeed.
func (w *world) accept() *trust.Release {
	w.Helper()
	r, err := w.check()
	w.must(err)
	return r
}

// refused asserts that a check is refused for this reason.
func (w *world) refused(kind error) {
	w.Helper()
	_, err := w.check()
	if !errors.Is(err, kind) || !errors.Is(err, trust.ErrRefused) {
		w.Errorf("error is %v, want %v", err, kind)
	}
}

func (w *world) forge(role string, edit func(signed map[string]any)) {
	w.Helper()
	w.must(releasetest.Forge(w.repo, w.keys, role, edit))
}

// replace makes the host answer differently for every path that ends so.
func (w *world) replace(suffix string, edit func([]byte) []byte) {
	w.attack = func(path string) ([]byte, error, bool) {
		if !strings.HasSuffix(path, suffix) {
			return nil, nil, false
		}
		data, err := os.ReadFile(filepath.Join(w.repo, filepath.FromSlash(path)))
		if err != nil {
			return nil, err, true
		}
		return edit(data), nil, true
	}
}

// snapshotOfHost keeps the host's files as they are now, to replay them later.
func (w *world) snapshotOfHost() map[string][]byte {
	w.Helper()
	files := map[string][]byte{}
	w.must(filepath.WalkDir(w.repo, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(w.repo, path)
		if err == nil {
			files[filepath.ToSlash(name)], err = os.ReadFile(path)
		}
		return err
	}))
	return files
}

// replay makes the host answer from kept files only.
func (w *world) replay(files map[string][]byte) {
	w.attack = func(path string) ([]byte, error, bool) {
		data, ok := files[path]
		if !ok {
			return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist), true
		}
		return data, nil, true
	}
}

// rotateOnline puts a new online key into the root, as after a theft. The old
// key file stays as "stolen".
func (w *world) rotateOnline() {
	w.Helper()
	old, err := os.ReadFile(filepath.Join(w.keys, "online"))
	w.must(err)
	w.must(os.WriteFile(filepath.Join(w.keys, "stolen"), old, 0o600))
	public, private, err := ed25519.GenerateKey(nil)
	w.must(err)
	block, err := ssh.MarshalPrivateKey(private, "")
	w.must(err)
	w.must(os.WriteFile(filepath.Join(w.keys, "online"), pem.EncodeToMemory(block), 0o600))
	key, err := metadata.KeyFromPublicKey(public)
	w.must(err)
	id, err := key.ID()
	w.must(err)
	w.forge("root", func(root map[string]any) {
		root["keys"].(map[string]any)[id] = map[string]any{
			"keytype": key.Type, "scheme": key.Scheme, "keyval": map[string]any{"public": key.Value.PublicKey},
		}
		for _, role := range []string{"snapshot", "timestamp"} {
			root["roles"].(map[string]any)[role].(map[string]any)["keyids"] = []any{id}
		}
	})
	w.forge("snapshot", func(map[string]any) {})
}
