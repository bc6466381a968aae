// Package durable writes files that are complete or absent, also after a power
// cut: the bytes are flushed before the name appears, and the folder after it.
package durable

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/koshin-updater/koshin/manifest"
)

// ReadFile reads a whole file of at most max bytes; a longer one is
// [manifest.ErrTooLarge], never cut short.
func ReadFile(path string, max int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, max+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > max {
		return nil, fmt.Errorf("%s: %w: more than %d bytes", path, manifest.ErrTooLarge, max)
	}
	return data, nil
}

// CreateFile writes a new file and flushes it. A file that exists is left
// alone: fs.ErrExist.
func CreateFile(path string, data []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if err := fill(f, bytes.NewReader(data)); err != nil {
		_ = os.Remove(path)
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// ReplaceFile puts the bytes of r at path by way of a temporary file in the
// folder temp, which must be on the same volume. When r fails, path is as it
// was. The file becomes readable by everyone, as a web server needs.
func ReplaceFile(path, temp string, r io.Reader) error {
	for _, dir := range []string{temp, filepath.Dir(path)} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	f, err := os.CreateTemp(temp, "unfinished-*")
	if err != nil {
		return err
	}
	err = f.Chmod(0o644)
	if runtime.GOOS == "windows" {
		err = nil // has no such modes
	}
	if fillErr := fill(f, r); err == nil {
		err = fillErr
	}
	if err == nil {
		err = Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// fill writes, flushes and closes f.
func fill(f *os.File, r io.Reader) error {
	_, err := io.Copy(f, r)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// SyncDir makes the names in a folder durable. Windows journals them itself
// and cannot flush a folder.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
