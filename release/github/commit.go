package github

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/koshin-updater/koshin/manifest/githubpath"
	"github.com/koshin-updater/koshin/release"
)

const (
	timestamp = "metadata/timestamp.json"
	// maxSmall is the longest file that a release.Commit may hold.
	maxSmall = 4 << 20
	// maxInline is how much text goes along in one request that makes a tree;
	// a file beyond it becomes a blob first.
	maxInline = 1 << 20
)

// Commit publishes the releases of all builds, and then moves the branch to a
// commit with the new files, in one step.
func (g *Repository) Commit(ctx context.Context, c release.Commit) error {
	h, err := g.head(ctx)
	if err != nil {
		return err
	}
	if err := g.unchanged(ctx, h, c); err != nil {
		return err
	}
	if err := g.publish(ctx, c.Builds); err != nil {
		return err
	}
	sha, err := g.makeTree(ctx, h, c.Files)
	if err != nil {
		return err
	}
	var made struct {
		SHA string `json:"sha"`
	}
	commit := map[string]any{"message": c.Message, "tree": sha, "parents": []string{}}
	if h.commit != "" {
		commit["parents"] = []string{h.commit}
	}
	if _, err := g.ask(ctx, http.MethodPost, g.path("/git/commits"), commit, &made); err != nil {
		return fmt.Errorf("make a commit: %w", err)
	}
	return g.move(ctx, h, made.SHA)
}

// unchanged compares the branch with what package release has decided on.
func (g *Repository) unchanged(ctx context.Context, h head, c release.Commit) error {
	there, err := g.readAt(ctx, h, timestamp, maxSmall)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return err
	}
	if missing != (c.Base == nil) || !bytes.Equal(there, c.Base) {
		return release.ErrDestinationChanged
	}
	for _, f := range c.Files {
		e, err := g.find(ctx, h, f.Path)
		if errors.Is(err, fs.ErrNotExist) || f.Path == timestamp {
			continue
		}
		if err != nil {
			return err
		}
		if e.SHA != blobName(f.Data) {
			return fmt.Errorf("%w: %s is there with other bytes", release.ErrDestinationChanged, f.Path)
		}
	}
	return nil
}

// publish makes releases visible: of every build all packages, or nothing.
// The newest comes last, which GitHub shows as the latest.
func (g *Repository) publish(ctx context.Context, builds []release.PublishedBuild) error {
	g.forget()
	for _, want := range slices.Backward(builds) {
		if err := g.publishOne(ctx, want); err != nil {
			return err
		}
	}
	return nil
}

func (g *Repository) publishOne(ctx context.Context, want release.PublishedBuild) error {
	if len(want.Paths) == 0 {
		return nil
	}
	tag := githubpath.Tag(want.Product, want.Version.String())
	b, err := g.build(ctx, tag)
	if err != nil {
		return err
	}
	if b == nil {
		return fmt.Errorf("%w: release %s is not there any more", release.ErrDestinationDamaged, tag)
	}
	for _, path := range want.Paths {
		at, ok, err := githubpath.Split(path)
		if err != nil {
			return err
		}
		if a, there := b.asset(at.Name); !ok || at.Tag != tag || !there || !a.intact() {
			return fmt.Errorf("%w: %s is not there any more", release.ErrDestinationDamaged, path)
		}
	}
	change := describe(want).over(b)
	if len(change) == 0 {
		return nil
	}
	var changed build
	if _, err := g.ask(ctx, http.MethodPatch, g.path("/releases/%d", b.ID), change, &changed); err != nil {
		g.forget()
		return fmt.Errorf("publish release %s: %w", tag, err)
	}
	g.know(&changed)
	return nil
}

// makeTree stores the files beside what the branch has. Text goes along with
// the tree, a request for many files: GitHub counts what creates content, 80
// requests a minute and 500 an hour.
func (g *Repository) makeTree(ctx context.Context, h head, files []release.File) (string, error) {
	sha, room := h.tree, maxInline
	var some []map[string]any
	flush := func() (err error) {
		if len(some) > 0 {
			sha, err = g.addTo(ctx, sha, some)
		}
		some, room = nil, maxInline
		return err
	}
	for _, f := range files {
		e := map[string]any{"path": f.Path, "mode": "100644", "type": "blob"}
		if utf8.Valid(f.Data) && len(f.Data) <= maxInline {
			if room -= len(f.Data); room < 0 {
				if err := flush(); err != nil {
					return "", err
				}
				room -= len(f.Data)
			}
			e["content"] = string(f.Data)
		} else {
			blob, err := g.makeBlob(ctx, f)
			if err != nil {
				return "", err
			}
			e["sha"] = blob
		}
		some = append(some, e)
	}
	if err := flush(); err != nil {
		return "", err
	}
	return sha, g.sameTree(ctx, h, files, sha)
}

func (g *Repository) addTo(ctx context.Context, base string, entries []map[string]any) (string, error) {
	body := map[string]any{"tree": entries}
	if base != "" {
		body["base_tree"] = base
	}
	var made struct {
		SHA string `json:"sha"`
	}
	if _, err := g.ask(ctx, http.MethodPost, g.path("/git/trees"), body, &made); err != nil {
		return "", fmt.Errorf("make a tree: %w", err)
	}
	return made.SHA, nil
}

func (g *Repository) makeBlob(ctx context.Context, f release.File) (string, error) {
	var made struct {
		SHA string `json:"sha"`
	}
	body := map[string]any{"content": f.Data, "encoding": "base64"} // encoding/json writes bytes so
	if _, err := g.ask(ctx, http.MethodPost, g.path("/git/blobs"), body, &made); err != nil {
		return "", fmt.Errorf("make a blob of %s: %w", f.Path, err)
	}
	return made.SHA, nil
}

// move is the moment at which readers see the new state. Without force, git
// takes a commit only that comes after the one that the branch is at.
func (g *Repository) move(ctx context.Context, from head, to string) error {
	var err error
	if from.commit == "" {
		ref := map[string]any{"ref": "refs/heads/" + g.place.Branch, "sha": to}
		_, err = g.ask(ctx, http.MethodPost, g.path("/git/refs"), ref, nil)
	} else {
		_, err = g.ask(ctx, http.MethodPatch, g.path("/git/refs/heads/%s", g.place.Branch), map[string]any{"sha": to, "force": false}, nil)
	}
	if err == nil {
		return nil
	}
	now, lookErr := g.head(ctx)
	switch {
	case lookErr != nil:
		return errors.Join(err, lookErr)
	case now.commit == to: // only the answer was lost
		return nil
	case now.commit != from.commit:
		// If it is a commit of another kind, the next try goes on from it.
		return &release.Temporary{Err: fmt.Errorf("branch %s moved meanwhile: %w", g.place.Branch, err)}
	case isInvalid(err):
		return fmt.Errorf("%w: %s: %w", ErrProtected, g.place.Branch, err)
	}
	return err
}
