package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// folder is a Source on a disk, a stick or a share. Links that lead out of it
// are not followed.
type folder struct {
	name string // as configured
	dir  string
}

func newFolder(name, dir string) *folder { return &folder{name: name, dir: dir} }

func (f *folder) String() string { return f.name }

func (f *folder) Fetch(ctx context.Context, path string, limit int64) ([]byte, error) {
	file, err := f.open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := readAtMost(file, limit)
	if err != nil {
		return nil, fmt.Errorf("read %s from %s: %w", path, f.name, err)
	}
	return data, nil
}

func (f *folder) Open(ctx context.Context, path string, offset int64) (io.ReadCloser, int64, error) {
	file, err := f.open(ctx, path)
	if err != nil {
		return nil, 0, err
	}
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, offset, nil
}

// Link gives the file at path the additional name, on the same volume. A link
// there stays one: the caller looks at what he got.
func (f *folder) Link(path, name string) error {
	if err := checkPath(path); err != nil {
		return err
	}
	local, err := filepath.Localize(path)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if _, err := root.Stat(local); err != nil { // through a link that leads out
		return err
	}
	return os.Link(filepath.Join(f.dir, local), name)
}

func (f *folder) open(ctx context.Context, path string) (*os.File, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := checkPath(path); err != nil {
		return nil, err
	}
	local, err := filepath.Localize(path) // refuses device names on Windows
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		// Its text only, so that it is not fs.ErrNotExist: a share that is away
		// says nothing about its files.
		return nil, fmt.Errorf("%w: %s: %s", ErrUnreachable, f.name, err.Error())
	}
	defer root.Close()
	info, err := root.Stat(local)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: fs.ErrInvalid} // a pipe would wait for ever
	}
	if err != nil {
		return nil, fmt.Errorf("open in %s: %w", f.name, err)
	}
	return root.Open(local)
}
