package installer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// copyBuffer is large enough that system calls cost nothing beside hashing.
const copyBuffer = 1 << 20

// node is something on the disk, by its path below the scanned folder.
type node struct {
	path  string
	mode  fs.FileMode
	size  int64
	mtime time.Time
}

// walk visits what is below a folder in the order of [pack.Compare], following
// no link. A folder that is not there is empty. When visit says [fs.SkipDir],
// the inside of what it was told is left out.
func (d *disk) walk(ctx context.Context, area string, visit func(node) error) error {
	if _, err := d.lstat(area); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return d.walkInto(ctx, area, "", visit)
}

func (d *disk) walkInto(ctx context.Context, area, rel string, visit func(node) error) error {
	nodes, err := d.inside(ctx, area, rel)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		err := visit(n)
		if err == nil && n.mode.IsDir() {
			err = d.walkInto(ctx, area, n.path, visit)
		}
		if err != nil && !errors.Is(err, fs.SkipDir) {
			return err
		}
	}
	return nil
}

// inside is what stands in one folder below area, by name.
func (d *disk) inside(ctx context.Context, area, rel string) ([]node, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	dir, err := d.root.Open(path.Join(area, rel))
	if err != nil {
		return nil, err
	}
	entries, err := dir.ReadDir(-1)
	if err := errors.Join(err, dir.Close()); err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	nodes := make([]node, 0, len(entries))
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone meanwhile
		}
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, node{path: path.Join(rel, e.Name()), mode: info.Mode(), size: info.Size(), mtime: info.ModTime()})
	}
	return nodes, nil
}

// hash is the SHA-256 of a file.
func (d *disk) hash(ctx context.Context, name string) (digest manifest.Digest, err error) {
	file, err := d.open(ctx, name)
	if err != nil {
		return digest, err
	}
	return d.hashFile(ctx, file)
}

// hashFile reads an open file to its end and closes it.
func (d *disk) hashFile(ctx context.Context, file *os.File) (digest manifest.Digest, err error) {
	defer file.Close()
	sum := sha256.New()
	if _, err := io.CopyBuffer(sum, &contextReader{ctx, file}, d.copy); err != nil {
		return digest, fmt.Errorf("read %s: %w", file.Name(), err)
	}
	sum.Sum(digest[:0])
	return digest, nil
}

// contextReader ends a long read when the context does. It hides WriteTo, so
// that a copy uses its buffer.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}

// key is a path as this system compares it.
func key(path string) string {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return pack.Fold(path)
	}
	return path
}

// isType says whether the node is what the entry lists, apart from content.
func (n node) isType(e pack.Entry) bool {
	if e.Type == pack.Dir {
		return n.mode.IsDir()
	}
	return n.mode.IsRegular()
}

// globs are the patterns of preserved data.
type globs []string

// match says whether the path, or a folder that it is in, is preserved.
func (g globs) match(name string) bool {
	for _, pattern := range g {
		for at := name; at != "."; at = path.Dir(at) {
			if doublestar.MatchUnvalidated(key(pattern), key(at)) {
				return true
			}
		}
	}
	return false
}
