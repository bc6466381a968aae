package installer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"

	"github.com/koshin-updater/koshin/installer/atomicfile"
)

// disk is the folder that holds the install folder and the work folder beside
// it. Every path is relative to it, with slashes, and cannot leave it. All
// changes of a transaction go through here, so tests can stop before and after
// each.
type disk struct {
	root  *os.Root
	dirty map[string]bool          // folders whose names are not yet durable
	copy  []byte                   // buffer for reading files
	waits waits                    // for files in use
	stop  func(point string) error // tests only
}

// change does one thing to the disk, and waits for name if that is in use.
func (d *disk) change(ctx context.Context, point, name string, do func() error) error {
	if err := d.at("before " + point); err != nil {
		return err
	}
	if err := d.waits.retry(ctx, name, do); err != nil {
		return fmt.Errorf("%s: %w", point, explain(err))
	}
	return d.at("after " + point)
}

func (d *disk) at(point string) error {
	if d.stop == nil {
		return nil
	}
	return explain(d.stop(point))
}

// move renames and makes the folder for the new name. It never replaces.
func (d *disk) move(ctx context.Context, from, to string) error {
	if err := d.mkdirAll(path.Dir(to)); err != nil {
		return err
	}
	return d.change(ctx, "move "+from+" to "+to, from, func() error {
		if _, err := d.lstat(to); !errors.Is(err, fs.ErrNotExist) {
			return errors.Join(err, &fs.PathError{Op: "rename", Path: to, Err: fs.ErrExist})
		}
		d.touch(from, to)
		return d.root.Rename(from, to)
	})
}

// mkdir makes a folder with the mode of an installed one. One that is there is
// no error.
func (d *disk) mkdir(ctx context.Context, name string) error {
	return d.change(ctx, "make "+name, name, func() error {
		d.touch(name)
		if err := d.root.Mkdir(name, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		return d.root.Chmod(name, 0o755) // whatever the umask
	})
}

func (d *disk) mkdirAll(name string) error {
	if _, err := d.lstat(name); err == nil {
		return nil
	}
	for parent := name; parent != "."; parent = path.Dir(parent) {
		d.touch(parent)
	}
	return explain(d.root.MkdirAll(name, 0o755))
}

// remove deletes a file or an empty folder. One that is not there is no error.
func (d *disk) remove(ctx context.Context, name string) error {
	return d.change(ctx, "remove "+name, name, func() error {
		d.touch(name)
		if err := d.root.Remove(name); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

// open opens a file for reading, and waits if somebody keeps it for himself.
func (d *disk) open(ctx context.Context, name string) (file *os.File, err error) {
	err = d.waits.retry(ctx, name, func() error {
		file, err = d.root.Open(name)
		return err
	})
	return file, err
}

// removeAll deletes a folder with everything in it, all of which is koshin's own.
func (d *disk) removeAll(ctx context.Context, name string) error {
	return explain(d.waits.retry(ctx, name, func() error { return d.root.RemoveAll(name) }))
}

// removeIfEmpty deletes a folder unless something is in it.
func (d *disk) removeIfEmpty(ctx context.Context, name string) error {
	empty, err := d.isEmpty(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !empty {
		return nil
	}
	if err != nil {
		return err
	}
	return d.remove(ctx, name)
}

func (d *disk) isEmpty(name string) (bool, error) {
	dir, err := d.root.Open(name)
	if err != nil {
		return false, err
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(1)
	return len(names) == 0, nil
}

// names are what a folder holds, in a fixed order.
func (d *disk) names(name string) ([]string, error) {
	dir, err := d.root.Open(name)
	if err != nil {
		return nil, err
	}
	names, err := dir.Readdirnames(-1)
	slices.Sort(names)
	return names, errors.Join(err, dir.Close())
}

// lstat is what stands at name, itself and not what a link leads to. Windows
// cannot look through a file's own handle while somebody keeps it for himself;
// the folder that it is in knows it all the same. To take such a file for gone
// would put another in its place.
func (d *disk) lstat(name string) (fs.FileInfo, error) {
	info, err := d.root.Lstat(name)
	if err == nil || !isInUse(err) {
		return info, err
	}
	dir, openErr := d.root.Open(path.Dir(name))
	if openErr != nil {
		return nil, errors.Join(err, openErr)
	}
	defer dir.Close()
	entries, readErr := dir.ReadDir(-1)
	for _, e := range entries {
		if key(e.Name()) == key(path.Base(name)) {
			return e.Info()
		}
	}
	return nil, errors.Join(err, readErr)
}

func (d *disk) exists(name string) bool {
	_, err := d.lstat(name)
	return err == nil
}

// isDir says whether name is a folder and not a link to one.
func (d *disk) isDir(name string) bool {
	info, err := d.lstat(name)
	return err == nil && info.IsDir()
}

func (d *disk) touch(names ...string) {
	for _, name := range names {
		d.dirty[path.Dir(name)] = true
	}
}

// flush makes all moves so far durable.
func (d *disk) flush() error {
	for dir := range d.dirty {
		if err := d.flushDir(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return explain(err)
		}
	}
	clear(d.dirty)
	return d.at("after flush")
}

func (d *disk) flushDir(name string) error {
	if info, err := d.lstat(name); err != nil || !info.IsDir() {
		return err
	}
	return atomicfile.SyncDir(path.Join(d.root.Name(), name))
}
