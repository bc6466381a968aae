package readiness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// limits are what is read of a folder.
type limits struct {
	entries   int // names that are looked at
	documents int // files that are opened
	bytes     int // of all documents together
	leftOut   int // files that are named, of those that were left out
}

// usual are those of every folder. The largest federations have a few thousand
// PCs; a document has about 1.5 KiB.
func usual() limits {
	return limits{entries: 100_000, documents: 20_000, bytes: 32 << 20, leftOut: 100}
}

// atOnce is how many files are read side by side: a share answers each after its
// own time.
const atOnce = 16

// ErrFolder: the folder itself cannot be opened or listed.
var ErrFolder = errors.New("folder of reports cannot be read")

// nameShape is that of the files that [Put] makes. Others are none of ours, and
// only counted: their names, too, can be anybody's text.
var nameShape = regexp.MustCompile(`^[0-9A-Z_-]{1,40}-[A-Z2-7]{26}\.json$`)

// Options are for [Read].
type Options struct {
	Now    time.Time
	Stale  time.Duration // older than this is said to be forgotten
	Within time.Duration // the folder must answer in this time
}

// LeftOut is a file that bears a document's name and is none that counts.
type LeftOut struct {
	File string
	Err  error // one of this package's
}

// Read looks at every document in a folder. Files that are not as koshin writes
// them are left out and named, whatever they are; an error is about the folder
// itself, or [ErrAway].
func Read(ctx context.Context, folder string, o Options) (Overview, error) {
	var all Overview
	read := make(chan Overview, 1)
	err := inTime(ctx, o.Within, func() error {
		one, err := usual().readAll(ctx, folder, o)
		read <- one
		return err
	})
	if err != nil { // what hangs may still be at work
		return all, err
	}
	return <-read, nil
}

func (l limits) readAll(ctx context.Context, folder string, o Options) (Overview, error) {
	all := Overview{Folder: folder, Made: o.Now, Stale: o.Stale}
	entries, err := all.list(folder, l)
	if err != nil {
		return all, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return all, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	defer root.Close() //nolint:errcheck // holds only a folder's handle
	left := l.bytes
	for some := range slices.Chunk(entries, atOnce) {
		if err := ctx.Err(); err != nil {
			return all, err
		}
		for _, f := range readSome(root, some) {
			switch left -= f.size; {
			case left < 0:
				all.Cut = true
			case f.err != nil:
				all.leaveOut(f.name, f.err, l)
			default:
				all.PCs = append(all.PCs, newPC(f.document, f.came, f.name, o))
			}
		}
	}
	all.compare()
	all.sort()
	return all, nil
}

// list names the files that could be documents, in order; all others are counted.
func (all *Overview) list(folder string, l limits) ([]fs.DirEntry, error) {
	dir, err := os.Open(folder)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	defer dir.Close() //nolint:errcheck // opened for reading
	var found []fs.DirEntry
	for seen := 0; seen < l.entries; {
		some, err := dir.ReadDir(min(1000, l.entries))
		for _, e := range some {
			switch {
			case !nameShape.MatchString(e.Name()):
				all.Others++
			case len(found) == l.documents:
				all.Cut = true
			default:
				found = append(found, e)
			}
		}
		seen += len(some)
		all.Cut = all.Cut || seen >= l.entries
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFolder, err)
		}
	}
	slices.SortFunc(found, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return found, nil
}

// file is what reading one gave.
type file struct {
	name     string
	document Document
	came     time.Time
	size     int
	err      error
}

func readSome(root *os.Root, entries []fs.DirEntry) []file {
	files := make([]file, len(entries))
	var reading sync.WaitGroup
	for i, e := range entries {
		reading.Go(func() { files[i] = readOne(root, e) })
	}
	reading.Wait()
	return files
}

// readOne follows no link, out of the folder or within it, and opens nothing
// that could keep it waiting, such as a pipe.
func readOne(root *os.Root, e fs.DirEntry) file {
	f := file{name: e.Name()}
	if !e.Type().IsRegular() {
		f.err = ErrNotFile
		return f
	}
	var data []byte
	data, f.came, f.err = load(root, e.Name())
	f.size = len(data)
	if f.err == nil {
		f.document, f.err = parse(data)
	}
	if f.err == nil && Name(f.document.Computer, f.document.Installation) != f.name {
		f.err = ErrName
	}
	return f
}

func load(root *os.Root, name string) ([]byte, time.Time, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	defer f.Close() //nolint:errcheck // opened for reading
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, time.Time{}, fmt.Errorf("%w: %w", ErrUnreadable, err)
	case !info.Mode().IsRegular():
		return nil, time.Time{}, ErrNotFile
	}
	data, err := io.ReadAll(io.LimitReader(f, maxDocument+1))
	if err != nil {
		return data, time.Time{}, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return data, info.ModTime(), nil
}

func (all *Overview) leaveOut(name string, err error, l limits) {
	all.LeftOutCount++
	if len(all.LeftOut) < l.leftOut {
		all.LeftOut = append(all.LeftOut, LeftOut{filepath.Base(name), err})
	}
}
