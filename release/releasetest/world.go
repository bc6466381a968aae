package releasetest

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

const worldProduct = manifest.ProductID("torikomi-soshin")

// The states of a repository: one is published first; two and other both
// follow it, made by two people who did not know of each other.
const (
	stateOne   = "one"
	stateTwo   = "two"
	stateOther = "other"
	nothing    = "nothing" // no repository yet
)

// world is working copies in these states.
type world struct {
	dir    string
	anchor []byte
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{dir: t.TempDir()}
	one := w.init(t)
	w.add(t, one, "2.2.0", "windows", "amd64", 20_000)
	w.promote(t, one, "2.2.0")
	two := w.open(t, w.fork(t, stateTwo))
	w.add(t, two, "2.3.0", "windows", "amd64", 30_000)
	w.add(t, two, "2.3.0", "windows", "arm64", 40_000)
	w.add(t, two, "2.3.0", "linux", "amd64", 50_000)
	w.promote(t, two, "2.3.0")
	other := w.open(t, w.fork(t, stateOther))
	w.must(t, other.AddProduct(t.Context(), "kensa", definition("検査", "Checks")))
	w.add(t, other, "2.4.0", "windows", "amd64", 60_000)
	w.promote(t, other, "2.4.0")
	anchor, err := one.Anchor(t.Context())
	w.must(t, err)
	w.anchor = anchor
	return w
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

func (w *world) options() release.Options {
	return release.Options{Keys: &release.Keys{Dir: w.path("keys")}}
}

func (w *world) must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func definition(ja, en string) release.Definition {
	return release.Definition{
		Title: manifest.Text{JA: ja, EN: en},
		Confirm: manifest.Confirm{Hosts: []manifest.Host{{
			URL: "https://reception.example/", ExpectStatus: manifest.StatusRange{Low: 200, High: 399}, Stacks: []manifest.Stack{manifest.StackGo},
		}}},
	}
}

func (w *world) init(t testing.TB) *release.Repository {
	t.Helper()
	r, err := release.Init(t.Context(), w.path(stateOne), w.options())
	w.must(t, err)
	w.must(t, r.AddProduct(t.Context(), worldProduct, definition("取込送信システム", "Import and send")))
	return r
}

func (w *world) open(t testing.TB, dir string) *release.Repository {
	t.Helper()
	r, err := release.Open(dir, w.options())
	w.must(t, err)
	return r
}

// fork is state one, about to become another.
func (w *world) fork(t testing.TB, state string) string {
	t.Helper()
	w.must(t, os.CopyFS(w.path(state), os.DirFS(w.path(stateOne))))
	return w.path(state)
}

// copyOf is a working copy of its own, since a publisher locks it.
func (w *world) copyOf(t testing.TB, state string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "repo")
	w.must(t, os.CopyFS(dir, os.DirFS(w.path(state))))
	return dir
}

// add packs a client of about that size, which differs from every other and
// does not compress, so that a package is known by its length.
func (w *world) add(t testing.TB, r *release.Repository, v, goos, arch string, size int) {
	t.Helper()
	data := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{byte(size >> 8), byte(size)}).Read(data) // never fails
	tree := t.TempDir()
	w.must(t, os.WriteFile(filepath.Join(tree, "client.exe"), data, 0o644))
	b := release.Build{
		Product: worldProduct, Version: w.version(t, v), OS: goos, Arch: arch,
		Notes: manifest.Text{JA: "TLS 1.2 だけで接続します。", EN: "Connects over TLS 1.2 only."},
	}
	_, err := r.Add(t.Context(), b, tree, nil)
	w.must(t, err)
}

func (w *world) version(t testing.TB, text string) manifest.Version {
	t.Helper()
	v, err := manifest.ParseVersion(text)
	w.must(t, err)
	return v
}

func (w *world) promote(t testing.TB, r *release.Repository, v string) {
	t.Helper()
	w.must(t, r.Promote(t.Context(), worldProduct, w.version(t, v), manifest.Stable, release.Everybody))
}

// stateOf knows a state by its timestamp.
func (w *world) stateOf(timestamp []byte) string {
	for _, state := range []string{stateOne, stateTwo, stateOther} {
		if data, err := os.ReadFile(filepath.Join(w.path(state), filepath.FromSlash(timestampPath))); err == nil && bytes.Equal(data, timestamp) {
			return state
		}
	}
	return "a state that nobody published"
}

// recorder keeps everything that a publisher is told.
type recorder struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *recorder) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

// keep writes an error in the ways that programs do, and each that it wraps.
func (r *recorder) keep(err error) { fmt.Fprintf(r, "%v\n%+v\n%#v\n", err, err, err) }

func (r *recorder) contains(secret string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Contains(r.text.String(), secret)
}
