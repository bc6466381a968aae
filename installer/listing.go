package installer

import (
	"slices"
	"sort"
	"strings"

	"github.com/koshin-updater/koshin/manifest/pack"
)

// listing finds entries of an index by path, in the order that the index has
// anyway: a build may have 200,000 of them, and two or three are in memory at a
// time.
type listing struct {
	pack.Index
	found finder
}

func list(x pack.Index) *listing {
	l := &listing{Index: x}
	l.found = newFinder(len(x.Entries), func(n int) string { return l.Entries[n].Path })
	return l
}

func (l *listing) find(path string) (pack.Entry, bool) {
	n, ok := l.found.find(path)
	if !ok {
		return pack.Entry{}, false
	}
	return l.Entries[n], true
}

// below is the entries inside the folder at path, at any depth.
func (l *listing) below(path string) []pack.Entry {
	if path == "" {
		return l.Entries
	}
	n, ok := l.found.find(path)
	if !ok {
		return nil
	}
	return l.Entries[n+1 : l.found.end(n)]
}

// checklist is a mark for each entry, and the visitor for a walk that sets those
// of the entries that stand there, of their type and as is wants them.
func (l *listing) checklist(is func(node, pack.Entry) (bool, error)) (there []bool, visit func(node) error) {
	there = make([]bool, len(l.Entries))
	return there, func(n node) (err error) {
		if at, listed := l.found.find(n.path); listed && n.isType(l.Entries[at]) {
			there[at], err = is(n, l.Entries[at])
		}
		return err
	}
}

// hasSize is what a look at the folder alone can say of an entry.
func hasSize(n node, e pack.Entry) (bool, error) {
	return e.Type == pack.Dir || n.size == e.Size, nil
}

func inside(path, dir string) bool {
	return len(path) > len(dir) && path[len(dir)] == '/' && strings.HasPrefix(path, dir)
}

// finder finds by path what stands in the order of [pack.Compare].
type finder struct {
	count int
	path  func(n int) string
	keys  []int32 // positions in the order of the [key]; nil: no other order
	next  int     // after the last that was found: most ask for one after the other
}

func newFinder(count int, path func(n int) string) finder {
	f := finder{count: count, path: path}
	for n := 1; n < count; n++ {
		if pack.Compare(key(path(n-1)), key(path(n))) > 0 {
			f.sort()
			break
		}
	}
	return f
}

func (f *finder) sort() {
	f.keys = make([]int32, f.count)
	for n := range f.keys {
		f.keys[n] = int32(n)
	}
	slices.SortFunc(f.keys, func(a, b int32) int { return pack.Compare(key(f.path(int(a))), key(f.path(int(b)))) })
}

// find is the position of what has this path, as the system compares paths.
func (f *finder) find(path string) (int, bool) {
	n, found := f.next, f.next < f.count && f.path(f.next) == path
	if !found {
		wanted := key(path)
		n, found = sort.Find(f.count, func(n int) int { return pack.Compare(wanted, key(f.path(f.position(n)))) })
		if found {
			n = f.position(n)
		}
	}
	if found {
		f.next = n + 1
	}
	return n, found
}

func (f *finder) position(n int) int {
	if f.keys != nil {
		return int(f.keys[n])
	}
	return n
}

// end is the position after everything inside the folder at position n.
func (f *finder) end(n int) int {
	dir := f.path(n)
	for n++; n < f.count && inside(f.path(n), dir); n++ {
	}
	return n
}
