package authenticode

import (
	"bytes"
	"context"
	"crypto"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/koshin-updater/koshin/manifest/authenticode/compound"
)

// The streams that a signature is in, and which it leaves out. Only those of the
// root are; elsewhere a stream of this name is content like any other.
const (
	streamSignature = "\x05DigitalSignature"
	streamNames     = "\x05MsiDigitalSignatureEx"
)

// installer is a Windows Installer package (MSI).
type installer struct {
	file  *compound.File
	sig   *compound.Entry // nil: unsigned
	names *compound.Entry // the hash of names, sizes and times; nil: the signature does not cover them
}

// openMSI reads the directory. ok is false where the file is no compound file.
func openMSI(r io.ReaderAt, size int64) (m *installer, ok bool, err error) {
	magic := make([]byte, len(compound.Magic))
	if ok, err = readAt(r, magic, 0); !ok || string(magic) != compound.Magic {
		return nil, false, err
	}
	m = new(installer)
	if m.file, err = compound.Open(r, size); err != nil {
		return nil, true, compoundError(err)
	}
	for _, e := range m.file.Root.Children {
		switch {
		case e.IsStorage():
		case e.Name() == streamSignature:
			m.sig = e
		case e.Name() == streamNames:
			m.names = e
		}
	}
	return m, true, checkTwins(m.file.Root)
}

// compoundError gives an error of the format its kind here.
func compoundError(err error) error {
	switch {
	case errors.Is(err, compound.ErrAppended):
		return fmt.Errorf("%w: %w", ErrTampered, err)
	case errors.Is(err, compound.ErrMalformed):
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return err
}

// checkTwins refuses two entries of one name in one storage, whose order and so
// whose hash would be anybody's choice.
func checkTwins(storage *compound.Entry) error {
	sorted(storage)
	for i, e := range storage.Children {
		if i > 0 && bytes.Equal(e.RawName, storage.Children[i-1].RawName) {
			return fmt.Errorf("%w: two entries are called %q", ErrMalformed, e.Name())
		}
		if e.IsStorage() {
			if err := checkTwins(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// sorted brings the entries into the order in which they are hashed: by the
// bytes of the names as they are stored. A name comes before a longer one that
// begins like it.
func sorted(storage *compound.Entry) []*compound.Entry {
	slices.SortFunc(storage.Children, func(a, b *compound.Entry) int { return bytes.Compare(a.RawName, b.RawName) })
	return storage.Children
}

// signature is the one signature; nil when there is none.
func (m *installer) signature(ctx context.Context) ([]byte, error) {
	if m.sig == nil {
		return nil, nil
	}
	return m.small(ctx, m.sig, maxTable)
}

// small reads a stream of at most limit bytes.
func (m *installer) small(ctx context.Context, e *compound.Entry, limit int64) ([]byte, error) {
	if e.Size > limit {
		return nil, fmt.Errorf("%w: stream %q of %d bytes", ErrMalformed, e.Name(), e.Size)
	}
	var b bytes.Buffer
	err := m.file.Copy(ctx, &b, e)
	return b.Bytes(), compoundError(err)
}

// digest is what the signature says of the content. Where the package has a hash
// of its names, that must be right too.
func (m *installer) digest(ctx context.Context, hash crypto.Hash) ([]byte, error) {
	h := hash.New()
	if m.names != nil {
		stored, err := m.small(ctx, m.names, 64)
		if err != nil {
			return nil, err
		}
		names := hash.New()
		m.writeNames(names, m.file.Root)
		if !bytes.Equal(stored, names.Sum(nil)) {
			return nil, fmt.Errorf("%w: names, sizes or times of streams", ErrTampered)
		}
		h.Write(stored)
	} else if e := first(m.file.Root, m.sig); e != nil && e.Size == int64(hash.Size()) {
		// The hash of the names comes before all streams. Under another name it
		// would be the first of them: the same digest, and no names covered.
		return nil, fmt.Errorf("%w: the first stream, %q, could be a hash of the names that was renamed", ErrMalformed, e.Name())
	}
	if err := m.writeContent(ctx, h, m.file.Root); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

// first is the stream that is hashed first.
func first(storage, except *compound.Entry) *compound.Entry {
	for _, e := range sorted(storage) {
		if e.IsStorage() {
			if e = first(e, except); e == nil {
				continue
			}
		}
		if e != except && e.Size > 0 {
			return e
		}
	}
	return nil
}

// writeContent writes all streams in order and, after those of a storage, its
// class.
func (m *installer) writeContent(ctx context.Context, w io.Writer, storage *compound.Entry) error {
	for _, e := range sorted(storage) {
		var err error
		switch {
		case e == m.sig || e == m.names:
		case e.IsStorage():
			err = m.writeContent(ctx, w, e)
		default:
			err = compoundError(m.file.Copy(ctx, w, e))
		}
		if err != nil {
			return err
		}
	}
	_, err := w.Write(storage.ClassID[:])
	return err
}

// writeNames writes what the hash of the names is over.
func (m *installer) writeNames(w io.Writer, e *compound.Entry) {
	top := e == m.file.Root
	if !top {
		_, _ = w.Write(e.RawName) // a hash cannot fail
	}
	if e.IsStorage() {
		_, _ = w.Write(e.ClassID[:])
	} else {
		_, _ = w.Write(binary.LittleEndian.AppendUint32(nil, uint32(e.Size)))
	}
	_, _ = w.Write(e.State[:])
	if !top {
		_, _ = w.Write(e.Times[:])
	}
	if !e.IsStorage() {
		return
	}
	for _, child := range sorted(e) {
		if child != m.sig && child != m.names {
			m.writeNames(w, child)
		}
	}
}

// content writes everything that signing must not change: the streams with
// their sizes and, other than a signature without a hash of names, what they
// are called.
func (m *installer) content(ctx context.Context, w io.Writer) error {
	m.writeNames(w, m.file.Root)
	return m.writeContent(ctx, w, m.file.Root)
}
