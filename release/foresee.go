package release

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
)

// foresee lets a client take the current state of a product and then the
// scheduled ones, one after the other, and says whether it would: that their
// signatures fit, that their numbers rise, that they say what they are to say.
//
// The online key is not needed for that, and snapshots of a future state that
// it had signed would be dangerous to have. So the client is given an anchor of
// this moment, which trusts the targets keys of the real one, and for the rest
// a key that nobody keeps.
func (r *Repository) foresee(ctx context.Context, from tree, s *state, id manifest.ProductID, coming []scheduled) error {
	online, err := generateKey("foresee")
	if err != nil {
		return err
	}
	f := &foresight{ahead: ahead{from, map[string][]byte{}}, online: online, state: s}
	anchor, err := f.anchor(r)
	if err != nil {
		return err
	}
	client, err := trust.Open(trust.Options{Anchor: anchor, Now: r.options.Now, Log: r.options.Log})
	if err != nil {
		return err
	}
	product := s.products[id]
	now, err := f.look(ctx, r, client, maps.Clone(s.snapshot.Signed.Meta))
	if err == nil {
		err = verifyProduct(ctx, now, from, product, s.kept)
	}
	if err != nil && !errors.Is(err, trust.ErrExpired) { // what is over may be followed by what is not
		return fmt.Errorf("%w: product %s: %w", ErrUnverifiable, id, err)
	}
	for _, one := range coming {
		if product, err = one.product(product); err == nil {
			err = f.accepts(ctx, r, client, product, one)
		}
		if err != nil {
			return fmt.Errorf("%w: %s: %w", ErrScheduledStale, one.Promotion, err)
		}
	}
	return nil
}

// foresight is a repository as it will be, signed by a key of this moment.
type foresight struct {
	ahead
	online *key
	state  *state
	number int64
}

func (f *foresight) anchor(r *Repository) ([]byte, error) {
	root, err := newRoot(r.options.Now(), []*key{f.online}, nil, f.online)
	if err != nil {
		return nil, err
	}
	real := f.state.root.Signed
	root.Signed.Roles[metadata.TARGETS] = real.Roles[metadata.TARGETS]
	for _, id := range real.Roles[metadata.TARGETS].KeyIDs {
		root.Signed.Keys[id] = real.Keys[id]
	}
	data, err := sign(root, []*key{f.online})
	f.files[anchorPath] = data
	return data, err
}

// accepts lets the client take one scheduled state.
func (f *foresight) accepts(ctx context.Context, r *Repository, client *trust.Client, product *Product, one scheduled) error {
	role, err := one.role()
	if err != nil {
		return err
	}
	current := f.state.snapshot.Signed.Meta[string(product.ID)+".json"]
	if role.Signed.Version <= current.Version {
		return fmt.Errorf("its role is number %d, and number %d is published", role.Signed.Version, current.Version)
	}
	if !role.Signed.Expires.After(one.At) {
		return fmt.Errorf("its role expires on %s, before it counts", role.Signed.Expires)
	}
	f.files[rolePath(role.Signed.Version, string(product.ID))] = []byte(one.Role)
	for name, text := range one.Manifests {
		f.files[targetPath(manifest.TargetName(product.ID, name), digestOf([]byte(text)))] = []byte(text)
	}
	meta := maps.Clone(f.state.snapshot.Signed.Meta)
	meta[string(product.ID)+".json"] = metaFile(role.Signed.Version, []byte(one.Role))
	repository, err := f.look(ctx, r, client, meta)
	if err != nil {
		return err
	}
	if err := verifyProduct(ctx, repository, f.tree, product, f.state.kept); err != nil {
		return err
	}
	return sameTargets(product, role.Signed.Targets)
}

// look signs the next snapshot and timestamp and has the client read them.
func (f *foresight) look(ctx context.Context, r *Repository, client *trust.Client, meta map[string]*metadata.MetaFiles) (*trust.Repository, error) {
	f.number++
	expires := expiry(r.options.Now(), timestampDays)
	snapshot := metadata.Snapshot(expires)
	snapshot.Signed.Version, snapshot.Signed.Meta = f.number, meta
	data, err := sign(snapshot, []*key{f.online})
	if err != nil {
		return nil, err
	}
	f.files[rolePath(f.number, metadata.SNAPSHOT)] = data
	timestamp := metadata.Timestamp(expires)
	timestamp.Signed.Version = f.number
	timestamp.Signed.Meta["snapshot.json"] = metaFile(f.number, data)
	if data, err = sign(timestamp, []*key{f.online}); err != nil {
		return nil, err
	}
	f.files[timestampPath] = data
	return client.Refresh(ctx, f.ahead)
}
