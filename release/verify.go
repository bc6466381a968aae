package release

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
)

// Verify reads the whole working copy as a new client would: every role,
// every manifest, and every byte of every package. It changes nothing.
func (r *Repository) Verify(ctx context.Context) error {
	s, unlock, err := r.read(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	var packages []manifest.Package
	for _, p := range s.products {
		for _, b := range p.Builds {
			packages = append(packages, b.Packages...)
		}
	}
	if err := r.verify(ctx, tree{r.dir}, s, packages); err != nil {
		return err
	}
	for id, schedule := range s.schedules {
		if err := r.foresee(ctx, tree{r.dir}, s, id, schedule.Promotions); err != nil {
			return err
		}
	}
	return nil
}

// read locks the working copy, finishes interrupted work and reads the state.
func (r *Repository) read(ctx context.Context) (*state, func(), error) {
	unlock, err := r.lock(false)
	if err != nil {
		return nil, nil, err
	}
	err = r.recover()
	if err == nil {
		var s *state
		if s, err = readState(ctx, r.dir); err == nil {
			return s, unlock, nil
		}
	}
	unlock()
	return nil, nil, err
}

// verify checks the repository in from as a client with an empty cache would,
// and that it says what the definitions say. The packages in full are hashed
// and unpacked; of the others only the size is looked at.
func (r *Repository) verify(ctx context.Context, from tree, s *state, full []manifest.Package) error {
	anchor, err := from.Fetch(ctx, anchorPath, maxMetadata)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnverifiable, err)
	}
	client, err := trust.Open(trust.Options{Anchor: anchor, Now: r.options.Now, Log: r.options.Log})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnverifiable, err)
	}
	repository, err := client.Refresh(ctx, from)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnverifiable, err)
	}
	for _, id := range s.ids() {
		err := sameTargets(s.products[id], s.roles[id].Signed.Targets)
		if err == nil {
			err = verifyProduct(ctx, repository, from, s.products[id], s.kept)
		}
		if err != nil {
			return fmt.Errorf("%w: product %s: %w", ErrUnverifiable, id, err)
		}
	}
	for _, pkg := range full {
		if err := verifyPackage(ctx, from, pkg); err != nil {
			return fmt.Errorf("%w: package %s: %w", ErrUnverifiable, pkg.Target, err)
		}
	}
	return nil
}

// sameTargets finds a definition that names other packages than its signed role,
// also those of builds that no channel carries.
func sameTargets(p *Product, signed map[string]*metadata.TargetFiles) error {
	packages := 0
	for _, b := range p.Builds {
		for _, pkg := range b.Packages {
			packages++
			target := signed[pkg.Target]
			if target == nil || target.Length != pkg.Size || !bytes.Equal(target.Hashes["sha256"], pkg.SHA256[:]) {
				return fmt.Errorf("package %s is signed differently from what %s says", pkg.Target, productPath(p.ID))
			}
		}
	}
	for name := range signed {
		if !isManifest(name) {
			packages--
		}
	}
	if packages != 0 {
		return fmt.Errorf("%s lacks packages that its role has signed", productPath(p.ID))
	}
	return nil
}

func verifyProduct(ctx context.Context, repository *trust.Repository, from tree, p *Product, kept map[string]bool) error {
	for name, channel := range p.Channels {
		release, err := repository.Release(ctx, p.ID, name)
		if err != nil {
			return err
		}
		signed, err := release.Manifest.Encode()
		if err != nil {
			return err
		}
		want, err := p.manifest(name, channel.Seq).Encode()
		if err != nil {
			return err
		}
		if !bytes.Equal(signed, want) {
			return fmt.Errorf("the signed manifest of %s differs from %s", name, productPath(p.ID))
		}
		for _, b := range release.Manifest.Builds {
			for _, pkg := range b.Packages {
				if _, err := release.Promise(pkg); err != nil {
					return err
				}
			}
		}
	}
	for _, b := range p.Builds {
		for _, pkg := range b.Packages {
			if err := present(from, pkg, kept); err != nil {
				return err
			}
		}
	}
	return nil
}

// present checks that a package is there, with its size. One that was signed
// before may be left out of a checkout: its destination has it, or Publish says
// that it has not. Verify misses it, too.
func present(from tree, pkg manifest.Package, kept map[string]bool) error {
	path := targetPath(pkg.Target, pkg.SHA256)
	file, err := from.find(path)
	if errors.Is(err, fs.ErrNotExist) && kept[path] {
		return nil
	}
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	if info.Size() != pkg.Size {
		return fmt.Errorf("%s has %d bytes, not %d", file, info.Size(), pkg.Size)
	}
	return nil
}

// verifyPackage reads a package to its end: its hash, and a tree's content as
// an installer would unpack it.
func verifyPackage(ctx context.Context, from tree, pkg manifest.Package) error {
	file, err := from.find(targetPath(pkg.Target, pkg.SHA256))
	if err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	hash := sha256.New()
	if err := readPackage(ctx, io.TeeReader(f, hash), pkg); err != nil {
		return err
	}
	if manifest.Digest(hash.Sum(nil)) != pkg.SHA256 {
		return errors.New("its sha256 is not the one that was signed")
	}
	return nil
}
