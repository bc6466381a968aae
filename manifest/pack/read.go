package pack

import (
	"archive/tar"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/koshin-updater/koshin/manifest"
)

// Want is what the signed manifest says about a package's tree.
type Want struct {
	Tree manifest.Digest // tree_sha256
	Size int64           // installed_size: the most bytes that all files may have
}

// Reader reads a package and checks every byte that it hands out.
type Reader struct {
	source  *source
	frame   *zstd.Decoder
	archive *tar.Reader
	index   Index
	next    int
	content *contentReader
}

// NewReader reads and checks the index. Nothing but the wanted tree gets past
// it: [ErrTree], [manifest.ErrTooLarge], [ErrDamaged], or what [ParseIndex]
// refuses. An error of r itself is returned as it is. Close the Reader.
func NewReader(r io.Reader, want Want) (*Reader, error) {
	p := &Reader{source: &source{r: r}}
	frame, err := zstd.NewReader(p.source, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(window))
	if err != nil {
		return nil, p.damaged(err)
	}
	p.frame, p.archive = frame, tar.NewReader(frame)
	if err := p.readIndex(want); err != nil {
		frame.Close()
		return nil, err
	}
	return p, nil
}

func (p *Reader) readIndex(want Want) error {
	h, err := p.archive.Next()
	if err != nil {
		return p.damaged(err)
	}
	if err := checkHeader(h, Entry{Path: indexName, Type: File, Size: h.Size}); err != nil {
		return err
	}
	if h.Size > MaxIndex {
		return fmt.Errorf("package index: %w: %w: %d bytes", ErrEntries, manifest.ErrTooLarge, h.Size)
	}
	digest := sha256.New()
	tee := io.TeeReader(p.archive, digest)
	index, parseErr := ParseIndex(tee)
	if _, err := io.Copy(io.Discard, tee); err != nil {
		return p.damaged(err)
	}
	// Another tree than the signed one is said before what is wrong with it.
	if manifest.Digest(digest.Sum(nil)) != want.Tree {
		return ErrTree
	}
	if parseErr != nil {
		return parseErr
	}
	if size := index.Size(); size > want.Size {
		return fmt.Errorf("%w: %d bytes instead of %d: %w", ErrSize, size, want.Size, manifest.ErrTooLarge)
	}
	p.index = index
	return nil
}

// Index is the checked index.
func (p *Reader) Index() Index { return p.index }

// Next moves to the next entry. The reader is nil for a folder; for a file it
// ends with [io.EOF] only when the whole content was right, and with
// [ErrContent] otherwise. What was not read is read and checked by the
// following Next. After the last entry Next checks that nothing follows and
// returns [io.EOF].
func (p *Reader) Next() (Entry, io.Reader, error) {
	if p.content != nil {
		if _, err := io.Copy(io.Discard, p.content); err != nil {
			return Entry{}, nil, err
		}
		p.content = nil
	}
	h, err := p.archive.Next()
	if p.next == len(p.index.Entries) {
		return Entry{}, nil, p.end(err)
	}
	if err != nil {
		return Entry{}, nil, p.damaged(err)
	}
	e := p.index.Entries[p.next]
	p.next++
	if err := checkHeader(h, e); err != nil {
		return Entry{}, nil, err
	}
	if e.Type == Dir {
		return e, nil, nil
	}
	p.content = &contentReader{p: p, want: e, hash: sha256.New()}
	return e, p.content, nil
}

// Close frees the decompressor.
func (p *Reader) Close() { p.frame.Close() }

// end is reached when the archive should be over; err is what it said.
func (p *Reader) end(err error) error {
	if err == nil {
		return ErrTrailing
	}
	if !errors.Is(err, io.EOF) {
		return p.damaged(err)
	}
	switch n, err := io.ReadFull(p.frame, make([]byte, 1)); {
	case n > 0 || errors.Is(err, zstd.ErrMagicMismatch):
		return ErrTrailing
	case err != io.EOF:
		return p.damaged(err)
	}
	return io.EOF
}

// damaged tells a bad package from a source that could not be read.
func (p *Reader) damaged(err error) error {
	if p.source.err != nil {
		return fmt.Errorf("read package: %w", p.source.err)
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// checkHeader accepts only the header that the writer makes for the entry.
func checkHeader(h *tar.Header, e Entry) error {
	switch h.Typeflag {
	case tar.TypeSymlink:
		return fmt.Errorf("%w: %q", ErrLink, h.Name)
	case tar.TypeLink:
		return fmt.Errorf("%w: %q", ErrHardLink, h.Name)
	case tar.TypeReg, tar.TypeDir:
	default:
		return fmt.Errorf("%w: %q", ErrSpecial, h.Name)
	}
	want := tarHeader(e)
	same := h.Name == want.Name && h.Typeflag == want.Typeflag && h.Size == want.Size && h.Mode == want.Mode &&
		h.ModTime.Equal(time.Unix(0, 0)) && h.Linkname == ""
	for key := range h.PAXRecords { // extended attributes and other systems' ideas
		same = same && key == "path"
	}
	if !same {
		return fmt.Errorf("%w: %q where %q belongs", ErrContent, h.Name, want.Name)
	}
	return nil
}

// contentReader hands out one file and checks it at its end.
type contentReader struct {
	p    *Reader
	want Entry
	hash hash.Hash
	err  error // how it ended
}

func (c *contentReader) Read(b []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.p.archive.Read(b)
	c.hash.Write(b[:n])
	switch {
	case err == io.EOF && manifest.Digest(c.hash.Sum(nil)) != c.want.SHA256:
		c.err = fmt.Errorf("%w: %q", ErrContent, c.want.Path)
	case err != nil && err != io.EOF:
		c.err = c.p.damaged(err)
	default:
		c.err = err
	}
	return n, c.err
}

// source remembers the error of the reader below the decompressor.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
