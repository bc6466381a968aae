package download

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/koshin-updater/koshin/updater/transport"
)

// stick is a folder with one package, on the volume of the downloads.
func stick(t *testing.T, data []byte) (source transport.Source, file, dir string) {
	t.Helper()
	top := t.TempDir()
	file, dir = filepath.Join(top, "stick", "targets", "p", "x.tree"), filepath.Join(top, "downloads")
	err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.Mkdir(dir, 0o755), os.WriteFile(file, data, 0o644))
	if err != nil {
		t.Fatal(err)
	}
	if source, err = transport.ParseSource("stick", top, nil); err != nil {
		t.Fatal(err)
	}
	return source, file, dir
}

func TestFetchLinksAFile(t *testing.T) {
	t.Parallel()
	data := content(3*bufferSize + 7)
	source, file, dir := stick(t, data)
	want := promised(data)
	// What a run left that was killed between the link and its name.
	if err := os.Link(file, filepath.Join(dir, want.sha256.String()+linkSuffix)); err != nil {
		t.Skip("no links here:", err)
	}
	for range 2 {
		result, err := fetch(t.Context(), source, want, dir, quick)
		if err != nil {
			t.Fatal(err)
		}
		one, err := os.Stat(file)
		other, otherErr := os.Stat(result.Path)
		if err = errors.Join(err, otherErr); err != nil || !os.SameFile(one, other) {
			t.Errorf("not linked: %v", err)
		}
		holds(t, dir, map[string][]byte{want.sha256.String(): data})
	}
}

// TestFetchOpenSource: a scanner that has the source's file open keeps Windows
// from renaming any of its names, and nobody from copying it.
func TestFetchOpenSource(t *testing.T) {
	t.Parallel()
	data := content(1000)
	source, file, dir := stick(t, data)
	scanner, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer scanner.Close()
	result, err := fetch(t.Context(), source, promised(data), dir, quick)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(result.Path); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// TestFetchHarmsNoSource: whatever is wrong with a file that was linked, it is
// refused, and it stays as it is where it came from.
func TestFetchHarmsNoSource(t *testing.T) {
	t.Parallel()
	data := content(1000)
	for name, wrong := range map[string][]byte{
		"another byte": append(bytes.Clone(data[:999]), data[999]^1), "longer": append(bytes.Clone(data), 0), "shorter": data[:10], "empty": nil,
	} {
		source, file, dir := stick(t, wrong)
		if _, err := fetch(t.Context(), source, promised(data), dir, quick); !errors.Is(err, ErrMismatch) && !errors.Is(err, ErrIncomplete) {
			t.Errorf("%s: %v", name, err)
		}
		if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, wrong) {
			t.Errorf("%s: the source holds %d bytes, %v", name, len(got), err)
		}
	}
}

// TestFetchLinksNoLink: what leads out of the folder is not taken.
func TestFetchLinksNoLink(t *testing.T) {
	t.Parallel()
	data := content(1000)
	source, file, dir := stick(t, data)
	outside := filepath.Join(t.TempDir(), "outside")
	if err := errors.Join(os.Rename(file, outside), os.Symlink(outside, file)); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	if _, err := fetch(t.Context(), source, promised(data), dir, quick); err == nil {
		t.Error("followed a link out of the folder")
	}
	holds(t, dir, map[string][]byte{})
}
