// Package atomicfile replaces a file so that a crash, a full disk or a power
// cut leaves either the old content or the new one, never a part.
//
// The new content is written beside the file, flushed to the disk, renamed over
// it, and the folder is flushed too. On Windows the last step does not exist:
// NTFS journals the rename by itself, though not the data, so the first flush
// counts there even more.
//
// On Windows a program that reads the old file can be in the way of the rename.
// That is [ErrInUse] and no lack of rights, though the system says "access is
// denied" in both cases; held.go tells them apart.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrInUse is a file that another program holds, so that it can be neither
// replaced nor removed just now. Nothing has changed.
var ErrInUse = errors.New("file is in use")

// Options are for [WriteWith]. The zero Options are those of [Write].
type Options struct {
	Mode os.FileMode // 0: 0644

	// Wait is handed the last step, the rename, and may do it again while that is
	// [ErrInUse]. nil does it once.
	Wait func(path string, do func() error) error
}

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
	return WriteWith(path, Options{}, content)
}

// WriteMode is [WriteFunc] with another mode, such as that of a program.
func WriteMode(path string, mode os.FileMode, content func(io.Writer) error) error {
	return WriteWith(path, Options{Mode: mode}, content)
}

// WriteWith is [WriteFunc] with options.
func WriteWith(path string, o Options, content func(io.Writer) error) error {
	if o.Mode == 0 {
		o.Mode = 0o644
	}
	if o.Wait == nil {
		o.Wait = func(_ string, do func() error) error { return do() }
	}
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("replace %s: %w", path, err)
	}
	if err := fill(temp, o.Mode, content); err != nil {
		return errors.Join(fmt.Errorf("replace %s: %w", path, err), os.Remove(temp.Name()))
	}
	if err := o.Wait(path, func() error { return Replace(temp.Name(), path) }); err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
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

// Replace renames a file over another one, which need not be there. Neither the
// content nor the name is flushed.
func Replace(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return &fs.PathError{Op: "replace", Path: to, Err: explain(err, to)}
	}
	return nil
}

// Remove deletes the file and makes that durable. A file that is not there is
// no error.
func Remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return &fs.PathError{Op: "remove", Path: path, Err: explain(err, path)}
	}
	return SyncDir(filepath.Dir(path))
}
