package installer

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"syscall"
)

// snapshot is the copy of the data from before the run, in the work folder;
// empty where there was no data.
func (t runs) snapshot() string {
	if t.plan.Snapshot == "" {
		return ""
	}
	return t.product.work(filepath.Base(t.plan.Snapshot))
}

// guardData makes sure that the snapshot has all of the data as it is now. An
// installer gets to touch nothing of which there is no copy.
func (t runs) guardData(ctx context.Context) error {
	p := t.product
	names, err := p.dataFiles(ctx, t.globs())
	if err != nil {
		return err
	}
	covered := slices.Equal(names, t.plan.Report.Preserved) && (len(names) == 0 || t.plan.Snapshot != "")
	for i := 0; covered && i < len(names); i++ {
		if covered, err = p.sameData(ctx, path.Join(t.snapshot(), names[i]), path.Join(p.live, names[i])); err != nil {
			return err
		}
	}
	if covered {
		return nil
	}
	t.plan.Report.Preserved, t.plan.Snapshot = names, ""
	return p.Backup(ctx, t.plan)
}

// putBack compares the data with a snapshot, byte for byte, and puts back what
// is missing or was changed. What an installer made of it goes to kept/.
func (t runs) putBack(ctx context.Context, snapshot string) error {
	if snapshot == "" {
		return nil
	}
	p := t.product
	err := p.disk.walk(ctx, snapshot, func(n node) error {
		if n.mode.IsDir() {
			return nil
		}
		from := path.Join(snapshot, n.path)
		same, err := p.sameData(ctx, from, path.Join(p.live, n.path))
		if err != nil || same {
			return err
		}
		p.log.WarnContext(ctx, "installer touched the user's data, it is put back", "path", n.path)
		t.plan.Report.PutBack = append(t.plan.Report.PutBack, n.path)
		return t.putBackFile(ctx, from, n.path)
	})
	return errors.Join(err, p.disk.flush())
}

// putBackFile copies beside the install folder and renames, so that a death
// leaves no half of a file in it.
func (t runs) putBackFile(ctx context.Context, from, name string) error {
	p := t.product
	if err := t.makeWay(ctx, name); err != nil {
		return err
	}
	fresh := p.work(unpacking, "data")
	if err := p.disk.removeAll(ctx, fresh); err != nil {
		return err
	}
	if err := p.copyData(ctx, from, fresh); err != nil {
		return explain(err)
	}
	if err := p.disk.move(ctx, fresh, path.Join(p.live, name)); err != nil {
		return err
	}
	return p.disk.removeIfEmpty(ctx, p.work(unpacking))
}

// makeWay moves what stands in the place of a file to kept/, and a file that
// stands where one of its folders was.
func (t runs) makeWay(ctx context.Context, name string) error {
	p := t.product
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if live := path.Join(p.live, dir); p.disk.exists(live) && !p.disk.isDir(live) {
			if err := p.disk.move(ctx, live, t.freeAside("installer", dir)); err != nil {
				return err
			}
		}
	}
	if live := path.Join(p.live, name); p.disk.exists(live) {
		return p.disk.move(ctx, live, t.freeAside("installer", name))
	}
	return nil
}

// sameData says whether two files, or links, are the same to the last byte.
func (p *Product) sameData(ctx context.Context, a, b string) (bool, error) {
	one, err := p.disk.root.Lstat(a)
	if err != nil {
		return false, ignoreMissing(err)
	}
	other, err := p.disk.root.Lstat(b)
	if err != nil {
		return false, ignoreMissing(err)
	}
	switch {
	case one.Mode().Type() != other.Mode().Type():
		return false, nil
	case one.Mode()&os.ModeSymlink != 0:
		x, errX := p.disk.root.Readlink(a)
		y, errY := p.disk.root.Readlink(b)
		return x == y, errors.Join(errX, errY)
	case one.Size() != other.Size():
		return false, nil
	}
	err = p.compare(ctx, a, b)
	if errors.Is(err, ErrBackup) {
		return false, nil
	}
	return err == nil, explain(err)
}

// ignoreMissing: what is not there differs; that is an answer and no error.
func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil
	}
	return explain(err)
}
