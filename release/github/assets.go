package github

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/koshin-updater/koshin/manifest/githubpath"
	"github.com/koshin-updater/koshin/release"
)

// build is a release on GitHub; "release" is koshin's own package.
type build struct {
	ID         int64   `json:"id"`
	Tag        string  `json:"tag_name"`
	Name       string  `json:"name"`
	Body       string  `json:"body"`
	Draft      bool    `json:"draft"`
	Prerelease bool    `json:"prerelease"`
	UploadURL  string  `json:"upload_url"`
	Assets     []asset `json:"assets"` // those that are whole
}

// asset is a file of a release. go-github v60 does not know the digest yet.
type asset struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	State  string `json:"state"`
	Size   int64  `json:"size"`
	Digest string `json:"digest"` // "sha256:…"; older Enterprise hosts say nothing
}

// whole is the state of an asset that has arrived; every other one is half an
// upload.
const whole = "uploaded"

func (b *build) asset(name string) (asset, bool) {
	for _, a := range b.Assets {
		if a.Name == name && a.State == whole {
			return a, true
		}
	}
	return asset{}, false
}

// intact says whether GitHub holds the bytes that the name promises. The
// length is for the caller to compare.
func (a asset) intact() bool {
	sum, _, _ := strings.Cut(a.Name, ".")
	return a.Digest == "" || a.Digest == "sha256:"+sum
}

// assetSize is the length of a package on GitHub.
func (g *Repository) assetSize(ctx context.Context, path string, at githubpath.Asset) (int64, error) {
	b, err := g.build(ctx, at.Tag)
	if err != nil {
		return 0, err
	}
	if b != nil {
		if a, ok := b.asset(at.Name); ok && a.intact() {
			return a.Size, nil
		} else if ok {
			return 0, fmt.Errorf("%w: %s has %s there", release.ErrDestinationDamaged, path, a.Digest)
		}
	}
	return 0, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
}

// build finds a release by its tag; nil, there is none. Drafts are found in
// the list only.
func (g *Repository) build(ctx context.Context, tag string) (*build, error) {
	if err := g.check(ctx); err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.releases == nil {
		all, err := g.list(ctx)
		if err != nil {
			return nil, err
		}
		g.releases = all
	}
	return g.releases[tag], nil
}

// forget makes the next question go to GitHub: somebody changed something.
func (g *Repository) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.releases = nil
}

// list reads all releases. A tag may have several drafts, when two publishers
// began at once or an answer was lost: the published one counts, else the
// oldest.
func (g *Repository) list(ctx context.Context) (map[string]*build, error) {
	found := map[string]*build{}
	for page := 1; page != 0; {
		var some []*build
		answer, err := g.ask(ctx, http.MethodGet, g.path("/releases?per_page=%d&page=%d", perPage, page), nil, &some)
		if err != nil {
			return nil, err
		}
		for _, b := range some {
			if have := found[b.Tag]; have == nil || have.Draft && (!b.Draft || b.ID < have.ID) {
				found[b.Tag] = b
			}
		}
		page = answer.NextPage
	}
	return found, nil
}

// ensure finds or makes the release of a tag, and knows all its assets, also
// those that are half there.
func (g *Repository) ensure(ctx context.Context, tag string) (*build, error) {
	one := g.makingOf(tag)
	one.Lock()
	defer one.Unlock()
	b, err := g.build(ctx, tag)
	if err != nil || b != nil {
		return b, err
	}
	var made build
	draft := map[string]any{"tag_name": tag, "name": tag, "draft": true}
	if _, err := g.ask(ctx, http.MethodPost, g.path("/releases"), draft, &made); err != nil {
		g.forget()
		return nil, fmt.Errorf("make a draft release %s: %w", tag, err)
	}
	b, err = g.lookAgain(ctx, tag)
	switch {
	case err != nil:
		return nil, err
	case b == nil: // the list is a moment behind
		g.know(&made)
		return &made, nil
	case b.ID == made.ID:
		return b, nil
	}
	// Another publisher was first. An empty draft is nobody's loss.
	_, err = g.ask(ctx, http.MethodDelete, g.path("/releases/%d", made.ID), nil, nil)
	return b, err
}

// lookAgain finds a release in a new list.
func (g *Repository) lookAgain(ctx context.Context, tag string) (*build, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	all, err := g.list(ctx)
	if err != nil {
		return nil, err
	}
	g.releases = all
	return all[tag], nil
}

// know keeps what GitHub has answered about a release.
func (g *Repository) know(b *build) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.releases != nil {
		g.releases[b.Tag] = b
	}
}

// knowAsset keeps what GitHub has answered about an asset.
func (g *Repository) knowAsset(tag string, a asset) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if b := g.releases[tag]; b != nil {
		next := *b // others may be reading b
		next.Assets = append(slices.Clip(b.Assets), a)
		g.releases[tag] = &next
	}
}

func (g *Repository) makingOf(tag string) *sync.Mutex {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.making[tag] == nil {
		g.making[tag] = &sync.Mutex{}
	}
	return g.making[tag]
}
