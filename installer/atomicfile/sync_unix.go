//go:build !windows

package atomicfile

import (
	"errors"
	"os"
)

// SyncDir makes the names inside a folder durable. On Windows it does nothing.
func SyncDir(dir string) error {
	file, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
