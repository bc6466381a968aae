package releasetest

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

// TestDestination is the contract that every release.Destination keeps: open
// returns an empty one.
func TestDestination(t *testing.T, open func(t *testing.T) release.Destination) {
	ctx := t.Context()
	write := func(t *testing.T, d release.Destination, path, content string) {
		t.Helper()
		if err := d.Write(ctx, path, strings.NewReader(content), int64(len(content))); err != nil {
			t.Fatal(err)
		}
	}
	holds := func(t *testing.T, d release.Destination, path, content string) {
		t.Helper()
		data, err := d.Read(ctx, path, 1<<10)
		if err != nil || string(data) != content {
			t.Errorf("%s holds %q, %v; want %q", path, data, err, content)
		}
		if size, err := d.Size(ctx, path); err != nil || size != int64(len(content)) {
			t.Errorf("%s has %d bytes, %v; want %d", path, size, err, len(content))
		}
	}
	t.Run("not there", func(t *testing.T) {
		d := open(t)
		_, err := d.Read(ctx, "metadata/timestamp.json", 1<<10)
		_, sizeErr := d.Size(ctx, "metadata/timestamp.json")
		if !errors.Is(err, fs.ErrNotExist) || !errors.Is(sizeErr, fs.ErrNotExist) {
			t.Errorf("got %v and %v", err, sizeErr)
		}
	})
	t.Run("written, and written again", func(t *testing.T) {
		d := open(t)
		write(t, d, "targets/p/1.0/abc.windows-amd64.tree", "package")
		write(t, d, "metadata/timestamp.json", "one")
		write(t, d, "metadata/timestamp.json", "number two")
		holds(t, d, "metadata/timestamp.json", "number two")
		holds(t, d, "targets/p/1.0/abc.windows-amd64.tree", "package")
	})
	t.Run("a failing write changes nothing", func(t *testing.T) {
		d := open(t)
		write(t, d, "metadata/timestamp.json", "one")
		lost := errors.New("lost")
		for _, path := range []string{"metadata/timestamp.json", "metadata/2.snapshot.json"} {
			half := io.MultiReader(bytes.NewReader([]byte("tw")), iotest.ErrReader(lost))
			if err := d.Write(ctx, path, half, 3); !errors.Is(err, lost) {
				t.Errorf("got %v", err)
			}
		}
		holds(t, d, "metadata/timestamp.json", "one")
		if _, err := d.Size(ctx, "metadata/2.snapshot.json"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("half a file is there: %v", err)
		}
	})
	t.Run("too long is said, not cut", func(t *testing.T) {
		d := open(t)
		write(t, d, "metadata/1.root.json", "0123456789")
		if _, err := d.Read(ctx, "metadata/1.root.json", 9); !errors.Is(err, manifest.ErrTooLarge) {
			t.Errorf("got %v", err)
		}
		if _, err := d.Read(ctx, "metadata/1.root.json", 10); err != nil {
			t.Error(err)
		}
	})
}
