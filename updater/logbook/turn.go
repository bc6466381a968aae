package logbook

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// turn moves the generations on where the current file has no room for a line of
// this length, and returns the length of the file that is written next. Where a
// reader keeps a file from being renamed, as on Windows, the current one may grow
// to twice its size until that reader is gone.
func (b *Book) turn(line int64) (length int64, err error) {
	size, keep := b.Size, b.Keep
	if size == 0 {
		size = DefaultSize
	}
	if keep == 0 {
		keep = DefaultKeep
	}
	info, err := os.Lstat(b.path(0))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("look at the log: %w", err)
	case !info.Mode().IsRegular():
		return 0, fmt.Errorf("look at the log: %s is no file", Name(0))
	}
	length = info.Size()
	if length == 0 || length+line <= size {
		return length, nil
	}
	if err := b.moveOn(keep); err != nil {
		if length+line > 2*size {
			return 0, fmt.Errorf("%w: %w", ErrFull, err)
		}
		return length, nil
	}
	return 0, nil
}

// moveOn begins with the oldest, whose place the one before it takes, so that a
// step that fails loses nothing but what was to go.
func (b *Book) moveOn(keep int) error {
	if keep == 1 {
		return os.Remove(b.path(0))
	}
	for g := keep - 1; g > 0; g-- {
		if err := os.Rename(b.path(g-1), b.path(g)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
