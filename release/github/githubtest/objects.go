package githubtest

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// objects is a git object store: real objects under their real names, which
// TestGitReadsIt hands to git itself.
type objects map[string]object

type object struct {
	kind string // blob, tree or commit
	data []byte
}

type treeEntry struct {
	Path string `json:"path"`
	Mode string `json:"mode"`
	Type string `json:"type"`
	Size *int64 `json:"size,omitempty"` // of blobs
	SHA  string `json:"sha"`
}

// add stores an object and returns its name.
func (o objects) add(kind string, data []byte) string {
	h := sha1.New()
	fmt.Fprintf(h, "%s %d\x00", kind, len(data))
	h.Write(data)
	sha := hex.EncodeToString(h.Sum(nil))
	o[sha] = object{kind, data}
	return sha
}

// entries reads a tree; "" is the empty one.
func (o objects) entries(tree string) []treeEntry {
	var all []treeEntry
	for data := o[tree].data; len(data) > 0; {
		head, rest, _ := bytes.Cut(data, []byte{0})
		mode, path, _ := strings.Cut(string(head), " ")
		e := treeEntry{Path: path, Mode: mode, SHA: hex.EncodeToString(rest[:sha1.Size])}
		e.Type = o[e.SHA].kind
		if e.Type == "blob" {
			size := int64(len(o[e.SHA].data))
			e.Size = &size
		}
		if e.Mode == "40000" {
			e.Mode = "040000" // as the API has it
		}
		all = append(all, e)
		data = rest[sha1.Size:]
	}
	return all
}

// tree stores a tree of these entries.
func (o objects) tree(entries []treeEntry) string {
	slices.SortFunc(entries, func(a, b treeEntry) int { return cmp.Compare(sortName(a), sortName(b)) })
	var data []byte
	for _, e := range entries {
		data = append(data, strings.TrimLeft(e.Mode, "0")+" "+e.Path+"\x00"...)
		sha, _ := hex.DecodeString(e.SHA)
		data = append(data, sha...)
	}
	return o.add("tree", data)
}

// sortName: git sorts a folder as if its name ended in a slash.
func sortName(e treeEntry) string {
	if strings.TrimLeft(e.Mode, "0") == "40000" {
		return e.Path + "/"
	}
	return e.Path
}

// put returns the tree with one entry set at a path, or removed when its SHA
// is empty.
func (o objects) put(tree string, path []string, e treeEntry) (string, error) {
	entries := o.entries(tree)
	i := slices.IndexFunc(entries, func(have treeEntry) bool { return have.Path == path[0] })
	if len(path) > 1 {
		below := ""
		if i >= 0 && entries[i].Type == "tree" {
			below = entries[i].SHA
		}
		sha, err := o.put(below, path[1:], e)
		if err != nil {
			return "", err
		}
		e = treeEntry{Mode: "040000", SHA: sha}
	}
	switch {
	case e.SHA == "" && i < 0:
		return "", fmt.Errorf("%s is not there", path[0])
	case i >= 0:
		entries = slices.Delete(entries, i, i+1)
	}
	if e.SHA != "" {
		e.Path = path[0]
		entries = append(entries, e)
	}
	return o.tree(entries), nil
}

// find looks for a file or a folder under a tree.
func (o objects) find(tree, path string) (treeEntry, bool) {
	e := treeEntry{SHA: tree, Type: "tree"}
	for part := range strings.SplitSeq(path, "/") {
		entries := o.entries(e.SHA)
		i := slices.IndexFunc(entries, func(have treeEntry) bool { return have.Path == part })
		if i < 0 || e.Type != "tree" {
			return treeEntry{}, false
		}
		e = entries[i]
	}
	return e, true
}

func (o objects) commit(tree string, parents []string, message string, at time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "tree %s\n", tree)
	for _, parent := range parents {
		fmt.Fprintf(&b, "parent %s\n", parent)
	}
	const who = "Publisher <publisher@users.noreply.github.com>"
	fmt.Fprintf(&b, "author %s %d +0000\ncommitter %s %d +0000\n\n%s", who, at.Unix(), who, at.Unix(), message)
	return o.add("commit", []byte(b.String()))
}

// header reads the lines of a commit that begin with a word.
func (o objects) header(commit, word string) []string {
	var values []string
	head, _, _ := strings.Cut(string(o[commit].data), "\n\n")
	for line := range strings.SplitSeq(head, "\n") {
		if value, ok := strings.CutPrefix(line, word+" "); ok {
			values = append(values, value)
		}
	}
	return values
}

func (o objects) treeOf(commit string) string {
	if trees := o.header(commit, "tree"); len(trees) == 1 {
		return trees[0]
	}
	return ""
}

// descends says whether a commit is the other or comes after it.
func (o objects) descends(commit, from string) bool {
	if commit == from {
		return true
	}
	for _, parent := range o.header(commit, "parent") {
		if o.descends(parent, from) {
			return true
		}
	}
	return false
}

// write lays the objects and the branches out as git keeps them, so that git
// itself can be asked about them.
func (p *repo) write(dir string) error {
	for sha, object := range p.objects {
		var packed bytes.Buffer
		z := zlib.NewWriter(&packed)
		fmt.Fprintf(z, "%s %d\x00", object.kind, len(object.data))
		_, _ = z.Write(object.data)
		if err := z.Close(); err != nil {
			return err
		}
		if err := place(filepath.Join(dir, "objects", sha[:2], sha[2:]), packed.Bytes()); err != nil {
			return err
		}
	}
	for name, sha := range p.refs {
		if err := place(filepath.Join(dir, filepath.FromSlash(name)), []byte(sha+"\n")); err != nil {
			return err
		}
	}
	return nil
}

func place(file string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

// WriteGit writes a repository into a bare one that git init has made.
func (g *GitHub) WriteGit(fullName, dir string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.repos[strings.ToLower(fullName)].write(dir)
}
