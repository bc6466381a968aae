package github

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/githubpath"
)

// tree is a folder in git: what is in it, by name.
type tree map[string]entry

// entry is a file or a folder. Its name in git is the hash of what it is.
type entry struct {
	Path string `json:"path"`
	Mode string `json:"mode"`
	Type string `json:"type"` // blob or tree
	SHA  string `json:"sha"`
	Size int64  `json:"size"`
}

// head is where the branch is.
type head struct{ commit, tree string } // both empty: there is no branch

// head asks where the branch is now.
func (g *Repository) head(ctx context.Context) (head, error) {
	if err := g.check(ctx); err != nil {
		return head{}, err
	}
	var ref struct {
		Ref    string `json:"ref"`
		Object struct {
			SHA string `json:"sha"`
		} `json:"object"`
	}
	answer, err := g.ask(ctx, http.MethodGet, g.path("/git/ref/heads/%s", g.place.Branch), nil, &ref)
	switch {
	case status(answer) == http.StatusNotFound:
		return head{}, nil
	case err != nil:
		return head{}, err
	}
	sha, err := g.treeOf(ctx, ref.Object.SHA)
	return head{ref.Object.SHA, sha}, err
}

// treeOf is the folder of a commit, which never changes.
func (g *Repository) treeOf(ctx context.Context, commit string) (string, error) {
	g.fetching.Lock()
	defer g.fetching.Unlock()
	if known := g.commits[commit]; known != "" {
		return known, nil
	}
	var found struct {
		Tree struct {
			SHA string `json:"sha"`
		} `json:"tree"`
	}
	if _, err := g.ask(ctx, http.MethodGet, g.path("/git/commits/%s", commit), nil, &found); err != nil {
		return "", err
	}
	g.commits[commit] = found.Tree.SHA
	return found.Tree.SHA, nil
}

// tree reads one folder. The list of a whole repository at once would be cut
// at 100,000 files or 7 MB, which a branch with years of snapshots reaches.
func (g *Repository) tree(ctx context.Context, sha string) (tree, error) {
	g.fetching.Lock()
	defer g.fetching.Unlock()
	known, ok := g.trees[sha]
	if ok || sha == "" {
		return known, nil
	}
	var list struct {
		Tree      []entry `json:"tree"`
		Truncated bool    `json:"truncated"`
	}
	if _, err := g.ask(ctx, http.MethodGet, g.path("/git/trees/%s", sha), nil, &list); err != nil {
		return nil, err
	}
	if list.Truncated {
		return nil, fmt.Errorf("%w: a folder of branch %s has more than 100,000 files", ErrLimit, g.place.Branch)
	}
	t := tree{}
	for _, e := range list.Tree {
		t[e.Path] = e
	}
	g.trees[sha] = t
	return t, nil
}

// find looks for a file in the branch as it was at h.
func (g *Repository) find(ctx context.Context, h head, path string) (entry, error) {
	e := entry{SHA: h.tree, Type: "tree"}
	for part := range strings.SplitSeq(path, "/") {
		folder, err := g.tree(ctx, e.SHA)
		if err != nil {
			return entry{}, err
		}
		next, ok := folder[part]
		if !ok || e.Type != "tree" {
			return entry{}, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
		}
		e = next
	}
	if e.Type != "blob" {
		return entry{}, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
	}
	return e, nil
}

// Size is the length of a file of the branch, or of a package whose upload is
// whole. A package counts before its release is published, which Commit does.
func (g *Repository) Size(ctx context.Context, path string) (int64, error) {
	asset, ok, err := githubpath.Split(path)
	if err != nil {
		return 0, err
	}
	if ok {
		return g.assetSize(ctx, path, asset)
	}
	h, err := g.head(ctx)
	if err != nil {
		return 0, err
	}
	e, err := g.find(ctx, h, path)
	return e.Size, err
}

// Read returns a file of the branch, through the API, which has no cache, and
// not from the address that operators' PCs read.
func (g *Repository) Read(ctx context.Context, path string, limit int64) ([]byte, error) {
	h, err := g.head(ctx)
	if err != nil {
		return nil, err
	}
	return g.readAt(ctx, h, path, limit)
}

func (g *Repository) readAt(ctx context.Context, h head, path string, limit int64) ([]byte, error) {
	e, err := g.find(ctx, h, path)
	if err != nil {
		return nil, err
	}
	if e.Size > limit {
		return nil, fmt.Errorf("%w: %s has %d bytes", manifest.ErrTooLarge, path, e.Size)
	}
	into := &bounded{limit: limit}
	if _, err := g.ask(ctx, http.MethodGet, g.path("/git/blobs/%s", e.SHA), nil, into, raw); err != nil {
		return nil, err
	}
	if blobName(into.data) != e.SHA {
		return nil, fmt.Errorf("%s: GitHub sent other bytes than git has", path)
	}
	return into.data, nil
}

// blobName is the name that git gives to a file with these bytes.
func blobName(data []byte) string { return objectName("blob", data) }

func objectName(kind string, data []byte) string {
	h := sha1.New()
	fmt.Fprintf(h, "%s %d\x00", kind, len(data))
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}
