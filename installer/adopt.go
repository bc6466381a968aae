package installer

import (
	"context"
	"fmt"
	"io/fs"
	"path"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// Adopt recognises an unknown folder as one of the known builds, given by their
// tree_sha256, and records it. Every file is hashed. The folder matches with
// everything in it or without the user's data; anything else in it, even one
// file more, is [ErrNoMatch].
func (p *Product) Adopt(ctx context.Context, preserve []string, known map[manifest.Digest]manifest.Version) (*Record, error) {
	if err := p.settled(); err != nil {
		return nil, err
	}
	if err := p.prepare(); err != nil {
		return nil, err
	}
	all, err := p.indexFolder(ctx)
	if err != nil {
		return nil, fmt.Errorf("adopt %s: %w", p.place.Product, err)
	}
	for _, index := range []pack.Index{all, without(all, preserve)} {
		// Windows has no executable bit, and packages for it have none.
		digest, err := index.Digest()
		if err != nil {
			return nil, err
		}
		version, ok := known[digest]
		if !ok {
			continue
		}
		record, err := p.newRecord(version, index, preserve)
		if err != nil {
			return nil, err
		}
		return record, p.saveBuild(ctx, installedName, record, index)
	}
	return nil, fmt.Errorf("adopt %s: %w", p.place.Product, ErrNoMatch)
}

// indexFolder is the index of the install folder as it stands.
func (p *Product) indexFolder(ctx context.Context) (pack.Index, error) {
	var x pack.Index
	err := p.walkLive(ctx, nil, func(n node) error {
		if pack.CheckPath(n.path) != nil || !n.mode.IsDir() && !n.mode.IsRegular() {
			return fmt.Errorf("%w: no package holds %q", ErrNoMatch, n.path)
		}
		e := pack.Entry{Path: n.path, Type: pack.Dir}
		if !n.mode.IsDir() {
			digest, err := p.disk.hash(ctx, path.Join(p.live, n.path))
			if err != nil {
				return err
			}
			e = pack.Entry{Path: n.path, Type: pack.File, Exec: isExec(n.mode), Size: n.size, SHA256: digest}
		}
		x.Entries = append(x.Entries, e)
		return nil
	})
	return x, err
}

// without leaves out the user's data.
func without(x pack.Index, preserve globs) pack.Index {
	var rest pack.Index
	for _, e := range x.Entries {
		if !preserve.match(e.Path) {
			rest.Entries = append(rest.Entries, e)
		}
	}
	return rest
}

func isExec(mode fs.FileMode) bool { return mode&0o100 != 0 }
