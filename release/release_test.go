package release_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

const product = manifest.ProductID("torikomi-soshin")

// clock is a time in the tests' world that a test can move.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// world is one publisher: a working copy, keys and a clock.
type world struct {
	*testing.T
	repo  *release.Repository
	dir   string
	keys  string
	clock *clock
}

func newWorld(t *testing.T) *world {
	t.Helper()
	base := t.TempDir()
	w := &world{T: t, dir: filepath.Join(base, "repo"), keys: filepath.Join(base, "keys"), clock: &clock{time.Date(2021, 4, 1, 9, 0, 0, 0, time.UTC)}}
	repo, err := release.Init(t.Context(), w.dir, w.options())
	if err != nil {
		t.Fatal(err)
	}
	w.repo = repo
	return w
}

func (w *world) options() release.Options {
	return release.Options{Keys: &release.Keys{Dir: w.keys}, Now: w.clock.Now}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func definition() release.Definition {
	return release.Definition{
		Title: manifest.Text{JA: "取込送信システム", EN: "Import and send"},
		Confirm: manifest.Confirm{Hosts: []manifest.Host{{
			URL:          "https://reception.example/",
			ExpectStatus: manifest.StatusRange{Low: 200, High: 399},
			Stacks:       []manifest.Stack{manifest.StackGo},
		}}},
	}
}

func version(t testing.TB, text string) manifest.Version {
	t.Helper()
	v, err := manifest.ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (w *world) product() {
	w.Helper()
	w.must(w.repo.AddProduct(w.Context(), product, definition()))
}

// folder writes files, by path, into a new folder.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func (w *world) build(v string) release.Build {
	return release.Build{Product: product, Version: version(w, v), OS: "windows", Arch: "amd64"}
}

// add packs a small folder as a build.
func (w *world) add(v string) {
	w.Helper()
	dir := folder(w, map[string]string{"VERSION": v, "bin/client.exe": "client " + v})
	_, err := w.repo.Add(w.Context(), w.build(v), dir, nil)
	w.must(err)
}

func (w *world) promote(v string, percent int) {
	w.Helper()
	w.must(w.repo.Promote(w.Context(), product, version(w, v), manifest.Stable, percent))
}

func TestStory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.product()
	w.add("2.2.0")
	w.add("2.3.0")
	since, _ := manifest.ParseDate("2021-04-01")
	w.must(w.repo.SetFloor(t.Context(), product, version(t, "2.3.0"), since))
	w.promote("2.2.0", 100)
	w.promote("2.3.0", 25)
	w.must(w.repo.Withdraw(t.Context(), product, version(t, "2.2.0"), "cannot connect any more"))
	w.must(w.repo.Refresh(t.Context()))
	w.must(w.repo.Verify(t.Context()))

	s, err := w.repo.Status(context.Background())
	w.must(err)
	channel := s.Products[0].Channels[0]
	if channel.Newest.String() != "2.3.0" || channel.Builds[0].Percent != 25 || channel.Builds[1].Withdrawn == "" {
		t.Errorf("status: %+v", channel)
	}
	if s.Problem != "" {
		t.Errorf("problem: %s", s.Problem)
	}
}
