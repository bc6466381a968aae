package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/windows"
)

// TestHeld: a file that somebody reads without sharing its removal is in use,
// and not forbidden.
func TestHeld(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "head")
	if err := Write(name, []byte("old")); err != nil {
		t.Fatal(err)
	}
	for sharing, mode := range map[string]uint32{"nothing": 0, "all but removal": windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE} {
		text, err := windows.UTF16PtrFromString(name)
		if err != nil {
			t.Fatal(err)
		}
		holder, err := windows.CreateFile(text, windows.GENERIC_READ, mode, nil, windows.OPEN_EXISTING, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := Write(name, []byte("new")); !errors.Is(err, ErrInUse) {
			t.Errorf("sharing %s: replaced: %v", sharing, err)
		}
		if err := Remove(name); !errors.Is(err, ErrInUse) {
			t.Errorf("sharing %s: removed: %v", sharing, err)
		}
		if err := windows.CloseHandle(holder); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != "old" {
			t.Errorf("sharing %s: %q, %v", sharing, got, err)
		}
	}
	if err := Write(name, []byte("new")); err != nil {
		t.Errorf("let go: %v", err)
	}
}

// TestReadOnlyIsNotHeld: nobody holds it, and waiting would not help.
func TestReadOnlyIsNotHeld(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "head")
	if err := Write(name, []byte("old")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, 0o444); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(name, 0o644) }) // so that it can be cleared away
	if err := Write(name, []byte("new")); errors.Is(err, ErrInUse) {
		t.Error(err)
	}
}
