package installer

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
)

// flushInstalled makes what the installer wrote durable, before the journal says
// that it stands: installers rarely flush. Linux flushes the whole volume. Other
// systems let nobody but an administrator do that, so there it is every file of
// the install folder; what an installer writes elsewhere, such as the registry,
// is Windows' own affair.
func (t runs) flushInstalled(ctx context.Context) error {
	p := t.product
	if flushEach {
		flushed, left, err := p.flushFiles(ctx, p.live)
		if flushed+left > 0 {
			p.log.InfoContext(ctx, "flushed what the installer wrote", "files", flushed, "not_flushed", left)
		}
		return explain(err)
	}
	dir, err := os.Open(p.place.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(flushVolume(dir), dir.Close())
}

// flushFiles flushes every file in a folder, and says how many could not be:
// what is read-only or runs already cannot be opened for writing, which a flush
// needs on Windows. That is no reason to take an installation back that works.
func (p *Product) flushFiles(ctx context.Context, folder string) (flushed, left int, err error) {
	err = p.disk.walk(ctx, folder, func(n node) error {
		if !n.mode.IsRegular() {
			return nil
		}
		file, err := p.disk.root.OpenFile(path.Join(folder, n.path), os.O_WRONLY, 0)
		if err != nil {
			left++
			p.log.DebugContext(ctx, "a file cannot be flushed", "path", n.path, "error", err)
			return nil
		}
		flushed++
		return errors.Join(file.Sync(), file.Close())
	})
	return flushed, left, ignore(err, fs.ErrNotExist)
}
