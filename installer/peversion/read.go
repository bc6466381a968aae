package peversion

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

var (
	// ErrFormat is a file that is no Windows executable, or a broken one.
	ErrFormat = errors.New("not a windows executable")
	// ErrNoResource is an executable that states no version.
	ErrNoResource = errors.New("executable without a version resource")
)

// Limits of what is read.
const (
	maxSections = 96       // Windows loads no image with more
	maxEntries  = 4096     // of one resource directory; real ones have some dozen
	maxResource = 64 << 10 // the length of a version resource is a 16-bit number
)

// versionType is the id of version resources.
const versionType = 16

// image is an executable as far as it is needed to find a resource.
type image struct {
	r        io.ReaderAt
	sections []section
}

// section says where a part of the memory image lies in the file.
type section struct{ address, size, offset uint32 }

// Read finds what an executable states about its version. Errors are
// [ErrFormat], [ErrNoResource], or those of the file.
func Read(r io.ReaderAt) (Versions, error) {
	img, directory, err := open(r)
	if err != nil {
		return Versions{}, err
	}
	data, err := img.versionResource(directory)
	if err != nil {
		return Versions{}, err
	}
	return parse(data)
}

// open reads the headers and says at which address the resources begin.
func open(r io.ReaderAt) (*image, uint32, error) {
	img := &image{r: r}
	dos, err := img.at(0, 64)
	if err != nil {
		return nil, 0, err
	}
	if string(dos[:2]) != "MZ" {
		return nil, 0, ErrFormat
	}
	start := int64(le32(dos[60:]))
	pe, err := img.at(start, 24)
	if err != nil {
		return nil, 0, err
	}
	if string(pe[:4]) != "PE\x00\x00" {
		return nil, 0, ErrFormat
	}
	count, optional := int64(le16(pe[6:])), int64(le16(pe[20:]))
	if count > maxSections {
		return nil, 0, fmt.Errorf("%w: %d sections", ErrFormat, count)
	}
	header, err := img.at(start+24, optional)
	if err != nil {
		return nil, 0, err
	}
	directory, err := resourceDirectory(header)
	if err != nil {
		return nil, 0, err
	}
	table, err := img.at(start+24+optional, 40*count)
	if err != nil {
		return nil, 0, err
	}
	for ; len(table) > 0; table = table[40:] {
		img.sections = append(img.sections, section{le32(table[12:]), le32(table[16:]), le32(table[20:])})
	}
	return img, directory, nil
}

// resourceDirectory is the address of the resources, by the optional header.
func resourceDirectory(header []byte) (uint32, error) {
	if len(header) < 2 {
		return 0, fmt.Errorf("%w: no optional header", ErrFormat)
	}
	var directories int // where the table of data directories begins
	switch le16(header) {
	case 0x10b:
		directories = 96
	case 0x20b:
		directories = 112
	default:
		return 0, fmt.Errorf("%w: optional header %#x", ErrFormat, le16(header))
	}
	const resources = 2
	at := directories + 8*resources
	if len(header) < at+8 || le32(header[directories-4:]) <= resources || le32(header[at:]) == 0 {
		return 0, ErrNoResource
	}
	return le32(header[at:]), nil
}

// versionResource is the bytes of the first version resource.
func (img *image) versionResource(root uint32) ([]byte, error) {
	types, err := img.directory(root, 0)
	if err != nil {
		return nil, err
	}
	next, found := uint32(0), false
	for ; len(types) > 0 && !found; types = types[8:] {
		next, found = le32(types[4:]), le32(types) == versionType
	}
	if !found {
		return nil, ErrNoResource
	}
	const deeper = 1 << 31 // set where a name or a language has a directory of its own
	for level := range 2 { // names, then languages: the first of each
		if next&deeper == 0 { // already the data
			break
		}
		entries, err := img.directory(root, next&^deeper)
		if err != nil {
			return nil, err
		}
		if len(entries) == 0 {
			return nil, fmt.Errorf("%w: level %d is empty", ErrNoResource, level)
		}
		next = le32(entries[4:])
	}
	entry, err := img.memory(root, next, 8)
	if err != nil {
		return nil, err
	}
	size := le32(entry[4:])
	if size > maxResource {
		return nil, fmt.Errorf("%w: version resource of %d bytes", ErrFormat, size)
	}
	return img.memory(le32(entry), 0, int64(size))
}

// directory is the entries of one resource directory, eight bytes each.
func (img *image) directory(root, offset uint32) ([]byte, error) {
	head, err := img.memory(root, offset, 16)
	if err != nil {
		return nil, err
	}
	count := int64(le16(head[12:])) + int64(le16(head[14:])) // with names, with ids
	if count > maxEntries {
		return nil, fmt.Errorf("%w: %d resources", ErrFormat, count)
	}
	return img.memory(root, offset+16, 8*count)
}

// memory is what the loaded image would have at this address.
func (img *image) memory(address, offset uint32, size int64) ([]byte, error) {
	from := int64(address) + int64(offset)
	for _, s := range img.sections {
		if from >= int64(s.address) && from+size <= int64(s.address)+int64(s.size) {
			return img.at(int64(s.offset)+from-int64(s.address), size)
		}
	}
	return nil, fmt.Errorf("%w: no section at %#x", ErrFormat, from)
}

// at reads a few bytes of the file; all callers bound size.
func (img *image) at(offset, size int64) ([]byte, error) {
	data := make([]byte, size)
	n, err := img.r.ReadAt(data, offset)
	if n == len(data) {
		return data, nil
	}
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: ends before %#x", ErrFormat, offset+size)
	}
	return nil, err
}

func le16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
