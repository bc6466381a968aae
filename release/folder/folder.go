// Package folder publishes to a folder: the root of a web server, a share, or
// a disk that is carried somewhere. Every file appears whole, by a rename.
package folder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/koshin-updater/koshin/release/internal/durable"
)

// uploadDir holds files while they are written. It is on the same volume as
// the rest, or a rename would not be one step.
const uploadDir = ".koshin-upload"

// leftOver is the age at which an unfinished file belongs to no upload that
// still runs.
const leftOver = 24 * time.Hour

// Folder is a release.Destination.
type Folder struct{ dir string }

// Open makes the folder when it is not there, and removes what uploads that
// were cut off have left.
func Open(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open destination: %w", err)
	}
	f := &Folder{dir: dir}
	entries, err := os.ReadDir(f.path(uploadDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open destination: %w", err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > leftOver {
			_ = os.Remove(f.path(uploadDir + "/" + e.Name())) // only disk space is at stake
		}
	}
	return f, nil
}

func (f *Folder) path(path string) string { return filepath.Join(f.dir, filepath.FromSlash(path)) }

// Size is the length of a file.
func (f *Folder) Size(_ context.Context, path string) (int64, error) {
	info, err := os.Stat(f.path(path))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Read returns a whole small file.
func (f *Folder) Read(_ context.Context, path string, limit int64) ([]byte, error) {
	return durable.ReadFile(f.path(path), limit)
}

// Write puts a file in place once it is complete and flushed.
func (f *Folder) Write(_ context.Context, path string, r io.Reader, _ int64) error {
	return durable.ReplaceFile(f.path(path), f.path(uploadDir), r)
}
