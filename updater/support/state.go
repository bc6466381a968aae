package support

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// Kind is a kind of file that is taken from a folder.
type Kind struct {
	Pattern string // as [path.Match] knows them, from the folder, with slashes
	Newest  int    // how many, the names that sort last first; 0: all
}

// State is what is taken of koshin's state folder: what it noted, and nothing
// that it keeps for somebody else.
func State() []Kind {
	return []Kind{
		{Pattern: "scheduled.json"},
		{Pattern: "busy.json"},
		{Pattern: "self.json"},
		{Pattern: "lately/*.json"},
		{Pattern: "seen/seen.json"},
		{Pattern: "products/*/held.json"},
		{Pattern: "products/*/installed.json"},
		{Pattern: "products/*/journal"},
		{Pattern: "products/*/previous.json"},
		{Pattern: "products/*/restart.json"},
		{Pattern: "products/*/staged.json"},
		{Pattern: "products/*/unconfirmed.json"},
		{Pattern: "log/koshin.log"},
		{Pattern: "audit/head"},
		{Pattern: "audit/trail.jsonl"},
		{Pattern: "run/*.json", Newest: 10},
		{Pattern: "run/*.jsonl", Newest: 10},
		{Pattern: "log/koshin.[0-9].log"},
	}
}

// maxEntries is how many entries of one folder are looked at: somebody may have
// filled it.
const maxEntries = 5000

// Folder adds what these kinds name of a folder, under the name as. Whatever else
// stands at its top is listed as kept back.
func (b *Bundle) Folder(dir, as string, kinds []Kind) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		b.Leave(as, reasonOf(err))
		return
	}
	defer root.Close()
	known := map[string]bool{}
	for _, k := range kinds {
		first, _, _ := strings.Cut(k.Pattern, "/")
		known[first] = true
		b.kind(root, as, k)
	}
	for _, name := range names(root, ".") {
		if !known[name] {
			b.Leave(as+"/"+name, KeptBack)
		}
	}
}

func (b *Bundle) kind(root *os.Root, as string, k Kind) {
	found := find(root, ".", strings.Split(k.Pattern, "/"))
	slices.Sort(found)
	slices.Reverse(found)
	for i, name := range found {
		if k.Newest > 0 && i >= k.Newest {
			b.Leave(as+"/"+k.Pattern, Older)
			return
		}
		b.file(root, name, as+"/"+name)
	}
}

// find is what matches a pattern, one part of it after the other. A folder that
// cannot be read has nothing that matches, and says so where it is listed.
func find(root *os.Root, dir string, pattern []string) []string {
	var found []string
	for _, name := range names(root, dir) {
		if ok, err := path.Match(pattern[0], name); !ok || err != nil {
			continue
		}
		full := path.Join(dir, name)
		if len(pattern) == 1 {
			found = append(found, full)
		} else if info, err := root.Lstat(full); err == nil && info.IsDir() {
			found = append(found, find(root, full, pattern[1:])...)
		}
	}
	return found
}

func names(root *os.Root, dir string) []string {
	f, err := root.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	all, _ := f.Readdirnames(maxEntries) // those that were read are those that can be
	slices.Sort(all)
	return all
}

// Listing is a text with the name, size and time of everything below a folder,
// whose name is as, which says more about a damaged one than its files do.
func Listing(dir, as string) string {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return string(reasonOf(err)) + "\n"
	}
	defer root.Close()
	var out strings.Builder
	count := 0
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if count++; count > maxEntries {
			return fs.SkipAll
		}
		if err != nil {
			fmt.Fprintf(&out, "%s/%s  %s\n", as, name, reasonOf(err))
			return nil //nolint:nilerr // the rest is listed
		}
		info, err := d.Info()
		if err != nil {
			fmt.Fprintf(&out, "%s/%s  %s\n", as, name, reasonOf(err))
			return nil //nolint:nilerr // the rest is listed
		}
		fmt.Fprintf(&out, "%s  %d  %s  %s/%s\n", info.Mode(), info.Size(), info.ModTime().UTC().Format("2006-01-02T15:04:05Z"), as, name)
		return nil
	})
	if err != nil || count > maxEntries {
		fmt.Fprintln(&out, "…", err)
	}
	return out.String()
}

func reasonOf(err error) Reason {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Missing
	case strings.Contains(err.Error(), "escapes from parent"): // [os.Root] has no name for it
		return Outside
	}
	return Unreadable
}
