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
	path   string
	mode   fs.FileMode
	size   int64
	mtime  time.Time
	access rights
}

// maxOpen is how many folders a walk keeps open, one in the other: to look up
// every folder from the top again costs more than to read it. Deeper ones are
// looked up from the last of these.
const maxOpen = 32

// walk visits what is below a folder in the order of [pack.Compare], following
// no link. A folder that is not there is empty. When visit says [fs.SkipDir],
// the inside of what it was told is left out.
func (d *disk) walk(ctx context.Context, area string, visit func(node) error) error {
	if _, err := d.lstat(area); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	top, err := d.root.OpenRoot(area)
	if err != nil {
		return err
	}
	defer top.Close()
	return walkInto(ctx, top, ".", "", maxOpen, visit)
}

// walkInto goes through the folder at name in root, which is rel to those who
// visit.
func walkInto(ctx context.Context, root *os.Root, name, rel string, mayOpen int, visit func(node) error) error {
	nodes, err := nodesIn(ctx, root, name, rel)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		err := visit(n)
		if err == nil && n.mode.IsDir() {
			err = walkBelow(ctx, root, path.Join(name, path.Base(n.path)), n.path, mayOpen, visit)
		}
		if err != nil && !errors.Is(err, fs.SkipDir) {
			return err
		}
	}
	return nil
}

func walkBelow(ctx context.Context, root *os.Root, name, rel string, mayOpen int, visit func(node) error) error {
	if mayOpen == 0 {
		return walkInto(ctx, root, name, rel, 0, visit)
	}
	below, err := root.OpenRoot(name)
	if err != nil {
		return err
	}
	defer below.Close()
	return walkInto(ctx, below, ".", rel, mayOpen-1, visit)
}

// nodesIn is what stands in the folder at name in root, sorted; their paths begin
// with rel.
func nodesIn(ctx context.Context, root *os.Root, name, rel string) ([]node, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	dir, err := root.Open(name)
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
		nodes = append(nodes, node{path: path.Join(rel, e.Name()), mode: info.Mode(), size: info.Size(), mtime: info.ModTime(), access: rightsOf(info)})
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
