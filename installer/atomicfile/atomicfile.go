// Package atomicfile replaces a file so that a crash, a full disk or a power
// cut leaves either the old content or the new one, never a part.
//
// The new content is written beside the file, flushed to the disk, renamed over
// it, and the folder is flushed too. On Windows the last step does not exist:
// NTFS journals the rename by itself, though not the data, so the first flush
// counts there even more.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Write replaces the file at path, or makes it, with mode 0644. The folder must
// exist.
func Write(path string, data []byte) error {
	return WriteFunc(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteFunc is [Write] for content that is not held in memory.
func WriteFunc(path string, content func(io.Writer) error) error {
	return WriteMode(path, 0o644, content)
}

// WriteMode is [WriteFunc] with another mode, such as that of a program.
func WriteMode(path string, mode os.FileMode, content func(io.Writer) error) error {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("replace %s: %w", path, err)
	}
	if err := fill(temp, mode, content); err != nil {
		return errors.Join(fmt.Errorf("replace %s: %w", path, err), os.Remove(temp.Name()))
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return errors.Join(fmt.Errorf("replace %s: %w", path, err), os.Remove(temp.Name()))
	}
	return SyncDir(filepath.Dir(path))
}

func fill(file *os.File, mode os.FileMode, content func(io.Writer) error) error {
	err := content(file)
	if err == nil {
		err = file.Chmod(mode)
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// Remove deletes the file and makes that durable. A file that is not there is
// no error.
func Remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return SyncDir(filepath.Dir(path))
}
