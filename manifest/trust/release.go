package trust

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/internal/seal"
)

// Release is a verified manifest together with the role that signed it.
type Release struct {
	Manifest   *manifest.Manifest
	delegation metadata.DelegatedRole
	role       *metadata.Metadata[metadata.TargetsType]
}

// Release loads a product's manifest for one channel. It fails with
// [ErrUnknownProduct] where the repository does not offer it.
func (r *Repository) Release(ctx context.Context, product manifest.ProductID, channel manifest.Channel) (*Release, error) {
	target := manifest.TargetName(product, channel)
	delegation, err := r.delegation(product)
	if err != nil {
		return nil, err
	}
	if err := r.updateRole(ctx, string(product), metadata.TARGETS); err != nil {
		return nil, err
	}
	release := &Release{delegation: delegation, role: r.trusted.Targets[string(product)]}
	promise, err := release.promise(target)
	if err != nil {
		return nil, err
	}
	data, err := r.manifestBytes(ctx, promise)
	if err != nil {
		return nil, err
	}
	release.Manifest, err = manifest.Parse(data)
	if err != nil {
		return nil, refuse(ErrManifest, target, err)
	}
	if err := release.fits(product, channel); err != nil {
		return nil, err
	}
	if err := r.client.accept(release.Manifest); err != nil {
		return nil, err
	}
	return release, nil
}

// Promise is what the product's role promises about a package. It fails where
// the manifest and the role disagree.
func (r *Release) Promise(p manifest.Package) (manifest.Promise, error) {
	return r.promised(p.Target, p.Size, p.SHA256)
}

// DeltaPromise is the same for a patch.
func (r *Release) DeltaPromise(d manifest.Delta) (manifest.Promise, error) {
	return r.promised(d.Target, d.Size, d.SHA256)
}

func (r *Release) promised(target string, size int64, hash manifest.Digest) (manifest.Promise, error) {
	p, err := r.promise(target)
	if err != nil {
		return manifest.Promise{}, refuse(ErrWrongRelease, target, err)
	}
	if p.Length() != size || p.SHA256() != hash {
		return manifest.Promise{}, refuse(ErrWrongRelease, target, errors.New("size or sha256 differs from the role's"))
	}
	return p, nil
}

// delegation is what the targets role hands to the product's role.
func (r *Repository) delegation(product manifest.ProductID) (metadata.DelegatedRole, error) {
	if delegations := r.trusted.Targets[metadata.TARGETS].Signed.Delegations; delegations != nil {
		for _, role := range delegations.Roles {
			if role.Name == string(product) {
				return role, nil
			}
		}
	}
	return metadata.DelegatedRole{}, fmt.Errorf("%w: %s", ErrUnknownProduct, product)
}

// manifestBytes reads the manifest from the cache, or fetches it.
func (r *Repository) manifestBytes(ctx context.Context, p manifest.Promise) ([]byte, error) {
	cache := r.client.options.Cache
	name := "manifests/" + p.Name()
	if data, err := cache.Load(name); err == nil && fits(p, data) {
		return data, nil
	}
	if p.Length() > manifest.MaxSize {
		return nil, refuse(ErrMalformed, p.Name(), manifest.ErrTooLarge)
	}
	data, err := r.from.Fetch(ctx, p.Path(), p.Length())
	if err != nil {
		return nil, classifyFetch(p.Name(), err)
	}
	if !fits(p, data) {
		return nil, refuse(ErrMismatch, p.Name(), nil)
	}
	return data, r.keep(name, data)
}

// fits checks a manifest against what was asked for and against its role.
func (r *Release) fits(product manifest.ProductID, channel manifest.Channel) error {
	m := r.Manifest
	if m.Product != product || m.Channel != channel {
		return refuse(ErrWrongRelease, manifest.TargetName(product, channel), fmt.Errorf("it is the manifest of %s, %s", m.Product, m.Channel))
	}
	for _, b := range m.Builds {
		for _, p := range b.Packages {
			if _, err := r.Promise(p); err != nil {
				return err
			}
			for _, d := range p.Deltas {
				if _, err := r.DeltaPromise(d); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// promise seals what the role says of a target: sha256 and nothing else, since
// two hash algorithms would make the file's name in the repository ambiguous.
func (r *Release) promise(target string) (manifest.Promise, error) {
	file, ok := r.role.Signed.Targets[target]
	if !ok {
		return manifest.Promise{}, fmt.Errorf("%w: no target %s", ErrUnknownProduct, target)
	}
	if ok, err := r.delegation.IsDelegatedPath(target); err != nil || !ok {
		return manifest.Promise{}, refuse(ErrWrongRelease, target, errors.New("the role is not responsible for this name"))
	}
	if err := manifest.CheckTargetName(target); err != nil {
		return manifest.Promise{}, refuse(ErrMalformed, target, err)
	}
	hash, ok := file.Hashes["sha256"]
	if !ok || len(file.Hashes) != 1 || len(hash) != sha256.Size {
		return manifest.Promise{}, refuse(ErrMalformed, target, errors.New("needs exactly one hash, a sha256"))
	}
	if file.Length < 0 || file.Length > manifest.MaxPackageSize {
		return manifest.Promise{}, refuse(ErrMalformed, target, manifest.ErrTooLarge)
	}
	return seal.New(target, file.Length, [sha256.Size]byte(hash)), nil
}

// fits says whether the bytes are those that were promised.
func fits(p manifest.Promise, data []byte) bool {
	sum := sha256.Sum256(data)
	want := p.SHA256()
	return int64(len(data)) == p.Length() && bytes.Equal(sum[:], want[:])
}
