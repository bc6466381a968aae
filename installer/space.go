package installer

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// FreeSpace is the bytes that this user may still write on the volume of path,
// which need not exist yet.
func FreeSpace(path string) (int64, error) {
	there, err := nearest(path)
	if err != nil {
		return 0, err
	}
	return freeSpace(there)
}

// SameVolume says whether two paths, which need not exist yet, share their free
// space.
func SameVolume(a, b string) (bool, error) {
	var volumes [2]uint64
	for i, path := range []string{a, b} {
		there, err := nearest(path)
		if err != nil {
			return false, err
		}
		if volumes[i], err = volume(there); err != nil {
			return false, err
		}
	}
	return volumes[0] == volumes[1], nil
}

// nearest is path, or the first folder above it that exists.
func nearest(path string) (string, error) {
	for {
		_, err := os.Stat(path)
		parent := filepath.Dir(path)
		if !errors.Is(err, fs.ErrNotExist) || parent == path {
			return path, err
		}
		path = parent
	}
}

// DataSize is the bytes of the user's data in the install folder, which are what
// [Product.Backup] will copy. No file is opened.
func (p *Product) DataSize(ctx context.Context, preserve []string) (total int64, err error) {
	data := globs(preserve)
	if len(data) == 0 {
		return 0, nil
	}
	err = p.disk.walk(ctx, p.live, func(n node) error {
		if n.mode.IsRegular() && data.match(n.path) {
			total += n.size
		}
		return nil
	})
	return total, err
}
