package release

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release/internal/durable"
)

// Folders of unfinished work. A change is in pending/ until it is complete and
// verified; the rename to commit/ makes it happen.
const (
	workDir    = ".koshin"
	pendingDir = "pending"
	commitDir  = "commit"
)

// change is one transaction: the state as it would become, and its new files
// in pending/.
type change struct {
	*state
	repo           *Repository
	pending        string
	targetsChanged bool                                     // the targets role must be signed again
	changed        map[manifest.ProductID]bool              // these products' roles too
	drafts         map[manifest.ProductID]map[string][]byte // their manifests by path, not yet signed
	newKeys        []*key                                   // written just before the commit
	fresh          []manifest.Package                       // their bytes are in pending/, and checked in full

	rescheduled map[manifest.ProductID]bool // what is scheduled is signed again
	ahead       map[manifest.ProductID][]step
	planned     map[manifest.ProductID]Promotion   // new in the schedule
	dropped     map[manifest.ProductID][]Promotion // not in it any more
}

// change runs edit on the state and commits the result, or nothing.
func (r *Repository) change(ctx context.Context, edit func(*change) error) error {
	unlock, err := r.lock(false)
	if err != nil {
		return err
	}
	defer unlock()
	if err := r.recover(); err != nil {
		return err
	}
	s, err := readState(ctx, r.dir)
	if err != nil {
		return err
	}
	c, err := r.begin(s)
	if err != nil {
		return err
	}
	err = edit(c)
	if err == nil {
		err = c.draft()
	}
	if err == nil {
		err = c.review(ctx)
	}
	if err != nil {
		c.discard()
		return err
	}
	return c.finish(ctx)
}

func (r *Repository) begin(s *state) (*change, error) {
	pending := filepath.Join(r.dir, workDir, pendingDir)
	if err := os.MkdirAll(pending, 0o755); err != nil {
		return nil, err
	}
	return &change{
		state: s, repo: r, pending: pending, changed: map[manifest.ProductID]bool{},
		drafts: map[manifest.ProductID]map[string][]byte{}, rescheduled: map[manifest.ProductID]bool{},
		ahead: map[manifest.ProductID][]step{}, planned: map[manifest.ProductID]Promotion{}, dropped: map[manifest.ProductID][]Promotion{},
	}, nil
}

func (c *change) discard() {
	if err := os.RemoveAll(c.pending); err != nil {
		c.repo.options.Log.Warn("discarding unfinished work failed, the next command tries again", "error", err)
	}
}

// draft makes the manifests that are to be signed.
func (c *change) draft() error {
	for id := range c.changed {
		p := c.products[id]
		if err := p.check(); err != nil {
			return err
		}
		manifests, err := p.fill(&c.roles[id].Signed)
		if err != nil {
			return err
		}
		c.drafts[id] = manifests
	}
	for id := range c.rescheduled {
		steps, err := c.steps(id)
		if err != nil {
			return err
		}
		c.ahead[id] = steps
	}
	return nil
}

