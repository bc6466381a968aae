package release

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"github.com/koshin-updater/koshin/manifest"
)

// TestSource: a destination that counts bytes and never reads to the end, as
// HTTP does with a length, does not get a damaged package whole.
func TestSource(t *testing.T) {
	t.Parallel()
	const content = "0123456789"
	for name, test := range map[string]struct {
		disk string
		want error
	}{
		"as signed": {content, nil},
		"one bit":   {"0123456788", ErrDamaged},
		"shorter":   {"012345678", ErrDamaged},
	} {
		for how, slow := range map[string]func(io.Reader) io.Reader{
			"at once":      func(r io.Reader) io.Reader { return r },
			"byte by byte": iotest.OneByteReader,
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				t.Parallel()
				file := filepath.Join(t.TempDir(), "package")
				try(t, os.WriteFile(file, []byte(test.disk), 0o644))
				s := &source{ctx: t.Context(), file: file, size: int64(len(content)), want: manifest.Digest(sha256.Sum256([]byte(content))), meter: new(meter)}
				r, err := s.open()
				try(t, err)
				defer r.Close()
				exact := make([]byte, len(content))
				n, err := io.ReadFull(slow(r), exact)
				if !errors.Is(err, test.want) || err != nil && n == len(exact) {
					t.Errorf("%d bytes, %v", n, err)
				}
			})
		}
	}
}

func TestSourceEnds(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "package")
	try(t, os.WriteFile(file, []byte("content"), 0o644))
	ctx, cancel := context.WithCancel(t.Context())
	s := &source{ctx: ctx, file: file, size: 7, meter: new(meter)}
	r, err := s.open()
	try(t, err)
	defer r.Close()
	cancel()
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
