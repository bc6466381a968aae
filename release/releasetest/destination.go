package releasetest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

// TestDestination is what each method of a release.Destination keeps, with
// files that no repository has: open returns an empty one. [Contract] is what
// all of them together keep.
func TestDestination(t *testing.T, open func(t *testing.T) release.Destination) {
	ctx := t.Context()
	t.Run("not there", func(t *testing.T) {
		d := open(t)
		_, err := d.Read(ctx, timestampPath, 1<<10)
		_, sizeErr := d.Size(ctx, timestampPath)
		_, packageErr := d.Size(ctx, onePackage(t, "package").Path)
		for _, err := range []error{err, sizeErr, packageErr} {
			if !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("got %v", err)
			}
		}
	})
	t.Run("a package", func(t *testing.T) {
		d := open(t)
		p := onePackage(t, "package")
		lost := errors.New("lost")
		broken := p
		broken.Open = func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(bytes.NewReader([]byte("pack")), iotest.ErrReader(lost))), nil
		}
		if err := d.Put(ctx, broken); !errors.Is(err, lost) {
			t.Errorf("a reader that fails: %v", err)
		}
		if _, err := d.Size(ctx, p.Path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("half a package is there: %v", err)
		}
		for range 2 { // the second finds it there
			if err := d.Put(ctx, p); err != nil {
				t.Fatal(err)
			}
		}
		if size, err := d.Size(ctx, p.Path); err != nil || size != p.Size {
			t.Errorf("%d bytes, %v", size, err)
		}
		longer := onePackage(t, "a longer package")
		longer.Path = p.Path
		if err := d.Put(ctx, longer); !errors.Is(err, release.ErrDestinationDamaged) {
			t.Errorf("another package of that name: %v", err)
		}
	})
	t.Run("commits", func(t *testing.T) {
		d := open(t)
		commit(t, d, nil, "one", nil)
		commit(t, d, nil, "never", release.ErrDestinationChanged)
		commit(t, d, []byte("zero"), "never", release.ErrDestinationChanged)
		commit(t, d, []byte("one"), "number-2", nil)
		holds(t, d, timestampPath, "number-2")
		holds(t, d, "metadata/one.snapshot.json", "snapshot of one")
		holds(t, d, "metadata/number-2.snapshot.json", "snapshot of number-2")
	})
	t.Run("a commit to nothing with a base", func(t *testing.T) {
		d := open(t)
		commit(t, d, []byte("one"), "two", release.ErrDestinationChanged)
		if _, err := d.Size(ctx, timestampPath); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("another immutable file", func(t *testing.T) {
		d := open(t)
		commit(t, d, nil, "one", nil)
		other := release.Commit{Base: []byte("one"), Message: "test", Files: []release.File{
			{Path: "metadata/one.snapshot.json", Data: []byte("other")}, {Path: timestampPath, Data: []byte("two")},
		}}
		if err := d.Commit(ctx, other); !errors.Is(err, release.ErrDestinationChanged) {
			t.Errorf("got %v", err)
		}
		holds(t, d, "metadata/one.snapshot.json", "snapshot of one")
		holds(t, d, timestampPath, "one")
	})
	t.Run("too long is said, not cut", func(t *testing.T) {
		d := open(t)
		commit(t, d, nil, "0123456789", nil)
		if _, err := d.Read(ctx, timestampPath, 9); !errors.Is(err, manifest.ErrTooLarge) {
			t.Errorf("got %v", err)
		}
		if _, err := d.Read(ctx, timestampPath, 10); err != nil {
			t.Error(err)
		}
	})
}

// onePackage is a package with that content, and a build of its own.
func onePackage(t *testing.T, content string) release.Package {
	t.Helper()
	v, err := manifest.ParseVersion("1.0")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(content))
	return release.Package{
		Path: fmt.Sprintf("targets/p/1.0/%x.windows-amd64.tree", sum), Product: "p", Version: v,
		Size: int64(len(content)), SHA256: sum,
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader([]byte(content))), nil },
	}
}

// commit publishes a timestamp with that content, and a snapshot before it.
func commit(t *testing.T, d release.Destination, base []byte, content string, want error) {
	t.Helper()
	err := d.Commit(t.Context(), release.Commit{Base: slices.Clone(base), Message: "test", Files: []release.File{
		{Path: "metadata/" + content + ".snapshot.json", Data: []byte("snapshot of " + content)},
		{Path: timestampPath, Data: []byte(content)},
	}})
	if !errors.Is(err, want) {
		t.Fatalf("commit of %q: %v, want %v", content, err, want)
	}
}

func holds(t *testing.T, d release.Destination, path, content string) {
	t.Helper()
	data, err := d.Read(t.Context(), path, 1<<10)
	if err != nil || string(data) != content {
		t.Errorf("%s holds %q, %v; want %q", path, data, err, content)
	}
	if size, err := d.Size(t.Context(), path); err != nil || size != int64(len(content)) {
		t.Errorf("%s has %d bytes, %v; want %d", path, size, err, len(content))
	}
}

const timestampPath = "metadata/timestamp.json"
