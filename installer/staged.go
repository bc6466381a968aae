package installer

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// Staged gives back the build that an earlier run staged and could not put into
// place ([PlanOptions].KeepStaged), after hashing every file of it once more and
// checking the signatures that the package needs by what is published now. It
// is [ErrStaged] when there is none or it is not complete. What a rehearsal left
// in it does not matter here; a swap moves that out.
func (p *Product) Staged(ctx context.Context, pkg manifest.Package) (*Staged, error) {
	if err := p.settled(); err != nil {
		return nil, err
	}
	record, index, err := p.loadBuild(stagedName)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStaged, err)
	}
	if record == nil {
		return nil, fmt.Errorf("%w: there is none", ErrStaged)
	}
	if err := p.checkStaged(ctx, index); err != nil {
		return nil, err
	}
	if err := p.checkSigned(ctx, staging, pkg, index.Index); err != nil {
		return nil, fmt.Errorf("staged %s %s: %w", p.place.Product, record.Version, err)
	}
	kind := manifest.Tree
	if p.exe != "" && isOnly(index.Index, p.exe) {
		kind = manifest.Exe
	}
	if record.Kind.IsInstaller() {
		kind = record.Kind
	}
	return &Staged{Version: record.Version, Dir: p.path(p.work(staging)), Tree: record.Tree, kind: kind, index: index, stamp: record.Stamp, installer: record.Installer}, nil
}

// checkStaged hashes every file.
func (p *Product) checkStaged(ctx context.Context, index *listing) error {
	there, mark := index.checklist(func(n node, e pack.Entry) (bool, error) {
		if same, err := hasSize(n, e); !same || err != nil || e.Type == pack.Dir {
			return same, err
		}
		digest, err := p.disk.hash(ctx, path.Join(p.work(staging), e.Path))
		return digest == e.SHA256, err
	})
	if err := p.disk.walk(ctx, p.work(staging), mark); err != nil {
		return err
	}
	if n := slices.Index(there, false); n >= 0 {
		return fmt.Errorf("%w: %q is missing or was changed", ErrStaged, index.Entries[n].Path)
	}
	return nil
}

// DropSnapshot deletes the copy of the data that [Product.Backup] made for a
// plan that was not carried out. The data itself was not touched.
func (p *Product) DropSnapshot(ctx context.Context, plan *Plan) error {
	if err := p.settled(); err != nil || plan.Snapshot == "" {
		return err
	}
	name := p.work(filepath.Base(plan.Snapshot))
	if err := p.disk.removeAll(ctx, name); err != nil {
		return fmt.Errorf("drop the snapshot of %s: %w", p.place.Product, err)
	}
	plan.Snapshot = ""
	return nil
}
