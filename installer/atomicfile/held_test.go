package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestIsHeld(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		opened answer
		plain  bool
		want   bool
	}{
		{held, true, true},
		{held, false, true},
		{denied, true, false},  // there it is: no right to it
		{denied, false, false}, // the same, of a folder
		{other, true, false},   // gone, say
		{done, true, true},     // let go meanwhile, or a program that runs
		{done, false, false},   // a folder, or read-only
	} {
		if got := isHeld(test.opened, test.plain); got != test.want {
			t.Errorf("opened %s, plain %v: %v", test.opened, test.plain, got)
		}
	}
}

// TestNotHeld: what cannot be replaced for a plain reason is not in use.
func TestNotHeld(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(folder, "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	err := Write(folder, []byte("new"))
	var path *fs.PathError
	if err == nil || errors.Is(err, ErrInUse) || !errors.As(err, &path) || path.Path != folder {
		t.Errorf("over a folder: %v", err)
	}
	if err := Remove(folder); err == nil || errors.Is(err, ErrInUse) {
		t.Errorf("remove a folder that is not empty: %v", err)
	}
}

// TestWait: only the rename is done again, not the content, and nothing is left
// behind when it never works.
func TestWait(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name, written, tries := filepath.Join(dir, "head"), 0, 0
	content := func(w io.Writer) error {
		written++
		_, err := io.WriteString(w, "new")
		return err
	}
	o := Options{Wait: func(path string, do func() error) error {
		if path != name {
			t.Errorf("told of %s", path)
		}
		for tries++; tries < 3; tries++ {
			if got, err := os.ReadFile(name); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%q, %v before the last step", got, err)
			}
		}
		return do()
	}}
	if err := WriteWith(name, o, content); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "new" || written != 1 {
		t.Errorf("%q, %v, written %d times", got, err, written)
	}
	o.Wait = func(string, func() error) error { return ErrInUse }
	if err := WriteWith(name, o, content); !errors.Is(err, ErrInUse) {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}
