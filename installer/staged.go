package installer

import (
	"context"
	"fmt"
	"path"
	"path/filepath"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// Staged gives back the build that an earlier run staged and could not put into
// place ([PlanOptions].KeepStaged), after hashing every file of it once more. It
// is [ErrStaged] when there is none or it is not complete. What a rehearsal left
// in it does not matter here; a swap moves that out.
//
// A folder is never handed to Windows to be replaced while it starts
// (MoveFileEx with MOVEFILE_DELAY_UNTIL_REBOOT): that moves file by file, keeps
// no journal, and a power cut during the start would leave half a client. The
// build waits here instead, and koshin swaps it after the start like any other.
func (p *Product) Staged(ctx context.Context) (*Staged, error) {
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
	kind := manifest.Tree
	if p.exe != "" && isOnly(index.Index, p.exe) {
		kind = manifest.Exe
	}
	return &Staged{Version: record.Version, Dir: p.path(p.work(staging)), Tree: record.Tree, kind: kind, index: index, stamp: record.Stamp}, nil
}

// checkStaged hashes every file.
func (p *Product) checkStaged(ctx context.Context, index *listing) error {
	nodes, err := p.disk.scan(ctx, p.work(staging))
	if err != nil {
		return err
	}
	there := make(map[string]node, len(nodes))
	for _, n := range nodes {
		there[key(n.path)] = n
	}
	for _, e := range index.Entries {
		n, ok := there[key(e.Path)]
		if !ok || !n.isType(e) || e.Type == pack.File && n.size != e.Size {
			return fmt.Errorf("%w: %q is missing or another", ErrStaged, e.Path)
		}
		if e.Type == pack.Dir {
			continue
		}
		digest, err := p.disk.hash(ctx, path.Join(p.work(staging), e.Path))
		if err != nil {
			return err
		}
		if digest != e.SHA256 {
			return fmt.Errorf("%w: %q was changed", ErrStaged, e.Path)
		}
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
