package release_test

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
	"github.com/koshin-updater/koshin/release"
)

// contents is every file below dir by path, koshin's own work folder left out.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if e.Name() == ".koshin" {
				return fs.SkipDir
			}
			return nil
		}
		data, err := os.ReadFile(path)
		found[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestRefuses: each kind of bad input has its own error and changes nothing.
func TestRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.product()
	w.add("2.3.0")
	w.add("2.4.0")
	since, err := manifest.ParseDate("2021-04-01")
	w.must(err)
	w.must(w.repo.SetFloor(t.Context(), product, version(t, "2.3.0"), since))
	w.must(w.repo.Withdraw(t.Context(), product, version(t, "2.4.0"), "broken"))
	other := folder(t, map[string]string{"VERSION": "other"})
	linked := folder(t, map[string]string{"VERSION": "1"})
	linkErr := symlink("VERSION", filepath.Join(linked, "link"))
	device := folder(t, map[string]string{"VERSION": "1"})
	deviceErr := os.WriteFile(filepath.Join(device, "aux.txt"), nil, 0o644)

	add := func(b release.Build, dir string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := w.repo.Add(ctx, b, dir, nil)
			return err
		}
	}
	withReleased := func(b release.Build, day time.Time) release.Build {
		b.Released = manifest.DateOf(day)
		return b
	}
	promote := func(v string, percent int) func(context.Context) error {
		return func(ctx context.Context) error {
			return w.repo.Promote(ctx, product, version(t, v), manifest.Stable, percent)
		}
	}
	tests := []struct {
		name string
		act  func(context.Context) error
		want error
		skip error
	}{
		{"add: no version", add(release.Build{Product: product, OS: "windows", Arch: "amd64"}, other), manifest.ErrVersion, nil},
		{"add: unknown product", add(release.Build{Product: "unknown", Version: version(t, "1.0")}, other), release.ErrUnknownProduct, nil},
		{"add: no system", add(release.Build{Product: product, Version: version(t, "3.0"), Arch: "amd64"}, other), release.ErrPlatform, nil},
		{"add: system with a way out", add(release.Build{Product: product, Version: version(t, "3.0"), OS: "../x", Arch: "amd64"}, other), release.ErrPlatform, nil},
		{"add: other content", add(w.build("2.3.0"), other), release.ErrExists, nil},
		{"add: the same version written otherwise", add(release.Build{Product: product, Version: version(t, "2.3"), OS: "linux", Arch: "amd64"}, other), release.ErrExists, nil},
		{"add: released tomorrow week", add(withReleased(w.build("3.0"), w.clock.now.AddDate(0, 0, 7)), other), release.ErrFuture, nil},
		{"add: no such folder", add(w.build("3.0"), filepath.Join(other, "none")), fs.ErrNotExist, nil},
		{"add: a file", add(w.build("3.0"), filepath.Join(other, "VERSION")), release.ErrKind, nil},
		{"add: a link", add(w.build("3.0"), linked), pack.ErrLink, linkErr},
		{"add: a device's name", add(w.build("3.0"), device), pack.ErrPathDevice, deviceErr},
		{"floor: going down", func(ctx context.Context) error {
			return w.repo.SetFloor(ctx, product, version(t, "2.2.9"), since)
		}, release.ErrFloorDown, nil},
		{"promote: not added", promote("9.9", 100), release.ErrUnknownBuild, nil},
		{"promote: withdrawn", promote("2.4.0", 100), release.ErrWithdrawn, nil},
		{"promote: 101 percent", promote("2.3.0", 101), release.ErrPercent, nil},
		{"promote: -1 percent", promote("2.3.0", -1), release.ErrPercent, nil},
		{"promote: no such channel", func(ctx context.Context) error {
			return w.repo.Promote(ctx, product, version(t, "2.3.0"), "beta", 100)
		}, manifest.ErrName, nil},
		{"withdraw: no reason", func(ctx context.Context) error {
			return w.repo.Withdraw(ctx, product, version(t, "2.3.0"), "")
		}, release.ErrDefinition, nil},
		{"product: twice", func(ctx context.Context) error { return w.repo.AddProduct(ctx, product, definition()) }, release.ErrExists, nil},
		{"product: bad name", func(ctx context.Context) error { return w.repo.AddProduct(ctx, "../x", definition()) }, manifest.ErrName, nil},
		{"product: TUF's own name", func(ctx context.Context) error { return w.repo.AddProduct(ctx, "targets", definition()) }, manifest.ErrName, nil},
		{"product: no host", func(ctx context.Context) error {
			d := definition()
			d.Confirm.Hosts = nil
			return w.repo.AddProduct(ctx, "new", d)
		}, release.ErrDefinition, nil},
		{"product: pattern with a way out", func(ctx context.Context) error {
			return w.repo.ChangeProduct(ctx, product, func(d *release.Definition) error {
				d.Preserve = []string{"../**"}
				return nil
			})
		}, manifest.ErrInvalid, nil},
		{"cancelled", func(context.Context) error {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := w.repo.Add(ctx, w.build("3.0"), other, nil)
			return err
		}, context.Canceled, nil},
	}
	base := filepath.Dir(w.dir)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.skip != nil {
				t.Skipf("this system cannot make the input: %v", test.skip)
			}
			before := contents(t, base)
			if err := test.act(t.Context()); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if !maps.Equal(before, contents(t, base)) {
				t.Error("something has changed on the disk")
			}
		})
	}
}

