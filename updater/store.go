package updater

import (
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/koshin-updater/koshin/installer/atomicfile"
	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/manifest"
)

// folderStore is a trust.Store in a folder. Each file is written whole and
// flushed, so that a power cut leaves the old one or the new one.
type folderStore struct{ dir string }

func (s folderStore) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

func (s folderStore) Load(name string) ([]byte, error) { return readSmall(s.path(name)) }

func (s folderStore) Save(name string, data []byte) error {
	folder := s.dir
	for _, part := range append([]string{""}, strings.Split(path.Dir(name), "/")...) {
		folder = filepath.Join(folder, part)
		if err := protect.Make(folder, protect.Everyone); err != nil {
			return err
		}
	}
	return atomicfile.Write(s.path(name), data)
}

// maxSmall bounds the files that koshin itself keeps in memory while reading:
// no metadata is allowed to be larger.
const maxSmall = 8 << 20

// readSmall reads one of koshin's own small files.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	data, err := io.ReadAll(io.LimitReader(f, maxSmall+1))
	if err == nil && len(data) > maxSmall {
		return nil, fmt.Errorf("%s: %w", path, manifest.ErrTooLarge)
	}
	return data, err
}
