package download

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/koshin-updater/koshin/installer/atomicfile"
	"github.com/koshin-updater/koshin/manifest"
)

// bufferSize is what one download holds in memory, and the unit of its writes.
const bufferSize = 256 << 10

// part is a file while it loads, and the hash of what it holds so far.
type part struct {
	name string
	file *os.File
	size int64
	sum  hash.Hash
}

// openPart opens what an earlier run left, or an empty file, and hashes it.
func openPart(ctx context.Context, name string) (*part, error) {
	if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
		if err := os.Remove(name); err != nil { // a link, or worse: not ours
			return nil, err
		}
	}
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	p := &part{name: name, file: file, sum: sha256.New()}
	p.size, err = copyHash(ctx, p.sum, file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return p, nil
}

// restart empties the file.
func (p *part) restart() error {
	if err := p.file.Truncate(0); err != nil {
		return err
	}
	p.size = 0
	p.sum.Reset()
	_, err := p.file.Seek(0, io.SeekStart)
	return err
}

func (p *part) write(b []byte) error {
	n, err := p.file.Write(b)
	p.sum.Write(b[:n])
	p.size += int64(n)
	return diskFull(err)
}

// diskFull adds the sentinel to what the system says about a disk without room.
func diskFull(err error) error {
	if isDiskFull(err) {
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	return err
}

// settle closes the file after a failure: kept for the next run, or removed
// where keeping it would do harm.
func (p *part) settle(failure error) error {
	err := p.file.Close()
	if p.size == 0 || errors.Is(failure, ErrMismatch) || errors.Is(failure, ErrDiskFull) {
		err = errors.Join(err, os.Remove(p.name))
	}
	return err
}

// finish gives the complete, verified file its name. It is not flushed: whoever
// uses the file hashes it again, so a power cut costs a download and no more.
func (p *part) finish(final string) error {
	if err := p.file.Close(); err != nil { // a network share says only now that it is full
		return fmt.Errorf("close %s: %w", p.name, diskFull(err))
	}
	return atomicfile.Replace(p.name, final)
}

func hashFile(ctx context.Context, name string) (sum manifest.Digest, err error) {
	f, err := os.Open(name)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := copyHash(ctx, h, f); err != nil {
		return sum, err
	}
	h.Sum(sum[:0])
	return sum, nil
}

// copyHash reads r to its end into h; ctx may stop it.
func copyHash(ctx context.Context, h hash.Hash, r io.Reader) (n int64, err error) {
	buffer := make([]byte, bufferSize)
	for {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		m, err := r.Read(buffer)
		h.Write(buffer[:m])
		n += int64(m)
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}
