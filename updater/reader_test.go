package updater

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/releasetest"
	"github.com/koshin-updater/koshin/updater/line"
	"github.com/koshin-updater/koshin/updater/transport"
)

const readerProduct = "torikomi-soshin"

// readerWorld is a publisher, the folder that his repository is read from, and a
// PC whose SYSTEM has accepted it once.
type readerWorld struct {
	*testing.T
	repo, keys, host string
	release          *release.Repository
	u                *Updater
	now              time.Time
}

func newReaderWorld(t *testing.T) *readerWorld {
	t.Helper()
	w := &readerWorld{T: t, now: time.Now()}
	dir := t.TempDir()
	w.repo, w.keys, w.host = filepath.Join(dir, "repo"), filepath.Join(dir, "keys"), filepath.Join(dir, "host")
	var err error
	w.release, err = release.Init(t.Context(), w.repo, release.Options{Keys: &release.Keys{Dir: w.keys}})
	w.must(err)
	w.must(w.release.AddProduct(t.Context(), readerProduct, release.Definition{
		Title: manifest.Text{JA: "取込送信システム", EN: "Import and send"},
		Confirm: manifest.Confirm{Hosts: []manifest.Host{{
			URL: "https://reception.example/", ExpectStatus: manifest.StatusRange{Low: 200, High: 399}, Stacks: []manifest.Stack{manifest.StackGo},
		}}},
	}))
	w.publish("2.2.0")
	anchor, err := w.release.Anchor(t.Context())
	w.must(err)
	source, err := transport.ParseSource(w.host, "", nil)
	w.must(err)
	w.u = New(Options{
		StateDir: filepath.Join(dir, "state"), Anchor: anchor, Sources: []transport.Source{source}, Now: func() time.Time { return w.now },
		Products: []Product{{ID: readerProduct, Dir: filepath.Join(dir, "client"), Channel: manifest.Stable}},
	})
	w.serve()
	w.must(w.accept())
	return w
}

func (w *readerWorld) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *readerWorld) publish(text string) {
	w.Helper()
	dir := w.TempDir()
	w.must(os.WriteFile(filepath.Join(dir, "client"), []byte("client "+text), 0o644))
	_, err := w.release.Add(w.Context(), release.Build{Product: readerProduct, Version: version(w.T, text), OS: runtime.GOOS, Arch: runtime.GOARCH}, dir, nil)
	w.must(err)
	w.must(w.release.Promote(w.Context(), readerProduct, version(w.T, text), manifest.Stable, 100))
}

// serve makes the host have what the publisher has now.
func (w *readerWorld) serve() { w.serveFrom(w.repo) }

func (w *readerWorld) serveFrom(dir string) {
	w.Helper()
	w.must(os.RemoveAll(w.host))
	w.must(os.CopyFS(w.host, os.DirFS(dir)))
}

func (w *readerWorld) keep() (dir string) {
	w.Helper()
	dir = w.TempDir()
	w.must(os.CopyFS(dir, os.DirFS(w.host)))
	return dir
}

// accept is what a koshin with the rights gets, and keeps.
func (w *readerWorld) accept() error {
	findings, err := w.u.Check(w.Context(), w.u.options.Products)
	if err == nil {
		err = findings[0].Err
	}
	return err
}

// read is what one without them gets.
func (w *readerWorld) read() (Finding, error) {
	reader := New(w.u.options)
	findings, err := reader.look(w.Context(), w.u.options.Products)
	if err != nil {
		return Finding{}, err
	}
	return findings[0], findings[0].Err
}

// state lists what is in the state folder, to the byte.
func (w *readerWorld) state() string {
	w.Helper()
	var b strings.Builder
	w.must(filepath.WalkDir(w.u.options.StateDir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		fmt.Fprintf(&b, "%s %x\n", path, data)
		return err
	}))
	return b.String()
}

