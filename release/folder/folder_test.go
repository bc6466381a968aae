package folder_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/folder"
	"github.com/koshin-updater/koshin/release/releasetest"
)

func TestFolder(t *testing.T) {
	t.Parallel()
	releasetest.TestDestination(t, func(t *testing.T) release.Destination {
		f, err := folder.Open(filepath.Join(t.TempDir(), "new", "host"))
		if err != nil {
			t.Fatal(err)
		}
		return f
	})
}

// TestContract: whole repositories, with the network cut at every step.
func TestContract(t *testing.T) {
	t.Parallel()
	releasetest.Contract(t, func(t testing.TB) releasetest.Place {
		dir := t.TempDir()
		file := func(path string) string { return filepath.Join(dir, filepath.FromSlash(path)) }
		return releasetest.Place{
			Open: func(t testing.TB, _ releasetest.Wrap) release.Destination {
				f, err := folder.Open(dir)
				if err != nil {
					t.Fatal(err)
				}
				return f
			},
			Fetch: func(_ context.Context, path string, _ int64) ([]byte, error) { return os.ReadFile(file(path)) },
			Overwrite: func(t testing.TB, path string, data []byte) {
				if err := os.WriteFile(file(path), data, 0o644); err != nil {
					t.Fatal(err)
				}
			},
		}
	})
}

// looked is a context that tells of the third time that a Commit looks at it:
// between two files.
type looked struct {
	context.Context
	third func()
	n     int
}

func (l *looked) Err() error {
	if l.n++; l.n == 3 {
		l.third()
	}
	return l.Context.Err()
}

// TestLock: while one publisher replaces the small files, another one waits,
// and is told afterwards that it came too late.
func TestLock(t *testing.T) {
	t.Parallel()
	f, err := folder.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	commit := func(ctx context.Context, name string) error {
		return f.Commit(ctx, release.Commit{Files: []release.File{
			{Path: "metadata/1." + name + ".json", Data: []byte(name)},
			{Path: "metadata/2." + name + ".json", Data: []byte(name)},
			{Path: "metadata/timestamp.json", Data: []byte(name)},
		}})
	}
	came := false
	err = commit(&looked{Context: t.Context(), third: func() {
		came = true
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if err := commit(ctx, "second"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the second one did not wait: %v", err)
		}
	}}, "first")
	if err != nil || !came {
		t.Fatalf("%v, the second one came: %v", err, came)
	}
	if err := commit(t.Context(), "second"); !errors.Is(err, release.ErrDestinationChanged) {
		t.Errorf("got %v", err)
	}
	if data, err := f.Read(t.Context(), "metadata/timestamp.json", 100); err != nil || string(data) != "first" {
		t.Errorf("%q, %v", data, err)
	}
}

// TestReadable: a web server under another account reads what was published.
func TestReadable(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows takes the folder's own permissions")
	}
	dir := t.TempDir()
	f, err := folder.Open(dir)
	if err == nil {
		err = f.Commit(t.Context(), release.Commit{Files: []release.File{{Path: "metadata/timestamp.json", Data: []byte("x")}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "metadata", "timestamp.json"))
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode %o, %v", info.Mode().Perm(), err)
	}
}

// TestLeftOvers: what a killed upload left goes after a day, not while another
// upload may still be writing it.
func TestLeftOvers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old, young := filepath.Join(dir, ".koshin-upload", "unfinished-1"), filepath.Join(dir, ".koshin-upload", "unfinished-2")
	if err := os.Mkdir(filepath.Dir(old), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{old, young} {
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	before := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(old, before, before); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Open(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("the old one is still there")
	}
	if _, err := os.Stat(young); err != nil {
		t.Error(err)
	}
}
