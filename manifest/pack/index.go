package pack

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/koshin-updater/koshin/manifest"
)

// Schema is the only schema of an index that this program reads and writes.
const Schema = "koshin/tree/1"

// Limits of an index.
const (
	// MaxEntries is the most entries of one tree. The largest client known has
	// under 20,000 files; ten times that makes an index of 22 MB in memory.
	MaxEntries = 200_000
	// MaxIndex is the longest index in bytes: MaxEntries of common length.
	MaxIndex = 64 << 20
	// maxLine is the longest line of an index: a path of which each byte is
	// escaped, and 200 bytes of the rest.
	maxLine = 6*maxPath + 200
)

// Type is what an entry is.
type Type uint8

// The types of entry.
const (
	File Type = iota + 1
	Dir
)

// Entry is one file or folder of a tree. There may be [MaxEntries] of them in
// memory, so it is small.
type Entry struct {
	Path   string          // with slashes, as [CheckPath] allows
	Size   int64           // files only: bytes
	SHA256 manifest.Digest // files only
	Type   Type
	Exec   bool // files only: may be executed
}

// Index lists a tree: each folder before what is inside it, in the order of
// [Compare].
type Index struct{ Entries []Entry }

// Size is the sum of all files in bytes.
func (x Index) Size() int64 {
	var total int64
	for _, e := range x.Entries {
		total += e.Size
	}
	return total
}

// Files is the number of entries that are files.
func (x Index) Files() (n int) {
	for _, e := range x.Entries {
		if e.Type == File {
			n++
		}
	}
	return n
}

// Sort puts the entries in the order that the index is written in.
func (x Index) Sort() {
	slices.SortFunc(x.Entries, func(a, b Entry) int { return Compare(a.Path, b.Path) })
}

// Encode writes the index. The same tree always gives the same bytes.
func (x Index) Encode(w io.Writer) error {
	buffered := bufio.NewWriter(w)
	_, _ = buffered.WriteString(firstLine) // Flush says what went wrong
	var line []byte
	for _, e := range x.Entries {
		var err error
		if line, err = appendLine(line[:0], e); err != nil {
			return fmt.Errorf("index entry %q: %w", e.Path, err)
		}
		_, _ = buffered.Write(line)
	}
	return buffered.Flush()
}

// Digest is the SHA-256 of what [Index.Encode] writes: the tree's identity.
func (x Index) Digest() (digest manifest.Digest, err error) {
	hash := sha256.New()
	if err = x.Encode(hash); err == nil {
		hash.Sum(digest[:0])
	}
	return digest, err
}

// ParseIndex reads an index to its end and refuses everything that
// [Index.Encode] would not have written: [ErrIndex], [ErrSchema], a
// [PathError], or [manifest.ErrTooLarge] beyond the limits.
func ParseIndex(r io.Reader) (Index, error) {
	limited := &io.LimitedReader{R: r, N: MaxIndex + 1}
	lines := bufio.NewScanner(limited)
	lines.Buffer(nil, maxLine)
	lines.Split(splitLines)
	if err := parseFirst(lines); errors.Is(err, ErrSchema) {
		return Index{}, err
	} else if err != nil {
		return Index{}, indexError(1, limited, err)
	}
	var x Index
	var rules order
	var parser lineParser
	for number := 2; ; number++ {
		e, err := parser.next(lines)
		if errors.Is(err, io.EOF) && limited.N > 0 {
			return x, nil
		}
		if err == nil {
			err = rules.accept(e)
		}
		if err != nil {
			return Index{}, indexError(number, limited, err)
		}
		if len(x.Entries) == MaxEntries {
			return Index{}, fmt.Errorf("package index: %w: %w: more than %d", ErrEntries, manifest.ErrTooLarge, MaxEntries)
		}
		x.Entries = append(x.Entries, e)
	}
}

func indexError(line int, limited *io.LimitedReader, err error) error {
	switch {
	case limited.N <= 0:
		return fmt.Errorf("package index: %w: %w: more than %d bytes", ErrEntries, manifest.ErrTooLarge, int64(MaxIndex))
	case errors.Is(err, ErrPath), errors.Is(err, ErrDamaged):
		return fmt.Errorf("package index, line %d: %w", line, err)
	}
	return fmt.Errorf("%w: line %d: %w", ErrIndex, line, err)
}
