package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Somebody looks at the new file for a moment.
func TestRenameWaits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "package.new"), filepath.Join(dir, "package")
	if err := os.WriteFile(from, []byte("package"), 0o644); err != nil {
		t.Fatal(err)
	}
	scanner, err := os.Open(from) // on Windows nobody may rename it now
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(300*time.Millisecond, func() { _ = scanner.Close() })
	if err := Rename(from, to); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(to); err != nil || string(data) != "package" {
		t.Errorf("%q, %v", data, err)
	}
	if err := Rename(from, to); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
