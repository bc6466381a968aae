package release

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/koshin-updater/koshin/manifest"
)

// Repository is a publisher's working copy. One command at a time works in it;
// a second one gets [ErrBusy].
type Repository struct {
	dir     string
	options Options

	// stop is called at each point of a commit; tests return an error from it
	// to be killed there.
	stop func(point string) error
}

// Options is what a repository needs of the world. The zero Options reads.
type Options struct {
	Keys *Keys            // nil can change nothing
	Now  func() time.Time // nil is time.Now
	Log  *slog.Logger     // nil is silent
	// Wait pauses before something is tried again; nil waits on the clock.
	Wait func(ctx context.Context, d time.Duration) error

	// Review is shown what a change means for operators' PCs before anything is
	// signed. An error from it ends the change, and nothing has happened. Nil
	// asks nobody. The working copy is locked meanwhile.
	Review func(context.Context, *Difference) error
}

func newRepository(dir string, o Options) *Repository {
	if o.Keys == nil {
		o.Keys = new(Keys)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Wait == nil {
		o.Wait = sleep
	}
	return &Repository{dir: dir, options: o, stop: func(string) error { return nil }}
}

// Init makes a new repository without products in dir, and its keys in the key
// folder. It touches neither a folder that has a repository nor a key that is
// there already: [ErrExists].
func Init(ctx context.Context, dir string, o Options) (*Repository, error) {
	r := newRepository(dir, o)
	for _, name := range []string{metadataDir, targetsDir, productsDir} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return nil, fmt.Errorf("init: %w: %s", ErrExists, filepath.Join(dir, name))
		}
	}
	if err := r.keysOutside(); err != nil {
		return nil, fmt.Errorf("init: %w", err)
	}
	names := slices.Concat(holderKeys(metadata.ROOT), holderKeys(metadata.TARGETS), []string{onlineKey})
	var keys []*key
	for _, name := range names {
		if _, err := os.Lstat(r.options.Keys.path(name)); err == nil {
			return nil, fmt.Errorf("init: %w: key %s belongs to some repository", ErrExists, r.options.Keys.path(name))
		}
		one, err := r.options.Keys.create(name)
		if err != nil {
			return nil, fmt.Errorf("init: %w", err)
		}
		keys = append(keys, one)
	}
	root, targets, online := keys[:holders], keys[holders:2*holders], keys[2*holders]
	unlock, err := r.lock(true)
	if err != nil {
		return nil, fmt.Errorf("init: %w", err)
	}
	defer unlock()
	if err := r.initialise(ctx, root, targets, online); err != nil {
		return nil, fmt.Errorf("init: %w", err)
	}
	return r, nil
}

// keysOutside keeps private keys out of a folder that is made to be shared.
func (r *Repository) keysOutside() error {
	repo, err := filepath.Abs(r.dir)
	if err != nil {
		return err
	}
	keys, err := filepath.Abs(r.options.Keys.Dir)
	if err != nil {
		return err
	}
	if inside, err := filepath.Rel(repo, keys); err == nil && filepath.IsLocal(inside) {
		return fmt.Errorf("%w: %s", ErrKeysInside, keys)
	}
	return nil
}

func (r *Repository) initialise(ctx context.Context, root, targets []*key, online *key) error {
	now := r.options.Now()
	first, err := newRoot(now, root, targets, online)
	if err != nil {
		return err
	}
	c, err := r.begin(&state{
		root:      first,
		targets:   metadata.Targets(),
		roles:     map[manifest.ProductID]*metadata.Metadata[metadata.TargetsType]{},
		snapshot:  metadata.Snapshot(),
		timestamp: metadata.Timestamp(),
		products:  map[manifest.ProductID]*Product{},
		schedules: map[manifest.ProductID]*schedule{},
	})
	if err != nil {
		return err
	}
	c.targets.Signed.Delegations = &metadata.Delegations{Keys: map[string]*metadata.Key{}, Roles: []metadata.DelegatedRole{}}
	c.targets.Signed.Version, c.snapshot.Signed.Version, c.timestamp.Signed.Version = 0, 0, 0 // the next is 1
	delete(c.snapshot.Signed.Meta, "targets.json")
	data, err := sign(first, root)
	if err != nil {
		return err
	}
	if err := c.write(anchorPath, data); err != nil {
		return err
	}
	// Signed files must survive git on Windows byte for byte.
	if err := c.write(".gitattributes", []byte("* -text\n")); err != nil {
		return err
	}
	c.targetsChanged = true
	c.newKeys = slices.Concat(root, targets, []*key{online})
	return c.finish(ctx)
}

// Open finds the working copy in dir and finishes or discards what an
// interrupted command left there.
func Open(dir string, o Options) (*Repository, error) {
	r := newRepository(dir, o)
	unlock, err := r.lock(false)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := r.recover(); err != nil {
		return nil, fmt.Errorf("recover %s: %w", dir, err)
	}
	if _, err := (tree{dir}).find(timestampPath); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrNoRepository, dir)
	}
	return r, nil
}

// Dir is the folder of the working copy. What a host serves is in its
// metadata and targets folders.
func (r *Repository) Dir() string { return r.dir }

// Anchor is the first root: what operators' PCs are given when they enrol.
func (r *Repository) Anchor(ctx context.Context) ([]byte, error) {
	return tree{r.dir}.Fetch(ctx, anchorPath, maxMetadata)
}

// Product returns a copy of a product's definition.
func (r *Repository) Product(id manifest.ProductID) (*Product, error) {
	p, err := readProduct(filepath.Join(r.dir, productsDir, string(id)+".json"))
	if !errors.Is(err, fs.ErrNotExist) {
		return p, err
	}
	all, err := readProducts(r.dir)
	if err != nil {
		return nil, err
	}
	return (&state{products: all}).product(id)
}

// lock keeps other commands out of the working copy until unlock.
func (r *Repository) lock(create bool) (unlock func(), err error) {
	if _, err := os.Stat(r.dir); err != nil && !create {
		return nil, fmt.Errorf("%w: %s", ErrNoRepository, r.dir)
	}
	work := filepath.Join(r.dir, workDir)
	if err := os.MkdirAll(work, 0o755); err != nil {
		return nil, err
	}
	// The working copy can live in git; unfinished work does not belong there.
	if err := os.WriteFile(filepath.Join(work, ".gitignore"), []byte("*\n"), 0o644); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(work, "lock"))
	switch held, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock %s: %w", r.dir, err)
	case !held:
		return nil, fmt.Errorf("%w: %s", ErrBusy, r.dir)
	}
	return func() { _ = lock.Unlock() }, nil
}
