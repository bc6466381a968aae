package updater

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/installer/atomicfile"
	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/manifest"
)

// keep replaces one of koshin's own files, whole or not at all. On Windows whoever
// reads it is in the way, and the operator's koshin may: that is waited for, at
// most five seconds, also by a run that was interrupted and has notes to write.
func (u *Updater) keep(file string, data []byte) error {
	wait := func(file string, do func() error) error {
		return installer.Patiently(context.Background(), file, u.waiting(""), do)
	}
	return atomicfile.WriteWith(file, atomicfile.Options{Wait: wait}, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// folderStore is a trust.Store in a folder. Each file is written whole and
// flushed, so that a power cut leaves the old one or the new one.
type folderStore struct {
	dir  string
	keep func(file string, data []byte) error // nil: this store is only read
}

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
	return s.keep(s.path(name), data)
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