// symlink makes one that can be seen as such: Wine makes links that only its
// host sees.
func symlink(old, name string) error {
	if err := os.Symlink(old, name); err != nil {
		return err
	}
	info, err := os.Lstat(name)
	if err == nil && info.Mode()&fs.ModeSymlink == 0 {
		err = errors.New("the link looks like a file")
	}
	return err
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.product()
	for name, dir := range map[string]string{"nothing there": filepath.Join(w.dir, "none"), "an empty folder": t.TempDir()} {
		if _, err := release.Open(dir, release.Options{}); !errors.Is(err, release.ErrNoRepository) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, file := range []string{"metadata/timestamp.json", "metadata/2.targets.json", "metadata/1.root.json", "products/torikomi-soshin.json"} {
		damaged := filepath.Join(t.TempDir(), "repo")
		w.must(os.CopyFS(damaged, os.DirFS(w.dir)))
		w.must(os.WriteFile(filepath.Join(damaged, filepath.FromSlash(file)), []byte("{"), 0o644))
		r, err := release.Open(damaged, w.options())
		w.must(err)
		if err := r.Refresh(t.Context()); !errors.Is(err, release.ErrDamaged) {
			t.Errorf("%s: got %v", file, err)
		}
	}
}

// TestDefinitionFieldUnknown: a definition edited by hand is read strictly.
func TestDefinitionFieldUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.product()
	file := filepath.Join(w.dir, "products", "torikomi-soshin.json")
	data, err := os.ReadFile(file)
	w.must(err)
	w.must(os.WriteFile(file, []byte(strings.Replace(string(data), `"title"`, `"titel"`, 1)), 0o644))
	if err := w.repo.Refresh(t.Context()); !errors.Is(err, release.ErrDamaged) || !strings.Contains(err.Error(), "titel") {
		t.Errorf("got %v", err)
	}
}

// TestDefinitionUnsigned: what was changed by hand and never signed is found.
func TestDefinitionUnsigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.product()
	w.add("2.3.0")
	w.promote("2.3.0", 100)
	file := filepath.Join(w.dir, "products", "torikomi-soshin.json")
	data, err := os.ReadFile(file)
	w.must(err)
	w.must(os.WriteFile(file, []byte(strings.Replace(string(data), "Import and send", "Send", 1)), 0o644))
	if err := w.repo.Verify(t.Context()); !errors.Is(err, release.ErrUnverifiable) {
		t.Errorf("got %v", err)
	}
}

// TestDeterministic: two publishers who add the same folder, made in another
// order and at another time, have the same package.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	files := map[string]string{"bin/client.exe": "client", "data/読み.txt": "よみ", "VERSION": "2.3.0", "empty": ""}
	var packages []manifest.Package
	for range 2 {
		w := newWorld(t)
		w.product()
		added, err := w.repo.Add(t.Context(), w.build("2.3.0"), folder(t, files), nil)
		w.must(err)
		packages = append(packages, added.Package)
		w.clock.now = w.clock.now.AddDate(0, 0, 1)
	}
	if packages[0].SHA256 != packages[1].SHA256 || packages[0].TreeSHA256 != packages[1].TreeSHA256 {
		t.Errorf("%+v\n%+v", packages[0], packages[1])
	}
}