// TestAReaderFindsTheSame, and leaves the disk to the byte as it was.
func TestAReaderFindsTheSame(t *testing.T) {
	t.Parallel()
	w := newReaderWorld(t)
	w.publish("2.3.0")
	w.serve()
	before := w.state()
	f, err := w.read()
	w.must(err)
	if again, err := w.read(); err != nil || !again.Decision.Latest.Equal(version(t, "2.3.0")) {
		t.Errorf("a second time: %v, %v", again.Decision.Latest, err)
	}
	if w.state() != before {
		t.Error("the reader changed the state folder")
	}
	findings, err := w.u.Check(t.Context(), w.u.options.Products)
	w.must(err)
	if !reflect.DeepEqual(f, findings[0]) || f.Decision.Action != ActRequired {
		t.Errorf("a reader finds\n%+v, and who may write\n%+v", f, findings[0])
	}
	if w.state() == before {
		t.Error("who may write kept nothing: the test shows nothing")
	}
}

// TestAReaderIsNotDeceived: each attack is refused for the reason that a koshin
// with the rights refuses it for, by what that one had accepted before.
func TestAReaderIsNotDeceived(t *testing.T) {
	t.Parallel()
	forge := func(role string, edit func(map[string]any)) func(*readerWorld) {
		return func(w *readerWorld) { w.must(releasetest.Forge(w.repo, w.keys, role, edit)); w.serve() }
	}
	edit := func(change func(map[string]any)) func(*readerWorld) {
		return func(w *readerWorld) {
			w.must(releasetest.EditManifest(w.repo, w.keys, readerProduct, "stable", change))
			w.serve()
		}
	}
	replay := func(forget ...string) func(*readerWorld) {
		return func(w *readerWorld) {
			old := w.keep()
			w.publish("2.3.0")
			w.serve()
			w.must(w.accept())
			w.serveFrom(old)
			for _, folder := range forget {
				w.must(os.RemoveAll(filepath.Join(w.u.options.StateDir, folder)))
			}
		}
	}
	for _, row := range []struct {
		name   string
		attack func(*readerWorld)
		want   error
	}{
		{"an older repository", replay(), trust.ErrRollback},
		{"an older repository, by the second memory alone", replay("trust"), trust.ErrRollback},
		{"an older repository, by the cache alone", replay("seen"), trust.ErrRollback},
		{"an older manifest under newer metadata", func(w *readerWorld) {
			w.publish("2.3.0")
			w.serve()
			w.must(w.accept())
			edit(func(m map[string]any) { m["seq"] = 1 })(w)
		}, trust.ErrRollback},
		{"signed by a wrong key", func(w *readerWorld) {
			w.must(releasetest.ForgeAs(w.repo, w.keys, "targets", []string{"targets-1"}, func(map[string]any) {}))
			w.serve()
		}, trust.ErrSignature},
		{"expired", forge("timestamp", func(s map[string]any) { s["expires"] = "2020-01-01T00:00:00Z" }), trust.ErrExpired},
		{"a host that is frozen", func(w *readerWorld) { w.now = w.now.Add(8 * 24 * time.Hour) }, trust.ErrExpired},
		{"a clock that was set back", func(w *readerWorld) {
			past := w.now.Add(-48 * time.Hour).UTC().Format(time.RFC3339)
			forge("timestamp", func(s map[string]any) { s["expires"] = past })(w)
			w.now = w.now.Add(-72 * time.Hour)
		}, trust.ErrExpired},
		{"an unknown field", edit(func(m map[string]any) { m["color"] = "red" }), trust.ErrManifest},
		{"another product", edit(func(m map[string]any) { m["product"] = "kani-nyuryoku" }), trust.ErrWrongRelease},
		{"other bytes", func(w *readerWorld) {
			w.publish("2.3.0")
			w.serve()
			names, err := filepath.Glob(filepath.Join(w.host, "targets", readerProduct, "*stable.v1.json"))
			w.must(err)
			for _, name := range names {
				data, err := os.ReadFile(name)
				w.must(err)
				data[len(data)/2] ^= 1
				w.must(os.WriteFile(name, data, 0o644))
			}
		}, trust.ErrMismatch},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := newReaderWorld(t)
			row.attack(w)
			before := w.state()
			f, err := w.read()
			if !errors.Is(err, row.want) || !errors.Is(err, trust.ErrRefused) {
				t.Errorf("a reader: %v, want %v", err, row.want)
			}
			if f.Decision.Target != nil || f.Decision.Action != ActNone {
				t.Errorf("decided from what was refused: %+v", f.Decision)
			}
			if w.state() != before {
				t.Error("the reader changed the state folder")
			}
			if err := w.accept(); !errors.Is(err, row.want) {
				t.Errorf("who may write: %v, want %v", err, row.want)
			}
		})
	}
}

