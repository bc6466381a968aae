package installer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// tree is the files of a folder by path; a path that ends in "/" is a folder.
type tree map[string]string

// world is one PC with one product.
type world struct {
	t     testing.TB
	place Place
	stop  func(string) error
	now   time.Time
	exe   string // the product is this one executable
}

func newWorld(t testing.TB) *world {
	t.Helper()
	top := memoryDir(t)
	return &world{t: t, place: Place{Product: "torikomi-soshin", Dir: filepath.Join(top, "pc", "Torikomi"), State: filepath.Join(top, "state")},
		now: time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)}
}

// memoryDir is a folder where a flush costs nothing, if there is one: the tests
// of this package flush many thousand times.
func memoryDir(t testing.TB) string {
	t.Helper()
	const shared = "/dev/shm"
	if _, err := os.Stat(shared); err != nil || runtime.GOOS != "linux" {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(shared, "koshin-installer-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (w *world) open() *Product {
	w.t.Helper()
	must(w.t, os.MkdirAll(filepath.Dir(w.place.Dir), 0o755))
	p, err := Open(w.place, slog.New(slog.DiscardHandler))
	must(w.t, err)
	w.t.Cleanup(func() { _ = p.Close() })
	if w.exe != "" {
		must(w.t, p.Executable(w.exe))
	}
	p.disk.stop = w.stop
	p.now = func() time.Time { w.now = w.now.Add(time.Minute); return w.now }
	return p
}

// pkg is a package as a publisher makes it.
type pkg struct {
	file    string
	version manifest.Version
	promise promised
	entry   manifest.Package
}

func (w *world) pack(version string, files tree) pkg {
	w.t.Helper()
	dir := w.t.TempDir()
	write(w.t, dir, files)
	return packFolder(w.t, version, dir)
}

func packFolder(t testing.TB, version, dir string) pkg {
	t.Helper()
	v, err := manifest.ParseVersion(version)
	must(t, err)
	file := filepath.Join(t.TempDir(), version+".tree")
	out, err := os.Create(file)
	must(t, err)
	hash := sha256.New()
	info, err := pack.WriteTree(t.Context(), &twoWriters{out, hash}, dir, pack.Options{})
	must(t, err)
	stat, err := out.Stat()
	must(t, err)
	must(t, out.Close())
	want := promised{stat.Size(), manifest.Digest(hash.Sum(nil))}
	return pkg{file, v, want, manifest.Package{OS: runtime.GOOS, Arch: runtime.GOARCH, Kind: manifest.Tree, Target: "t",
		Size: want.size, SHA256: want.sha256, InstalledSize: info.InstalledSize, TreeSHA256: info.TreeSHA256}}
}

type twoWriters struct {
	a *os.File
	b interface{ Write([]byte) (int, error) }
}

func (t *twoWriters) Write(b []byte) (int, error) {
	_, _ = t.b.Write(b)
	return t.a.Write(b)
}

func (p *Product) stageForTest(ctx context.Context, k pkg) (*Staged, error) {
	return p.stage(ctx, k.file, k.promise, k.entry, k.version, nil)
}

// update goes as far as the open transaction.
func (w *world) update(p *Product, k pkg, options PlanOptions) (*Transaction, error) {
	ctx := w.t.Context()
	st, err := p.stageForTest(ctx, k)
	if err != nil {
		return nil, err
	}
	plan, err := p.Plan(ctx, st, options)
	if err != nil {
		return nil, err
	}
	if err := p.Backup(ctx, plan); err != nil {
		return nil, err
	}
	return p.Swap(ctx, plan)
}

func (w *world) install(k pkg, options PlanOptions) {
	w.t.Helper()
	tx, err := w.update(w.open(), k, options)
	must(w.t, err)
	must(w.t, tx.Commit(w.t.Context()))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, dir string, files tree) {
	t.Helper()
	must(t, os.MkdirAll(dir, 0o755))
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if strings.HasSuffix(name, "/") {
			must(t, os.MkdirAll(path, 0o755))
			continue
		}
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(content), 0o644))
	}
}

// read is every file below dir, and every empty folder.
func read(t testing.TB, dir string) tree {
	t.Helper()
	files := tree{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) && path == dir {
			return filepath.SkipAll
		}
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		rel = filepath.ToSlash(rel)
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			files[rel] = "-> " + target
			return err
		case d.IsDir():
			entries, err := os.ReadDir(path)
			if len(entries) == 0 && rel != "." {
				files[rel+"/"] = ""
			}
			return err
		}
		data, err := os.ReadFile(path)
		files[rel] = string(data)
		return err
	})
	must(t, err)
	return files
}

func (w *world) work(parts ...string) string {
	return filepath.Join(append([]string{w.place.Dir + ".koshin"}, parts...)...)
}

func (w *world) want(dir string, files tree) {
	w.t.Helper()
	if got := read(w.t, dir); !maps.Equal(got, files) {
		w.t.Errorf("%s holds\n%swanted\n%s", filepath.Base(dir), show(got), show(files))
	}
}

func show(files tree) string {
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(files)) {
		content := files[name]
		if len(content) > 40 {
			content = content[:40] + "…"
		}
		b.WriteString("  " + name + ": " + content + "\n")
	}
	return b.String()
}

func with(files tree, more tree) tree {
	all := maps.Clone(files)
	maps.Copy(all, more)
	return all
}

var ( //nolint:gochecknoglobals // the cast of every story
	build1 = tree{"VERSION": "2.2.0\n", "client.exe": "old program", "lib/a.dll": "a1", "lib/deep/b.dll": "b1",
		"lib/gone.dll": "only in 1", "conf/default.ini": "one", "empty/": "", "data/seed.db": "seed 1", "plugins/p.dll": "p1"}
	build2 = tree{"VERSION": "2.3.0\n", "client.exe": "new program", "lib/a.dll": "a2", "lib/deep/b.dll": "b1",
		"lib/new.dll": "only in 2", "conf/default.ini": "two", "data/seed.db": "seed 2", "data/sample.db": "sample", "plugins/p.dll": "p2", "doc/read.txt": "r"}
	data = tree{"data/claims.txt": "claim 1\n", "data/2021/四月.txt": "報酬", "conf/user.ini": "mine"}
	keep = []string{"data/**", "conf/user.ini"}
)
