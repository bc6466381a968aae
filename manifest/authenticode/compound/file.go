package compound

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ErrMalformed is a file that is not built as [MS-CFB] says: a chain that runs
// in a circle or out of the file, a sector with two owners, a tree with loops.
var ErrMalformed = errors.New("malformed compound file")

// ErrAppended is a file that goes on behind its last sector in use.
var ErrAppended = errors.New("bytes after the end of the compound file")

// Magic is how a compound file begins.
const Magic = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"

// Numbers of sectors that stand for something else ([MS-CFB] 2.1).
const (
	maxSector  = 0xFFFFFFFA
	difSector  = 0xFFFFFFFC
	fatSector  = 0xFFFFFFFD
	endOfChain = 0xFFFFFFFE
	free       = 0xFFFFFFFF
	noEntry    = 0xFFFFFFFF
)

const (
	headerSize = 512 // bytes; one sector of the large kind is kept for it
	inHeader   = 109 // sectors of the allocation table that the header names
	miniSize   = 64  // bytes of a small sector
	miniLimit  = 4096
)

// File is an open compound file.
type File struct {
	Root *Entry

	r          io.ReaderAt
	size       int64
	sectorSize int64
	sectors    uint32 // in the file, the header's place not counted
	fat        []uint32
	used       bitmap
	miniUsed   bitmap
	mini       []uint32 // sectors that hold the small ones
	miniFAT    []uint32 // sectors of the small ones' table

	cached uint32 // the sector in cache, plus one
	cache  []byte
}

// Open reads the directory and follows every chain once: [ErrMalformed], or
// [ErrAppended].
func Open(r io.ReaderAt, size int64) (*File, error) {
	f := &File{r: r, size: size}
	header := make([]byte, headerSize)
	if size < headerSize {
		return nil, fmt.Errorf("%w: %d bytes", ErrMalformed, size)
	}
	if _, err := r.ReadAt(header, 0); err != nil {
		return nil, err
	}
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(header[at:]) }
	version, shift := binary.LittleEndian.Uint16(header[26:]), binary.LittleEndian.Uint16(header[30:])
	switch {
	case string(header[:8]) != Magic:
		return nil, fmt.Errorf("%w: it begins with % x", ErrMalformed, header[:8])
	case version == 3 && shift == 9, version == 4 && shift == 12:
		f.sectorSize = 1 << shift
	default:
		return nil, fmt.Errorf("%w: version %d with sectors of 2^%d bytes", ErrMalformed, version, shift)
	}
	if binary.LittleEndian.Uint16(header[28:]) != 0xFFFE || binary.LittleEndian.Uint16(header[32:]) != 6 || word(56) != miniLimit {
		return nil, fmt.Errorf("%w: unusual header", ErrMalformed)
	}
	n := (size - 1) / f.sectorSize // the last sector may be cut off
	if n < 1 || n >= maxSector {
		return nil, fmt.Errorf("%w: %d bytes", ErrMalformed, size)
	}
	f.sectors, f.used, f.cache = uint32(n), newBitmap(n), make([]byte, f.sectorSize)
	if err := f.readFAT(header, word(44), word(68), word(72)); err != nil {
		return nil, err
	}
	if err := f.readDirectory(word(48), version); err != nil {
		return nil, err
	}
	if err := f.readMini(word(60)); err != nil {
		return nil, err
	}
	if err := f.account(f.Root); err != nil {
		return nil, err
	}
	if end := (f.used.last() + 2) * f.sectorSize; f.size > end {
		return nil, fmt.Errorf("%w: %d", ErrAppended, f.size-end)
	}
	return f, nil
}

// readFAT collects the sectors of the allocation table, which the header and a
// chain of further sectors name.
func (f *File) readFAT(header []byte, count, next, more uint32) error {
	// One sector of the table is enough for 128 sectors; twice that is odd, not wrong.
	if most := 2*int64(f.sectors)*4/f.sectorSize + inHeader; int64(count) > most || int64(more) > most {
		return fmt.Errorf("%w: an allocation table of %d sectors in a file of %d", ErrMalformed, count, f.sectors)
	}
	add := func(words []byte) error {
		for ; len(words) > 0 && uint32(len(f.fat)) < count; words = words[4:] {
			n := binary.LittleEndian.Uint32(words)
			if err := f.take(n); err != nil {
				return err
			}
			f.fat = append(f.fat, n)
		}
		return nil
	}
	if err := add(header[76 : 76+4*inHeader]); err != nil {
		return err
	}
	for ; more > 0; more-- {
		if err := f.take(next); err != nil {
			return err
		}
		b, err := f.sector(next)
		if err != nil {
			return err
		}
		next = binary.LittleEndian.Uint32(b[len(b)-4:])
		if err := add(b[:len(b)-4]); err != nil {
			return err
		}
	}
	if uint32(len(f.fat)) != count {
		return fmt.Errorf("%w: %d sectors of the allocation table, not %d", ErrMalformed, len(f.fat), count)
	}
	return nil
}

// take gives a sector its one owner.
func (f *File) take(n uint32) error {
	if n >= f.sectors {
		return fmt.Errorf("%w: sector %d of %d", ErrMalformed, n, f.sectors)
	}
	if !f.used.set(n) {
		return fmt.Errorf("%w: sector %d is used twice", ErrMalformed, n)
	}
	return nil
}

// sector reads a sector; what the file's end cuts off is zero. The bytes are
// valid until the next call.
func (f *File) sector(n uint32) ([]byte, error) {
	if f.cached == n+1 {
		return f.cache, nil
	}
	f.cached = 0
	m, err := f.r.ReadAt(f.cache, (int64(n)+1)*f.sectorSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	clear(f.cache[m:])
	f.cached = n + 1
	return f.cache, nil
}

// next is the sector after n in its chain.
func (f *File) next(n uint32) (uint32, error) {
	per := uint32(f.sectorSize / 4)
	if int(n/per) >= len(f.fat) {
		return 0, fmt.Errorf("%w: sector %d is in no table", ErrMalformed, n)
	}
	b, err := f.sector(f.fat[n/per])
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(b[n%per*4:]), nil
}

// chain takes and returns the sectors of a chain, at most limit.
func (f *File) chain(start uint32, limit int64) ([]uint32, error) {
	var all []uint32
	for n := start; n != endOfChain; {
		if int64(len(all)) >= limit {
			return nil, fmt.Errorf("%w: a chain of more than %d sectors", ErrMalformed, limit)
		}
		if err := f.take(n); err != nil {
			return nil, err
		}
		all = append(all, n)
		var err error
		if n, err = f.next(n); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// bitmap is a set of sectors.
type bitmap []uint64

func newBitmap(n int64) bitmap { return make(bitmap, (n+63)/64) }

// set is false when n was in the set already.
func (b bitmap) set(n uint32) bool {
	bit := uint64(1) << (n % 64)
	was := b[n/64]&bit != 0
	b[n/64] |= bit
	return !was
}

// last is the greatest sector in the set, or -1.
func (b bitmap) last() int64 {
	for i := len(b) - 1; i >= 0; i-- {
		for bit := 63; bit >= 0; bit-- {
			if b[i]&(1<<bit) != 0 {
				return int64(i)*64 + int64(bit)
			}
		}
	}
	return -1
}