// TestAReaderWithoutMemory: what may not be read is not taken for lost. Without
// it an older repository would pass.
func TestAReaderWithoutMemory(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("modes do not count here; the story of the operator without rights shows the rest")
	}
	for _, hidden := range []string{"trust", "seen"} {
		w := newReaderWorld(t)
		dir := filepath.Join(w.u.options.StateDir, hidden)
		w.must(os.Chmod(dir, 0))
		if _, err := w.read(); !errors.Is(err, ErrUnreadable) {
			t.Errorf("%s: %v", hidden, err)
		}
		w.must(os.Chmod(dir, 0o755))
	}
}

// TestAReaderBesideAnUpdate does not judge half of a build, also where the update
// begins or ends while he looks.
func TestAReaderBesideAnUpdate(t *testing.T) {
	t.Parallel()
	w := newReaderWorld(t)
	state := w.u.productState(readerProduct)
	w.must(os.MkdirAll(state, 0o755))
	journal := filepath.Join(state, "journal")
	begin := func() { w.must(os.WriteFile(journal, []byte("{"), 0o644)) }
	end := func() { w.must(os.RemoveAll(journal)) }
	for name, row := range map[string]struct{ before, during func() }{
		"all the time": {begin, func() {}}, "it ends": {begin, end}, "it begins": {end, begin},
	} {
		row.before()
		w.u.options.Line = func() line.Cost { row.during(); return "" }
		if f, err := w.read(); !errors.Is(err, ErrUnderWay) || f.Title.EN == "" || f.Decision.Action != ActNone {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
	end()
	w.u.options.Line = nil
	if _, err := w.read(); err != nil {
		t.Errorf("nobody is at work: %v", err)
	}
}

// TestAReaderJudgesFoldersFirst: one that others could have filled is refused,
// whether or not this user may write in it.
func TestAReaderJudgesFoldersFirst(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("modes do not count there")
	}
	w := newReaderWorld(t)
	for _, dir := range []string{w.u.options.StateDir, filepath.Join(w.u.options.StateDir, "trust")} {
		w.must(os.Chmod(dir, 0o777))
		if _, err := w.u.Check(t.Context(), w.u.options.Products); !errors.Is(err, protect.ErrWritable) {
			t.Errorf("%s: %v", dir, err)
		}
		w.must(os.Chmod(dir, 0o755))
	}
}

// TestTheRolloutShareIsNotGuessed where no run has drawn this PC's place.
func TestTheRolloutShareIsNotGuessed(t *testing.T) {
	t.Parallel()
	half := manifest.Candidate{Build: manifest.Build{Version: version(t, "2.3.0"), Rollout: &manifest.Rollout{Percent: 50}}}
	f := Facts{Manifest: &manifest.Manifest{Product: readerProduct}}
	if g := f.rollout(half, false); g.Verdict != Unknown {
		t.Errorf("not drawn: %+v", g)
	}
	w := newReaderWorld(t)
	w.must(os.Remove(filepath.Join(w.u.options.StateDir, "installation")))
	before := w.state()
	if _, err := w.read(); err != nil || w.state() != before {
		t.Errorf("a reader drew: %v", err)
	}
}
