package installer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"

	"github.com/koshin-updater/koshin/manifest"
)

// DataSince is what became of the user's data after a snapshot was made. Paths
// are relative to the install folder.
type DataSince struct {
	Files    int      // that are there now
	Changed  []string // new since, or with other content
	Gone     []string // in the snapshot alone
	Snapshot string   // compared with; empty: there was none
}

// SnapshotOf is the newest copy of the user's data as it was under this build,
// as a path of the system; empty when there is none.
func (p *Product) SnapshotOf(version manifest.Version) string {
	name := p.snapshotName(version)
	if !p.disk.isDir(name) {
		return ""
	}
	newest := name
	for n := 2; p.disk.isDir(fmt.Sprintf("%s~%d", name, n)); n++ {
		newest = fmt.Sprintf("%s~%d", name, n)
	}
	return p.path(newest)
}

func (p *Product) snapshotName(version manifest.Version) string {
	if version.IsZero() {
		return p.work("snapshot-unknown")
	}
	return p.work("snapshot-" + version.String())
}

// DataSince compares the user's data, byte for byte, with a snapshot that
// [Product.Backup] made. It changes nothing.
func (p *Product) DataSince(ctx context.Context, preserve []string, snapshot string) (DataSince, error) {
	since := DataSince{Snapshot: snapshot}
	err := p.disk.walk(ctx, p.live, func(n node) error {
		if n.mode.IsDir() || !globs(preserve).match(n.path) {
			return nil
		}
		since.Files++
		if snapshot == "" {
			return nil
		}
		same, err := p.isSame(ctx, n, p.work(filepath.Base(snapshot), n.path))
		if err == nil && !same {
			since.Changed = append(since.Changed, n.path)
		}
		return err
	})
	if err == nil && snapshot != "" {
		err = p.disk.walk(ctx, p.work(filepath.Base(snapshot)), func(n node) error {
			if !n.mode.IsDir() && !p.disk.exists(path.Join(p.live, n.path)) {
				since.Gone = append(since.Gone, n.path)
			}
			return nil
		})
	}
	if err != nil {
		return since, fmt.Errorf("compare the data of %s with %s: %w", p.place.Product, snapshot, err)
	}
	return since, nil
}

// isSame says whether a file in the install folder is byte for byte the other.
func (p *Product) isSame(ctx context.Context, n node, other string) (bool, error) {
	info, err := p.disk.root.Lstat(other)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case info.Mode().Type() != n.mode.Type() || n.mode.IsRegular() && info.Size() != n.size:
		return false, nil
	case n.mode&fs.ModeSymlink != 0:
		return p.sameLink(path.Join(p.live, n.path), other)
	case !n.mode.IsRegular():
		return true, nil // a socket or a pipe holds no data
	}
	err = p.compare(ctx, path.Join(p.live, n.path), other)
	if errors.Is(err, ErrBackup) {
		return false, nil
	}
	return err == nil, err
}

func (p *Product) sameLink(one, other string) (bool, error) {
	a, errA := p.disk.root.Readlink(one)
	b, errB := p.disk.root.Readlink(other)
	return a == b, errors.Join(errA, errB)
}
