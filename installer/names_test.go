package installer

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// oddNames is a build of everything that a file system may find difficult.
//
// A package has one Unicode form for names that differ in nothing else
// ([pack.CheckPath] refuses a clash), so that "が" of two characters, as macOS
// writes it, and of one cannot stand side by side; either alone is kept as it is.
func oddNames(version string) tree {
	deep := strings.Repeat("深いフォルダー/", 12) // 264 bytes; with the install folder more than Windows' 260 characters
	return tree{"VERSION": version, "🏥 レセプト/✅.txt": "emoji " + version, "ガ.txt": "one code point " + version,
		"か\u3099.txt": "two code points " + version, "empty/within/": "", deep + "a.txt": "deep " + version,
		strings.Repeat("n", 200) + "/" + strings.Repeat("m", 190): "long " + version, "name with  spaces (1).txt": version, "'&;$`!^%.txt": version}
}

// TestOddNames goes there and back with them.
func TestOddNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	options := PlanOptions{Preserve: []string{"データ/**"}}
	operator := tree{"データ/請求 👩‍⚕️/四月.txt": "claims", "データ/" + strings.Repeat("長い", 40) + "/x.txt": "x"}
	w.install(w.pack("2.2.0", oddNames("2.2.0")), options)
	write(t, w.place.Dir, operator)
	tx, err := w.update(w.open(), w.pack("2.3.0", oddNames("2.3.0")), options)
	must(t, err)
	w.want(w.place.Dir, with(oddNames("2.3.0"), operator))
	must(t, tx.Undo(t.Context()))
	w.want(w.place.Dir, with(oddNames("2.2.0"), operator))
	w.install(w.pack("2.3.0", oddNames("2.3.0")), options)
	w.want(w.place.Dir, with(oddNames("2.3.0"), operator))
	rollBack(t, w, options)
	w.want(w.place.Dir, with(oddNames("2.2.0"), operator))
}

func rollBack(t *testing.T, w *world, options PlanOptions) {
	t.Helper()
	p := w.open()
	plan, err := p.PlanRollback(t.Context(), options)
	must(t, err)
	tx, err := p.Swap(t.Context(), plan)
	must(t, err)
	must(t, tx.Commit(t.Context()))
}

// A path near the longest that Linux takes: the work folder's names are longer
// than the install folder's, so a folder deep down would be the first to fail.
func TestDeepInstallFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.place.Dir = filepath.Join(filepath.Dir(w.place.Dir), strings.Repeat(strings.Repeat("d", 100)+string(filepath.Separator), 3), "Torikomi")
	w.install(w.pack("2.2.0", oddNames("2.2.0")), PlanOptions{})
	w.install(w.pack("2.3.0", oddNames("2.3.0")), PlanOptions{})
	rollBack(t, w, PlanOptions{})
	w.want(w.place.Dir, oddNames("2.2.0"))
}

// Names that change in case only, of a file and of a folder.
func TestCaseOnlyRenames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	options := PlanOptions{Preserve: keep}
	old, next := tree{"Readme.txt": "1", "lib/a.dll": "a1", "Lib2/b": "b"}, tree{"README.txt": "2", "Lib/A.dll": "a2", "lib2/b": "b"}
	w.install(w.pack("2.2.0", old), options)
	write(t, w.place.Dir, data)
	tx, err := w.update(w.open(), w.pack("2.3.0", next), options)
	must(t, err)
	w.want(w.place.Dir, with(next, data))
	must(t, tx.Undo(t.Context()))
	w.want(w.place.Dir, with(old, data))
	w.install(w.pack("2.3.0", next), options)
	rollBack(t, w, options)
	w.want(w.place.Dir, with(old, data))
}

// The operator's second names for files, into the install folder and out of it,
// keep what they name: a build is swapped by renames and never written through.
func TestHardLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	options := PlanOptions{Preserve: keep}
	w.install(w.pack("2.2.0", build1), options)
	write(t, w.place.Dir, data)
	outside := filepath.Join(filepath.Dir(w.place.Dir), "operator")
	write(t, outside, tree{"mine.txt": "the operator's"})
	in := func(name string) string { return filepath.Join(w.place.Dir, filepath.FromSlash(name)) }
	must(t, os.Link(in("client.exe"), filepath.Join(outside, "client.exe")))
	must(t, os.Link(in("data/claims.txt"), filepath.Join(outside, "claims.txt")))
	must(t, os.Link(filepath.Join(outside, "mine.txt"), in("lib/mine.txt")))
	must(t, os.Remove(in("lib/a.dll")))
	must(t, os.Link(filepath.Join(outside, "mine.txt"), in("lib/a.dll"))) // where the next build has a file
	want := read(t, outside)
	w.install(w.pack("2.3.0", build2), options)
	w.want(outside, want)
	w.want(w.place.Dir, with(with(build2, data), tree{"lib/mine.txt": "the operator's", "data/seed.db": "seed 1"}))
	rollBack(t, w, options)
	w.want(outside, want)
}

// A symbolic link where the build has a folder, or where it has a file, is moved
// aside, and what it leads to stays as it is.
func TestLinksInTheWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.install(w.pack("2.2.0", build1), PlanOptions{})
	outside := filepath.Join(filepath.Dir(w.place.Dir), "operator")
	write(t, outside, tree{"a.dll": "the operator's", "deep/b.dll": "too"})
	for name, target := range map[string]string{"lib": "../operator", "client.exe": "../operator/a.dll"} {
		must(t, os.RemoveAll(filepath.Join(w.place.Dir, name)))
		if err := os.Symlink(filepath.FromSlash(target), filepath.Join(w.place.Dir, name)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	want := read(t, outside)
	w.install(w.pack("2.3.0", build2), PlanOptions{})
	w.want(outside, want)
	got := read(t, w.place.Dir)
	for name, content := range build2 {
		if got[name] != content && !strings.HasSuffix(name, "/") {
			t.Errorf("%s is %q", name, got[name])
		}
	}
	rollBack(t, w, PlanOptions{})
	w.want(outside, want)
}

// Files and folders that nobody may write in.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	options := PlanOptions{Preserve: keep}
	w.install(w.pack("2.2.0", build1), options)
	write(t, w.place.Dir, data)
	readOnly := func(names ...string) {
		for _, name := range names {
			must(t, os.Chmod(filepath.Join(w.place.Dir, filepath.FromSlash(name)), 0o444))
		}
	}
	readOnly("client.exe", "lib/gone.dll", "data/claims.txt")
	tx, err := w.update(w.open(), w.pack("2.3.0", build2), options)
	must(t, err)
	must(t, tx.Undo(t.Context()))
	want := with(build1, data)
	w.want(w.place.Dir, want)
	for _, next := range []pkg{w.pack("2.3.0", build2), w.pack("2.4.0", build1)} { // the second discards them
		w.install(next, options)
		readOnly("client.exe", "VERSION")
	}
	rollBack(t, w, options)
	got := read(t, w.place.Dir)
	for name, content := range data {
		if got[name] != content {
			t.Errorf("%s is %q", name, got[name])
		}
	}
	if _, err := Recover(t.Context(), w.place, slog.New(slog.DiscardHandler)); err != nil {
		t.Error(err)
	}
}
