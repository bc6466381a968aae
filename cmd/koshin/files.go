package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/koshin-updater/koshin/installer/atomicfile"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
)

// readAnchor reads a root of trust.
func readAnchor(file string) ([]byte, error) {
	data, err := readLimited(file, maxAnchor)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", trust.ErrAnchor, err)
	}
	return data, nil
}

// readLimited reads a file that somebody else wrote.
func readLimited(file string, limit int64) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s: %w", file, manifest.ErrTooLarge)
	}
	return data, err
}

// writeNew writes a file that must not be there yet: nothing is overwritten.
func writeNew(file string, data []byte) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usageError{fmt.Errorf("%s exists already; move it away to enrol again", file)}
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()) // for operators to read, whatever the umask
}

// writeFresh writes a file that must not be there yet, whole or not at all. The
// name is taken first: nobody else's file can be replaced.
func writeFresh(file string, content func(io.Writer) error) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usageError{fmt.Errorf("%s exists already; nothing is overwritten", file)}
	}
	if err != nil {
		return usageError{err}
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := atomicfile.WriteFunc(file, content); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	return nil
}
