package github

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	api "github.com/google/go-github/v60/github"

	"github.com/koshin-updater/koshin/release"
)

const (
	modeFile   = "100644"
	modeFolder = "040000"
)

// sameTree computes the name that git must give to the branch's folder with
// the new files in it: all that was there, and these, byte for byte. GitHub
// having made another one would be a commit that nobody meant.
func (g *Repository) sameTree(ctx context.Context, h head, files []release.File, made string) error {
	names := map[string]string{}
	for _, f := range files {
		names[f.Path] = blobName(f.Data)
	}
	want, err := g.treeWith(ctx, h.tree, names)
	if err == nil && want != made {
		err = fmt.Errorf("GitHub made the tree %s, and %s was meant", clean(made), want)
	}
	return err
}

// treeWith is the name of a folder with these files set in it.
func (g *Repository) treeWith(ctx context.Context, sha string, files map[string]string) (string, error) {
	have, err := g.tree(ctx, sha)
	if err != nil {
		return "", err
	}
	next := maps.Clone(have)
	if next == nil {
		next = tree{}
	}
	below := map[string]map[string]string{}
	for path, blob := range files {
		name, rest, deeper := strings.Cut(path, "/")
		if !deeper {
			next[name] = entry{Path: name, Mode: modeFile, SHA: blob}
			continue
		}
		if below[name] == nil {
			below[name] = map[string]string{}
		}
		below[name][rest] = blob
	}
	for name, inside := range below {
		old := ""
		if e := have[name]; e.Type == "tree" {
			old = e.SHA
		}
		folder, err := g.treeWith(ctx, old, inside)
		if err != nil {
			return "", err
		}
		next[name] = entry{Path: name, Mode: modeFolder, SHA: folder}
	}
	return treeName(next), nil
}

// treeName is the name that git gives to a folder: modes without leading
// zeros, and folders sorted as if their names ended in a slash.
func treeName(t tree) string {
	entries := slices.SortedFunc(maps.Values(t), func(a, b entry) int { return cmp.Compare(a.sortName(), b.sortName()) })
	var data []byte
	for _, e := range entries {
		data = append(data, strings.TrimLeft(e.Mode, "0")+" "+e.Path+"\x00"...)
		sum, _ := hex.DecodeString(e.SHA)
		data = append(data, sum...)
	}
	return objectName("tree", data)
}

func (e entry) sortName() string {
	if e.Mode == modeFolder {
		return e.Path + "/"
	}
	return e.Path
}

// isInvalid is GitHub's "Validation Failed" and its kin.
func isInvalid(err error) bool {
	e, ok := errors.AsType[*api.ErrorResponse](err)
	return ok && e.Response.StatusCode == http.StatusUnprocessableEntity
}
