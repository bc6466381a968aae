package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/koshin-updater/koshin/updater/config"
)

func TestWhatOthersCanWriteIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "koshin.toml")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := config.CheckProtected(file, false); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "windows" {
		return // access lists: see package protect
	}
	for mode, want := range map[os.FileMode]error{0o600: nil, 0o644: nil, 0o664: config.ErrUnprotected, 0o646: config.ErrUnprotected} {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		if err := config.CheckProtected(file, false); !errors.Is(err, want) {
			t.Errorf("mode %04o: %v, want %v", mode, err, want)
		}
	}
}