// write puts a new file into pending/.
func (c *change) write(path string, data []byte) error {
	file := filepath.Join(c.pending, filepath.FromSlash(path))
	if err := durable.CreateFile(file, data, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// finish signs, verifies and commits. On an error before the commit nothing in
// the working copy or the key folder has changed.
func (c *change) finish(ctx context.Context) error {
	err := c.seal()
	if err == nil {
		err = c.repo.verify(ctx, tree{c.pending, c.repo.dir}, c.state, c.fresh)
	}
	for id := range c.rescheduled {
		if err == nil {
			err = c.repo.foresee(ctx, tree{c.pending, c.repo.dir}, c.state, id, c.schedule(id).Promotions)
		}
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		c.discard()
		return err
	}
	if err := c.repo.stop("verified"); err != nil {
		return err
	}
	undo, err := c.repo.options.Keys.store(c.newKeys...)
	if err != nil {
		undo()
		c.discard()
		return err
	}
	if err := c.repo.stop("before commit"); err != nil {
		return err
	}
	if err := c.commit(); err != nil {
		undo()
		c.discard()
		return err
	}
	return c.repo.place()
}

// commit is the one step that makes the change happen.
func (c *change) commit() error {
	err := filepath.WalkDir(c.pending, func(file string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			return durable.SyncDir(file)
		}
		return err
	})
	if err != nil {
		return err
	}
	return durable.Rename(c.pending, filepath.Join(filepath.Dir(c.pending), commitDir))
}

// seal signs every role that says something new, then snapshot and timestamp.
func (c *change) seal() error {
	keys, now := c.repo.options.Keys, c.repo.options.Now()
	meta := c.snapshot.Signed.Meta
	if c.targetsChanged {
		c.targets.Signed.Version++
		c.targets.Signed.Expires = expiry(now, targetsDays)
		signers, err := keys.signers(metadata.TARGETS, holderKeys(metadata.TARGETS), c.root.Signed.Roles[metadata.TARGETS])
		if err != nil {
			return err
		}
		data, err := sign(c.targets, signers)
		if err != nil {
			return err
		}
		if err := c.write(rolePath(c.targets.Signed.Version, metadata.TARGETS), data); err != nil {
			return err
		}
		meta["targets.json"] = metaFile(c.targets.Signed.Version, data)
	}
	for id := range c.changed {
		if err := c.sealProduct(id); err != nil {
			return err
		}
	}
	for id := range c.rescheduled {
		if err := c.sealSchedule(id); err != nil {
			return err
		}
	}
	return c.sealOnline()
}

func (c *change) sealProduct(id manifest.ProductID) error {
	p, role := c.products[id], c.roles[id]
	for path, data := range c.drafts[id] {
		if _, err := (tree{c.repo.dir}).find(path); err == nil {
			continue // says the same as before
		}
		if err := c.write(path, data); err != nil {
			return err
		}
	}
	definition, err := p.encode()
	if err != nil {
		return err
	}
	if err := c.write(productPath(id), definition); err != nil {
		return err
	}
	role.Signed.Version++
	role.Signed.Expires = expiry(c.repo.options.Now(), productDays)
	signers, err := c.repo.options.Keys.signers(string(id), []string{productKey(id)}, delegation(&c.targets.Signed, id))
	if err != nil {
		return err
	}
	data, err := sign(role, signers)
	if err != nil {
		return err
	}
	c.snapshot.Signed.Meta[string(id)+".json"] = metaFile(role.Signed.Version, data)
	return c.write(rolePath(role.Signed.Version, string(id)), data)
}

func (c *change) sealOnline() error {
	keys, now := c.repo.options.Keys, c.repo.options.Now()
	snapshot, timestamp := &c.snapshot.Signed, &c.timestamp.Signed
	snapshot.Version++
	snapshot.Expires = expiry(now, snapshotDays)
	signers, err := keys.signers(metadata.SNAPSHOT, []string{onlineKey}, c.root.Signed.Roles[metadata.SNAPSHOT])
	if err != nil {
		return err
	}
	data, err := sign(c.snapshot, signers)
	if err != nil {
		return err
	}
	if err := c.write(rolePath(snapshot.Version, metadata.SNAPSHOT), data); err != nil {
		return err
	}
	timestamp.Version++
	timestamp.Expires = expiry(now, timestampDays)
	timestamp.Meta["snapshot.json"] = metaFile(snapshot.Version, data)
	signers, err = keys.signers(metadata.TIMESTAMP, []string{onlineKey}, c.root.Signed.Roles[metadata.TIMESTAMP])
	if err != nil {
		return err
	}
	if data, err = sign(c.timestamp, signers); err != nil {
		return err
	}
	return c.write(timestampPath, data)
}

// recover finishes a change that was committed and discards one that was not.
func (r *Repository) recover() error {
	if err := os.RemoveAll(filepath.Join(r.dir, workDir, pendingDir)); err != nil {
		return err
	}
	return r.place()
}

// place moves the files of commit/ to their places. It can be repeated: what
// has been moved is no longer there.
func (r *Repository) place() error {
	commit := filepath.Join(r.dir, workDir, commitDir)
	if _, err := os.Stat(commit); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := durable.SyncDir(filepath.Dir(commit)); err != nil {
		return err
	}
	var paths []string
	err := filepath.WalkDir(commit, func(file string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			relative, _ := filepath.Rel(commit, file)
			paths = append(paths, filepath.ToSlash(relative))
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(paths, func(a, b string) int { return uploadRank(a) - uploadRank(b) })
	folders := map[string]bool{}
	for _, path := range paths {
		if uploadRank(path) == rankTimestamp {
			if err := syncAll(folders); err != nil {
				return err
			}
		}
		if err := r.stop("place " + path); err != nil {
			return err
		}
		to := filepath.Join(r.dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := durable.Rename(filepath.Join(commit, filepath.FromSlash(path)), to); err != nil {
			return fmt.Errorf("place %s: %w", path, err)
		}
		folders[filepath.Dir(to)] = true
	}
	if err := syncAll(folders); err != nil {
		return err
	}
	if err := r.stop("clean up"); err != nil {
		return err
	}
	return os.RemoveAll(commit)
}

func syncAll(folders map[string]bool) error {
	for dir := range folders {
		if err := durable.SyncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// The order in which files become visible, here and at a destination: nothing
// appears before what it names.
const (
	rankTarget = iota
	rankRole
	rankSnapshot
	rankRoot
	rankTimestamp
)

func uploadRank(path string) int {
	switch {
	case path == timestampPath:
		return rankTimestamp
	case !strings.HasPrefix(path, metadataDir+"/"):
		return rankTarget
	case strings.HasSuffix(path, ".root.json"):
		return rankRoot
	case strings.HasSuffix(path, ".snapshot.json"):
		return rankSnapshot
	}
	return rankRole
}
