package installer

import (
	"context"
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/koshin-updater/koshin/manifest/pack"
)

// Unstage discards the staged build, if there is one: for an update that ends
// before the swap.
func (p *Product) Unstage(ctx context.Context) error {
	if err := p.settled(); err != nil {
		return err
	}
	record, index, err := p.loadBuild(stagedName)
	if record == nil || err != nil {
		record, index = &Record{}, list(pack.Index{}) // then nothing of it is deleted
	}
	if err := p.discard(ctx, staging, index, record.Stamp, p.newID()); err != nil {
		return fmt.Errorf("discard the staged build of %s: %w", p.place.Product, err)
	}
	return p.removeState(stagedName+".json", stagedName+".index")
}

// discard empties a folder of the work folder. It deletes what is listed and
// unchanged; everything else is moved to kept/.
func (t *Transaction) discard(ctx context.Context, area string, listed *listing, stamp time.Time) error {
	return t.product.discard(ctx, area, listed, stamp, t.plan.ID)
}

func (p *Product) discard(ctx context.Context, area string, listed *listing, stamp time.Time, id string) error {
	nodes, err := p.disk.scan(ctx, p.work(area))
	if err != nil {
		return err
	}
	for _, n := range slices.Backward(nodes) { // what is inside a folder first
		name := p.work(area, n.path)
		if n.mode.IsDir() {
			err = p.disk.removeIfEmpty(ctx, name)
		} else if ours, hashErr := p.isListed(ctx, name, n, listed, stamp); hashErr != nil {
			err = hashErr
		} else if ours {
			err = p.disk.remove(ctx, name)
		} else {
			p.log.WarnContext(ctx, "kept a file that koshin did not install", "folder", area, "path", n.path)
			err = p.disk.move(ctx, name, p.freeName(p.work(kept, id, area, n.path)))
		}
		if err != nil {
			return err
		}
	}
	return p.disk.removeIfEmpty(ctx, p.work(area))
}

// isListed says whether a file is byte for byte one that koshin put there.
func (p *Product) isListed(ctx context.Context, name string, n node, listed *listing, stamp time.Time) (bool, error) {
	e, ok := listed.find(n.path)
	if !ok || !n.isType(e) || n.size != e.Size {
		return false, nil
	}
	if n.mtime.Equal(stamp) {
		return true, nil
	}
	digest, err := p.disk.hash(ctx, name)
	return digest == e.SHA256, err
}

// freeName is name, or the first of name~2, name~3 that is not taken.
func (p *Product) freeName(name string) string {
	free := name
	for n := 2; p.disk.exists(free); n++ {
		free = path.Join(path.Dir(name), fmt.Sprintf("%s~%d", path.Base(name), n))
	}
	return free
}
