package startmenu

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// programs is the folder that every user's Start menu shows.
func programs() (string, error) {
	return windows.KnownFolderPath(windows.FOLDERID_CommonPrograms, 0)
}

// file is the shortcut's place.
func file(dir, name string) string { return filepath.Join(dir, name+".lnk") }

// write puts the shortcut in its place. Windows itself writes the format.
func (e Entry) write(dir string) error {
	return withLink(func(l *link) error {
		for _, set := range []struct {
			method method
			text   string
		}{{setPath, e.Program}, {setArguments, e.Args}, {setDescription, e.Description}} {
			if err := l.set(set.method, set.text); err != nil {
				return err
			}
		}
		return l.save(file(dir, e.Name))
	})
}

// read is the program and the arguments of a shortcut. It is not resolved: what
// is not there any more is not searched for.
func read(dir, name string) (e Entry, there bool, err error) {
	path := file(dir, name)
	if _, err := os.Lstat(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return Entry{}, false, err
	}
	err = withLink(func(l *link) error {
		if err := l.load(path); err != nil {
			return fmt.Errorf("%w: %w", ErrEntry, err)
		}
		var err error
		if e.Program, err = l.path(); err != nil {
			return err
		}
		e.Args, err = l.text(getArguments)
		return err
	})
	return e, true, err
}

func remove(dir, name string) error {
	if err := os.Remove(file(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
