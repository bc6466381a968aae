package schedule

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/koshin-updater/koshin/installer/atomicfile"
)

const daemons = "Library/LaunchDaemons" // below root, which is another folder than / in tests only

// install writes the daemon, which launchd loads at the next start.
func (t Task) install(_ context.Context, root string) error {
	return atomicfile.Write(t.file(root), []byte(t.plist()))
}

func (t Task) remove(_ context.Context, root string) error {
	if err := os.Remove(t.file(root)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (t Task) file(root string) string { return filepath.Join(root, daemons, t.plistName()+".plist") }
