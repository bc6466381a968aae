package schedule

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/koshin-updater/koshin/installer/atomicfile"
)

// Below root, which is another folder than / in tests only.
const (
	units  = "etc/systemd/system"
	wanted = units + "/multi-user.target.wants"
	booted = "run/systemd/system" // there exactly when systemd started this PC
)

// install writes the unit and enables it, as "systemctl enable" does. A running
// systemd reads it at the next start, which is when it is for.
func (t Task) install(_ context.Context, root string) error {
	if _, err := os.Stat(filepath.Join(root, booted)); err != nil {
		return fmt.Errorf("%w: this system was not started by systemd", errors.ErrUnsupported)
	}
	if err := os.MkdirAll(filepath.Join(root, wanted), 0o755); err != nil {
		return err
	}
	if err := atomicfile.Write(filepath.Join(root, units, t.unitName()), []byte(t.unit())); err != nil {
		return err
	}
	link := filepath.Join(root, wanted, t.unitName())
	if err := os.Symlink(filepath.Join("/", units, t.unitName()), link); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return atomicfile.SyncDir(filepath.Dir(link))
}

func (t Task) remove(_ context.Context, root string) error {
	for _, dir := range []string{wanted, units} {
		if err := os.Remove(filepath.Join(root, dir, t.unitName())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
