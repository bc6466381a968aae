package release

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/koshin-updater/koshin/release/internal/durable"
)

// plainHost is the simplest destination, a folder without locks, that can be
// cut off at a file, and that lets a client read after every one.
type plainHost struct {
	dir     string
	cutAt   int  // files that arrive; negative: all
	halfway bool // the package that is cut off had begun
	after   func(path string)

	mu       sync.Mutex
	uploaded []string
}

var errCut = errors.New("connection lost")

func newHost(_ *testing.T, dir string) *plainHost { return &plainHost{dir: dir, cutAt: -1} }

func (h *plainHost) file(path string) string { return filepath.Join(h.dir, filepath.FromSlash(path)) }

func (h *plainHost) Size(_ context.Context, path string) (int64, error) {
	info, err := os.Stat(h.file(path))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (h *plainHost) Read(_ context.Context, path string, limit int64) ([]byte, error) {
	return durable.ReadFile(h.file(path), limit)
}

// arrive puts one file in place, unless the connection is cut before it.
func (h *plainHost) arrive(path string, data []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.uploaded) == h.cutAt {
		return errCut
	}
	if err := os.MkdirAll(filepath.Dir(h.file(path)), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(h.file(path), data, 0o644); err != nil {
		return err
	}
	h.uploaded = append(h.uploaded, path)
	if h.after != nil {
		h.after(path)
	}
	return nil
}

func (h *plainHost) Put(_ context.Context, p Package) error {
	r, err := p.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	if h.halfway && len(h.uploaded) == h.cutAt {
		_, err = io.CopyN(io.Discard, r, p.Size/2)
		return errors.Join(errCut, err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return h.arrive(p.Path, data)
}

func (h *plainHost) Commit(ctx context.Context, c Commit) error {
	there, err := h.Read(ctx, timestampPath, maxMetadata)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if string(there) != string(c.Base) {
		return ErrDestinationChanged
	}
	for _, f := range c.Files {
		if err := h.arrive(f.Path, f.Data); err != nil {
			return err
		}
	}
	return nil
}
