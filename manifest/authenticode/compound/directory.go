package compound

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"
)

// Kind is what an entry is.
type Kind byte

// The kinds of entry ([MS-CFB] 2.6.1).
const (
	Storage Kind = 1
	Stream  Kind = 2
	root    Kind = 5
)

const (
	entrySize  = 128     // bytes
	maxEntries = 4 << 13 // 4 MiB of them; installers have some hundred
	maxDepth   = 32      // of storages; installers have two
)

// Entry is a storage or a stream.
type Entry struct {
	Kind     Kind
	RawName  []byte // UTF-16, little endian, without the zero at the end
	ClassID  [16]byte
	State    [4]byte
	Times    [16]byte // created, modified: as they are stored
	Size     int64    // bytes of a stream
	Children []*Entry // of a storage, in no order that means anything

	start uint32
}

// Name is the name for people.
func (e *Entry) Name() string {
	units := make([]uint16, len(e.RawName)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(e.RawName[2*i:])
	}
	return string(utf16.Decode(units))
}

// IsStorage says whether the entry holds others.
func (e *Entry) IsStorage() bool { return e.Kind != Stream }

// rawEntry is an entry with the links of its tree.
type rawEntry struct {
	Entry
	left, right, child uint32
}

// readDirectory reads all entries and ties them into a tree.
func (f *File) readDirectory(start uint32, version uint16) error {
	sectors, err := f.chain(start, maxEntries*entrySize/f.sectorSize)
	if err != nil {
		return err
	}
	var all []rawEntry
	for _, n := range sectors {
		b, err := f.sector(n)
		if err != nil {
			return err
		}
		for ; len(b) > 0; b = b[entrySize:] {
			e, err := parseEntry(b[:entrySize], version)
			if err != nil {
				return err
			}
			all = append(all, e)
		}
	}
	if len(all) == 0 || all[0].Kind != root {
		return fmt.Errorf("%w: no root entry", ErrMalformed)
	}
	f.Root = &all[0].Entry
	t := tree{all, newBitmap(int64(len(all)))}
	t.seen.set(0)
	return t.fill(0, 0)
}

func parseEntry(b []byte, version uint16) (rawEntry, error) {
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	e := rawEntry{left: word(68), right: word(72), child: word(76)}
	e.Kind, e.start = Kind(b[66]), word(116)
	copy(e.ClassID[:], b[80:])
	copy(e.State[:], b[96:])
	copy(e.Times[:], b[100:])
	e.Size = int64(word(120))
	if version == 4 {
		if high := word(124); high>>30 != 0 {
			return e, fmt.Errorf("%w: a stream of %#x%08x bytes", ErrMalformed, high, word(120))
		}
		e.Size |= int64(word(124)) << 32
	}
	length := int(binary.LittleEndian.Uint16(b[64:]))
	if e.Kind != 0 {
		if length < 2 || length > 64 || length%2 != 0 {
			return e, fmt.Errorf("%w: a name of %d bytes", ErrMalformed, length)
		}
		e.RawName = append(e.RawName, b[:length-2]...)
	}
	return e, nil
}

// tree ties entries together. Each may be reached once: then there is no loop,
// and each has one folder.
type tree struct {
	all  []rawEntry
	seen bitmap
}

// fill finds the children of the storage at index, without recursion over its
// siblings, whose tree may be as deep as they are many.
func (t *tree) fill(index uint32, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%w: storages more than %d deep", ErrMalformed, maxDepth)
	}
	parent := &t.all[index]
	open := []uint32{parent.child}
	for len(open) > 0 {
		n := open[len(open)-1]
		open = open[:len(open)-1]
		if n == noEntry {
			continue
		}
		if int64(n) >= int64(len(t.all)) || !t.seen.set(n) {
			return fmt.Errorf("%w: entry %d is not there, or is in two places", ErrMalformed, n)
		}
		e := &t.all[n]
		switch e.Kind {
		case Stream:
			if e.child != noEntry {
				return fmt.Errorf("%w: stream %q has entries of its own", ErrMalformed, e.Name())
			}
		case Storage:
			if err := t.fill(n, depth+1); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%w: entry of kind %d", ErrMalformed, e.Kind)
		}
		parent.Children = append(parent.Children, &e.Entry)
		open = append(open, e.left, e.right)
	}
	return nil
}
