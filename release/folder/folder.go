// Package folder publishes to a folder: the root of a web server, a share, or
// a disk that is carried somewhere.
//
// Every file appears whole, by a rename, and timestamp.json after everything it
// leads to. A lock file lets one publisher at a time change what readers see;
// it works between programs on one PC, and on shares between PCs as far as
// their locks do (SMB, NFS 4). Packages need no lock: their names hold their
// hashes.
package folder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/internal/durable"
)

const (
	timestamp = "metadata/timestamp.json"

	// uploadDir holds files while they are written, and the lock. It is on the
	// same volume as the rest, or a rename would not be one step.
	uploadDir = ".koshin-upload"
	lockName  = "lock"

	// leftOver is the age at which an unfinished file belongs to no upload that
	// still runs.
	leftOver = 24 * time.Hour

	// maxSmall is the longest file that a Commit may hold.
	maxSmall = 4 << 20
)

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
		info, err := e.Info()
		if err == nil && e.Name() != lockName && time.Since(info.ModTime()) > leftOver {
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

// Put puts a package in place once it is complete and flushed.
func (f *Folder) Put(ctx context.Context, p release.Package) error {
	there, err := f.Size(ctx, p.Path)
	switch {
	case err == nil && there == p.Size:
		return nil
	case err == nil:
		return fmt.Errorf("%w: %s has %d bytes there, and %d were signed", release.ErrDestinationDamaged, p.Path, there, p.Size)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	r, err := p.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	return durable.ReplaceFile(f.path(p.Path), f.path(uploadDir), r)
}

// Commit puts the small files in place, one after the other, while no other
// publisher can.
func (f *Folder) Commit(ctx context.Context, c release.Commit) error {
	unlock, err := f.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	there, err := f.Read(ctx, timestamp, maxSmall)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if (err == nil) != (c.Base != nil) || !bytes.Equal(there, c.Base) {
		return release.ErrDestinationChanged
	}
	for _, file := range c.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f.place(ctx, file); err != nil {
			return fmt.Errorf("write %s: %w", file.Path, err)
		}
	}
	return nil
}

func (f *Folder) place(ctx context.Context, file release.File) error {
	if file.Path != timestamp {
		there, err := f.Read(ctx, file.Path, maxSmall)
		switch {
		case err == nil && bytes.Equal(there, file.Data):
			return nil
		case err == nil:
			return fmt.Errorf("%w: %s is there with other bytes", release.ErrDestinationChanged, file.Path)
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	return durable.ReplaceFile(f.path(file.Path), f.path(uploadDir), bytes.NewReader(file.Data))
}

// lock waits for another publisher to end its Commit, which takes moments.
func (f *Folder) lock(ctx context.Context) (unlock func(), err error) {
	if err := os.MkdirAll(f.path(uploadDir), 0o755); err != nil {
		return nil, err
	}
	lock := flock.New(f.path(uploadDir + "/" + lockName))
	if _, err := lock.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return nil, fmt.Errorf("lock %s: %w", f.dir, err)
	}
	return func() { _ = lock.Unlock() }, nil
}
