package download

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// The kernel itself says that the disk is full.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no /dev/full here:", err)
	}
	name := filepath.Join(t.TempDir(), "x"+Unverified)
	if err := os.WriteFile(name, []byte("left before"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &part{name: name, file: full, size: 11, sum: sha256.New()}
	failure := p.write([]byte("more"))
	if !errors.Is(failure, ErrDiskFull) || !isFinal(failure) {
		t.Errorf("got %v", failure)
	}
	if err := p.settle(failure); err != nil {
		t.Error(err)
	}
	holds(t, filepath.Dir(name), nil)
}