// TestSeq: a manifest that says something new has the next number, and one that
// does not keeps its own.
func TestSeq(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.product()
	w.add("2.3.0")
	w.promote("2.3.0", 100)
	seq := func() int64 {
		s, err := w.repo.Status(t.Context())
		w.must(err)
		return s.Products[0].Channels[0].Seq
	}
	if n := seq(); n != 1 {
		t.Errorf("first seq is %d", n)
	}
	w.must(w.repo.Refresh(t.Context()))
	w.add("2.4.0") // not promoted
	if n := seq(); n != 1 {
		t.Errorf("seq %d though nothing new was said", n)
	}
	w.promote("2.4.0", 10)
	w.promote("2.4.0", 20)
	if n := seq(); n != 3 {
		t.Errorf("seq %d after two changes", n)
	}
}

// TestAddAgain: the same bytes again change nothing; another platform and other
// notes join the build.
func TestAddAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.product()
	dir := folder(t, map[string]string{"VERSION": "2.3.0"})
	_, err := w.repo.Add(t.Context(), w.build("2.3.0"), dir, nil)
	w.must(err)
	before := contents(t, w.dir)
	again, err := w.repo.Add(t.Context(), w.build("2.3.0"), dir, nil)
	w.must(err)
	if !again.Unchanged || !maps.Equal(before, contents(t, w.dir)) {
		t.Errorf("unchanged: %v", again.Unchanged)
	}
	b := w.build("2.3.0")
	b.OS, b.Notes.JA = "linux", "TLS 1.2 に対応"
	_, err = w.repo.Add(t.Context(), b, dir, nil)
	w.must(err)
	p, err := w.repo.Product(product)
	w.must(err)
	if len(p.Builds) != 1 || len(p.Builds[0].Packages) != 2 || p.Builds[0].Notes.JA == "" || p.Builds[0].Released.String() != "2021-04-01" {
		t.Errorf("%+v", p.Builds)
	}
}

// TestRenewals: after each change the roles that were signed have their full
// time again, and status counts the days.
func TestRenewals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.product()
	days := func() map[string]int {
		s, err := w.repo.Status(t.Context())
		w.must(err)
		left := map[string]int{}
		for _, r := range s.Roles {
			left[r.Role] = r.DaysLeft
			if r.Signed < r.Threshold || r.Keys < r.Signed {
				t.Errorf("%+v", r)
			}
		}
		return left
	}
	if want := map[string]int{"root": 365, "targets": 365, "torikomi-soshin": 180, "snapshot": 365, "timestamp": 7}; !maps.Equal(days(), want) {
		t.Errorf("days left %v, want %v", days(), want)
	}
	w.clock.now = w.clock.now.AddDate(0, 0, 6)
	w.must(w.repo.Refresh(t.Context()))
	if want := map[string]int{"root": 359, "targets": 359, "torikomi-soshin": 174, "snapshot": 365, "timestamp": 7}; !maps.Equal(days(), want) {
		t.Errorf("days left %v, want %v", days(), want)
	}
	w.add("2.3.0")
	if left := days(); left["torikomi-soshin"] != 180 || left["targets"] != 359 {
		t.Errorf("days left %v", left)
	}
}

// TestBusy: two commands never work in one working copy.
func TestBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.product()
	inside := false
	_, err := w.repo.Add(t.Context(), w.build("2.3.0"), folder(t, map[string]string{"VERSION": "2.3.0"}), func(int64, int64) {
		if !inside {
			inside = true
			if _, err := release.Open(w.dir, w.options()); !errors.Is(err, release.ErrBusy) {
				t.Errorf("open: got %v", err)
			}
			if err := w.repo.Refresh(t.Context()); !errors.Is(err, release.ErrBusy) {
				t.Errorf("refresh: got %v", err)
			}
		}
	})
	w.must(err)
	if !inside {
		t.Error("no progress was told")
	}
}
