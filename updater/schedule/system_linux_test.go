package schedule

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestSystemd(t *testing.T) {
	t.Parallel()
	root, task := t.TempDir(), unixTask()
	if err := task.install(t.Context(), root); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("without systemd: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(root, booted), 0o755); err != nil {
		t.Fatal(err)
	}
	for range 2 { // it may be repeated
		if err := task.install(t.Context(), root); err != nil {
			t.Fatal(err)
		}
	}
	unit, err := os.ReadFile(filepath.Join(root, units, task.unitName()))
	if err != nil || string(unit) != task.unit() {
		t.Errorf("%q, %v", unit, err)
	}
	link := filepath.Join(root, wanted, task.unitName())
	if target, err := os.Readlink(link); err != nil || target != "/etc/systemd/system/koshin-recover.service" {
		t.Errorf("%q, %v", target, err)
	}
	for range 2 {
		if err := task.remove(t.Context(), root); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Lstat(link); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("still there: %v", err)
	}
}
