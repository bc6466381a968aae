package installer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"runtime"
)

// Backup copies the user's data to snapshot-<version> in the work folder,
// compares the copy byte for byte, and notes it in the plan. There is nothing
// to do when there is no data.
func (p *Product) Backup(ctx context.Context, plan *Plan) error {
	if len(plan.Report.Preserved) == 0 {
		return nil
	}
	if err := p.backup(ctx, plan); err != nil {
		return fmt.Errorf("back up the data of %s: %w", p.place.Product, err)
	}
	return nil
}

func (p *Product) backup(ctx context.Context, plan *Plan) error {
	if err := p.prepare(); err != nil {
		return err
	}
	snapshot := p.freeName(p.snapshotName(plan.From.Version))
	if err := p.copyAll(ctx, plan.Report.Preserved, snapshot); err != nil {
		return err
	}
	plan.Snapshot = p.path(snapshot)
	return nil
}

// copyAll copies files of the install folder to another one, and flushes them.
func (p *Product) copyAll(ctx context.Context, names []string, to string) error {
	for _, name := range names {
		if err := p.copyData(ctx, path.Join(p.live, name), path.Join(to, name)); err != nil {
			return errors.Join(explain(err), p.disk.root.RemoveAll(to))
		}
	}
	return p.flushTree(ctx, to)
}

// copyData copies one file, or a link as a link, and reads both again.
func (p *Product) copyData(ctx context.Context, from, to string) error {
	root := p.disk.root
	if err := p.disk.mkdirAll(path.Dir(to)); err != nil {
		return err
	}
	info, err := p.disk.lstat(from)
	if err != nil {
		return err
	}
	if info.Mode()&os.ModeSymlink != 0 {
		target, err := root.Readlink(from)
		if err != nil {
			return err
		}
		return root.Symlink(target, to)
	}
	if !info.Mode().IsRegular() {
		return nil // a socket or a pipe holds no data
	}
	if err := p.copyFile(ctx, from, to, info); err != nil {
		return err
	}
	return p.compare(ctx, from, to)
}

func (p *Product) copyFile(ctx context.Context, from, to string, info os.FileInfo) error {
	source, err := p.disk.open(ctx, from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := p.disk.root.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(onlyWriter{target}, &contextReader{ctx, source}, p.disk.copy)
	if err == nil && runtime.GOOS != "windows" {
		err = target.Chmod(info.Mode().Perm())
	}
	if err == nil {
		err = target.Sync()
	}
	if err := errors.Join(err, target.Close()); err != nil {
		return err
	}
	return p.disk.root.Chtimes(to, info.ModTime(), info.ModTime())
}

// compare reads both files and gives [ErrBackup] when a byte differs.
func (p *Product) compare(ctx context.Context, one, other string) error {
	a, err := p.disk.open(ctx, one)
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := p.disk.root.Open(other)
	if err != nil {
		return err
	}
	defer b.Close()
	half := len(p.disk.copy) / 2
	left, right := p.disk.copy[:half], p.disk.copy[half:]
	for {
		n, errA := io.ReadFull(&contextReader{ctx, a}, left)
		m, errB := io.ReadFull(&contextReader{ctx, b}, right)
		if !bytes.Equal(left[:n], right[:m]) {
			return fmt.Errorf("%w: %s", ErrBackup, one)
		}
		if errA == io.EOF || errA == io.ErrUnexpectedEOF {
			return nil
		}
		if err := errors.Join(errA, errB); err != nil {
			return err
		}
	}
}

// flushTree makes the names in a folder durable, at every depth.
func (p *Product) flushTree(ctx context.Context, name string) error {
	err := p.disk.walk(ctx, name, func(n node) error {
		p.disk.touch(path.Join(name, n.path))
		return nil
	})
	if err != nil {
		return err
	}
	p.disk.touch(name)
	return p.disk.flush()
}
