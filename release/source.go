package release

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"os"
	"sync"

	"github.com/koshin-updater/koshin/manifest"
)

// meter adds up what parallel uploads have read. A package that starts again
// counts from its beginning, so the sum may go back and is never too high.
type meter struct {
	mu          sync.Mutex
	done, total int64
	tell        func(done, total int64) // nil: nobody looks
}

func (m *meter) add(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done += n
	if m.tell != nil && n != 0 {
		m.tell(m.done, m.total)
	}
}

// source is a package on this disk.
type source struct {
	ctx   context.Context
	file  string
	size  int64
	want  manifest.Digest
	meter *meter

	mu      sync.Mutex
	current *reading // the newest; an older one no longer counts
	counted int64
}

// open begins at the first byte, and makes what an earlier reader counted
// undone.
func (s *source) open() (io.ReadCloser, error) {
	f, err := os.Open(s.file)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.meter.add(-s.counted)
	s.counted = 0
	s.current = &reading{source: s, file: f, hash: sha256.New()}
	return s.current, nil
}

// finish counts the whole package, however much of it a destination had to
// read.
func (s *source) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.meter.add(s.size - s.counted)
	s.counted, s.current = s.size, nil
}

func (s *source) count(r *reading, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == r {
		s.counted += int64(n)
		s.meter.add(int64(n))
	}
}

// reading hands out a package's bytes. The last of them come only after the
// hash was found to be the signed one: a destination that counts bytes and
// never reads to the end is not fooled either.
type reading struct {
	source *source
	file   *os.File
	hash   hash.Hash
	n      int64
}

func (r *reading) Read(p []byte) (int, error) {
	if err := r.source.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.file.Read(p)
	r.hash.Write(p[:n])
	r.n += int64(n)
	complete := r.n == r.source.size
	switch {
	case r.n > r.source.size, err == io.EOF && !complete:
		return 0, fmt.Errorf("%w: %s has not the %d bytes that were signed", ErrDamaged, r.source.file, r.source.size)
	case complete && !bytes.Equal(r.hash.Sum(nil), r.source.want[:]):
		return 0, fmt.Errorf("%w: the sha256 of %s is not the one that was signed", ErrDamaged, r.source.file)
	}
	r.source.count(r, n)
	return n, err
}

func (r *reading) Close() error { return r.file.Close() }
