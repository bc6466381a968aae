package pack

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/koshin-updater/koshin/manifest"
)

// Schema is the only schema of an index that this program reads and writes.
const Schema = "koshin/tree/1"

// Limits of an index.
const (
	// MaxEntries is the most entries of one tree. The largest client known has
	// under 20,000 files; ten times that still fits in 64 MiB of memory.
	MaxEntries = 200_000
	// MaxIndex is the longest index in bytes: MaxEntries of common length.
	MaxIndex = 64 << 20
	// maxLine is the longest line of an index: a path of which each byte is
	// escaped, and 200 bytes of the rest.
	maxLine = 6*maxPath + 200
)

// Type is what an entry is.
type Type string

// The types of entry.
const (
	File Type = "file"
	Dir  Type = "dir"
)

// Entry is one file or folder of a tree.
type Entry struct {
	Path   string          `json:"path"` // with slashes, as [CheckPath] allows
	Type   Type            `json:"type"`
	Exec   bool            `json:"exec,omitzero"`   // files only: may be executed
	Size   int64           `json:"size,omitzero"`   // files only: bytes
	SHA256 manifest.Digest `json:"sha256,omitzero"` // files only
}

// Index lists a tree: each folder before what is inside it, in the order of
// [Compare].
type Index struct{ Entries []Entry }

type header struct {
	Schema string `json:"schema"`
}

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
	if err := writeLine(buffered, header{Schema}); err != nil {
		return err
	}
	for _, e := range x.Entries {
		if err := writeLine(buffered, e); err != nil {
			return fmt.Errorf("index entry %q: %w", e.Path, err)
		}
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

func writeLine(w io.Writer, value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

// ParseIndex reads an index and refuses everything that [Index.Encode] would
// not have written: [ErrIndex], [ErrSchema], a [PathError], or
// [manifest.ErrTooLarge] beyond the limits.
func ParseIndex(r io.Reader) (Index, error) {
	limited := &io.LimitedReader{R: r, N: MaxIndex + 1}
	lines := bufio.NewScanner(limited)
	lines.Buffer(nil, maxLine)
	lines.Split(splitLines)
	var head header
	err := nextLine(lines, &head)
	if head.Schema != Schema && (err == nil || head.Schema != "") { // whatever else a newer one says
		return Index{}, fmt.Errorf("%w: %q", ErrSchema, head.Schema)
	}
	if err != nil {
		return Index{}, indexError(1, limited, err)
	}
	var x Index
	var rules order
	for number := 2; ; number++ {
		var e Entry
		err := nextLine(lines, &e)
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
			return Index{}, fmt.Errorf("package index: %w: more than %d entries", manifest.ErrTooLarge, MaxEntries)
		}
		x.Entries = append(x.Entries, e)
	}
}

// splitLines yields whole lines with their end, so that a missing last end is
// noticed.
func splitLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i+1], nil
	}
	if atEOF && len(data) > 0 {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return 0, nil, nil
}

// nextLine reads a line into value and compares it with what value would be
// written as, which refuses everything that is not canonical.
func nextLine[T any](lines *bufio.Scanner, value *T) error {
	if !lines.Scan() {
		if err := lines.Err(); err != nil {
			return err
		}
		return io.EOF
	}
	line := lines.Bytes()
	if err := json.Unmarshal(line, value); err != nil {
		return err
	}
	var again bytes.Buffer
	if err := writeLine(&again, *value); err != nil || !bytes.Equal(again.Bytes(), line) {
		return errors.New("not in the canonical form")
	}
	return nil
}

func indexError(line int, limited *io.LimitedReader, err error) error {
	switch {
	case limited.N <= 0:
		return fmt.Errorf("package index: %w: more than %d bytes", manifest.ErrTooLarge, int64(MaxIndex))
	case errors.Is(err, ErrPath), errors.Is(err, ErrDamaged):
		return fmt.Errorf("package index, line %d: %w", line, err)
	}
	return fmt.Errorf("%w: line %d: %w", ErrIndex, line, err)
}

// order checks each entry against those before it. It remembers only the
// folders that are open, so it needs little memory for any tree.
type order struct {
	last string
	open []openDir
}

// openDir is a folder whose inside is being listed; seen are the names inside.
type openDir struct {
	path string
	seen map[string]struct{}
}

func (o *order) accept(e Entry) error {
	if err := e.check(); err != nil {
		return err
	}
	if o.last != "" && Compare(o.last, e.Path) >= 0 {
		return fmt.Errorf("%q does not come after %q", e.Path, o.last)
	}
	o.last = e.Path
	return o.enter(e)
}

// enter finds the folder that holds e among the open ones and closes those
// inside which nothing more can come.
func (o *order) enter(e Entry) error {
	if o.open == nil {
		o.open = []openDir{{path: "", seen: map[string]struct{}{}}}
	}
	parent, name := path.Split(e.Path)
	parent = strings.TrimSuffix(parent, "/")
	for len(o.open) > 1 && o.open[len(o.open)-1].path != parent {
		o.open = o.open[:len(o.open)-1]
	}
	dir := o.open[len(o.open)-1]
	if dir.path != parent {
		return &PathError{Path: e.Path, Reason: ErrPathParents}
	}
	folded := Fold(name)
	if _, twice := dir.seen[folded]; twice {
		return &PathError{Path: e.Path, Reason: ErrPathClash}
	}
	dir.seen[folded] = struct{}{}
	if e.Type == Dir {
		o.open = append(o.open, openDir{path: e.Path, seen: map[string]struct{}{}})
	}
	return nil
}

func (e Entry) check() error {
	if err := CheckPath(e.Path); err != nil {
		return err
	}
	switch {
	case e.Type != File && e.Type != Dir:
		return fmt.Errorf("%q is of type %q", e.Path, e.Type)
	case e.Type == Dir && e != Entry{Path: e.Path, Type: Dir}:
		return fmt.Errorf("folder %q has what only files have", e.Path)
	case e.Type == File && (e.Size < 0 || e.Size > manifest.MaxPackageSize || e.SHA256.IsZero()):
		return fmt.Errorf("file %q has no valid size and hash", e.Path)
	}
	return nil
}
