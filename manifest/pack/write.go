package pack

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/koshin-updater/koshin/manifest"
)

const (
	// window is how far back the compressor looks, and so what a reader must
	// keep in memory.
	window = 8 << 20
	// copyBuffer is large enough that system calls cost nothing beside hashing.
	copyBuffer = 1 << 20
)

// Options of [WriteTree]. The zero value is ready for use.
type Options struct {
	// OS is the system that the tree is for, as GOOS. For "windows" nothing is
	// marked executable, so that every publisher's system gives the same
	// package; otherwise the bit is taken from the disk.
	OS string
	// Progress, if any, is told the bytes read so far and in all. Every file is
	// read twice.
	Progress func(done, total int64)
}

// Info describes a written package.
type Info struct {
	Index         Index
	InstalledSize int64           // bytes of all files
	TreeSHA256    manifest.Digest // hash of the index
}

// WriteTree writes the folder dir as one package. It refuses links and special
// files ([ErrLink], [ErrSpecial]), paths outside the grammar ([PathError]),
// trees over the limits ([manifest.ErrTooLarge]) and a folder that changes
// meanwhile ([ErrChanged]). After an error, what is in w is not a package.
func WriteTree(ctx context.Context, w io.Writer, dir string, options Options) (Info, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Info{}, fmt.Errorf("pack: %w", err)
	}
	defer root.Close()
	t := &treeWriter{ctx: ctx, root: root, options: options, buffer: make([]byte, copyBuffer)}
	info, err := t.run(w)
	if err != nil {
		return Info{}, fmt.Errorf("pack %s: %w", dir, err)
	}
	return info, nil
}

type treeWriter struct {
	ctx         context.Context
	root        *os.Root
	options     Options
	buffer      []byte
	done, total int64
}

func (t *treeWriter) run(w io.Writer) (Info, error) {
	index, err := t.list()
	if err != nil {
		return Info{}, err
	}
	t.total = 2 * index.Size()
	if err := t.hash(index); err != nil {
		return Info{}, err
	}
	digest, err := index.Digest()
	if err != nil {
		return Info{}, err
	}
	if err := t.write(w, index); err != nil {
		return Info{}, err
	}
	return Info{Index: index, InstalledSize: index.Size(), TreeSHA256: digest}, nil
}

// list walks the folder; the entries come without hashes.
func (t *treeWriter) list() (Index, error) {
	var x Index
	var rules order
	err := fs.WalkDir(t.root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if path == "." || err != nil {
			return err
		}
		e, err := t.entry(path, d)
		if err != nil {
			return err
		}
		if len(x.Entries) == MaxEntries {
			return fmt.Errorf("%w: %w: more than %d", ErrEntries, manifest.ErrTooLarge, MaxEntries)
		}
		x.Entries = append(x.Entries, e)
		return rules.enter(e)
	})
	if err == nil && x.Size() > manifest.MaxPackageSize {
		err = fmt.Errorf("%w: more than %d bytes", manifest.ErrTooLarge, int64(manifest.MaxPackageSize))
	}
	return x, err
}

func (t *treeWriter) entry(path string, d fs.DirEntry) (Entry, error) {
	if err := t.ctx.Err(); err != nil {
		return Entry{}, err
	}
	if err := CheckPath(path); err != nil {
		return Entry{}, err
	}
	switch d.Type() {
	case fs.ModeDir:
		return Entry{Path: path, Type: Dir}, nil
	case fs.ModeSymlink:
		return Entry{}, fmt.Errorf("%w: %q", ErrLink, path)
	case 0:
		info, err := d.Info()
		if err != nil {
			return Entry{}, err
		}
		exec := info.Mode()&0o100 != 0 && t.options.OS != "windows"
		return Entry{Path: path, Type: File, Exec: exec, Size: info.Size()}, nil
	}
	return Entry{}, fmt.Errorf("%w: %q", ErrSpecial, path)
}

// hash fills in the hashes.
func (t *treeWriter) hash(x Index) error {
	for i := range x.Entries {
		if e := &x.Entries[i]; e.Type == File {
			digest, err := t.copy(io.Discard, *e)
			if err != nil {
				return err
			}
			e.SHA256 = digest
		}
	}
	return nil
}

func (t *treeWriter) write(w io.Writer, x Index) error {
	compressed, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window),
		zstd.WithEncoderCRC(true))
	if err != nil {
		return err
	}
	archive := tar.NewWriter(compressed)
	err = t.writeEntries(archive, x)
	if err == nil {
		err = archive.Close()
	}
	return errors.Join(err, compressed.Close())
}

func (t *treeWriter) writeEntries(archive *tar.Writer, x Index) error {
	var length counter
	if err := x.Encode(&length); err != nil {
		return err
	}
	if length > MaxIndex {
		return fmt.Errorf("%w: index of %d bytes", manifest.ErrTooLarge, int64(length))
	}
	if err := archive.WriteHeader(tarHeader(Entry{Path: indexName, Type: File, Size: int64(length)})); err != nil {
		return err
	}
	if err := x.Encode(archive); err != nil {
		return err
	}
	for _, e := range x.Entries {
		if err := archive.WriteHeader(tarHeader(e)); err != nil {
			return fmt.Errorf("%q: %w", e.Path, err)
		}
		if e.Type != File {
			continue
		}
		digest, err := t.copy(archive, e)
		if err != nil {
			return err
		}
		if digest != e.SHA256 {
			return fmt.Errorf("%w: %q", ErrChanged, e.Path)
		}
	}
	return nil
}

// copy sends a file to w and gives its hash; another length than the entry's
// is [ErrChanged].
func (t *treeWriter) copy(w io.Writer, e Entry) (digest manifest.Digest, err error) {
	if err := t.ctx.Err(); err != nil {
		return digest, err
	}
	file, err := t.root.Open(e.Path)
	if err != nil {
		return digest, err
	}
	defer file.Close()
	hash := sha256.New()
	both := io.MultiWriter(hash, w, progressWriter{t})
	n, err := io.CopyBuffer(both, onlyReader{io.LimitReader(file, e.Size)}, t.buffer)
	if err != nil {
		return digest, fmt.Errorf("%q: %w", e.Path, err)
	}
	if more, _ := file.Read(t.buffer[:1]); n != e.Size || more > 0 {
		return digest, fmt.Errorf("%w: %q", ErrChanged, e.Path)
	}
	hash.Sum(digest[:0])
	return digest, nil
}

// tarHeader is the only header that a package may have for this entry.
func tarHeader(e Entry) *tar.Header {
	h := &tar.Header{Format: tar.FormatPAX, Typeflag: tar.TypeReg, Name: e.Path, Size: e.Size, Mode: 0o644, ModTime: time.Unix(0, 0)}
	switch {
	case e.Type == Dir:
		h.Typeflag, h.Name, h.Mode = tar.TypeDir, e.Path+"/", 0o755
	case e.Exec:
		h.Mode = 0o755
	}
	return h
}

// onlyReader hides WriteTo, so that the copy uses its buffer and the progress
// is told at each turn.
type onlyReader struct{ io.Reader }

type progressWriter struct{ t *treeWriter }

func (p progressWriter) Write(b []byte) (int, error) {
	p.t.done += int64(len(b))
	if p.t.options.Progress != nil {
		p.t.options.Progress(p.t.done, p.t.total)
	}
	return len(b), p.t.ctx.Err()
}

type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
