package installer

import (
	"context"
	"errors"
	"fmt"
	"path"
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
	return p.removeState(ctx, stagedName+".json", stagedName+".index")
}

// discard empties a folder of the work folder. It deletes what is listed and
// unchanged; everything else is moved to kept/.
func (t *Transaction) discard(ctx context.Context, area string, listed *listing, stamp time.Time) error {
	return t.product.discard(ctx, area, listed, stamp, t.plan.ID)
}

func (p *Product) discard(ctx context.Context, area string, listed *listing, stamp time.Time, id string) error {
	if !p.disk.exists(p.work(area)) {
		return nil
	}
	d := discarding{Product: p, area: area, listed: listed, stamp: stamp, id: id}
	return d.folder(ctx, "")
}

// discarding is what is known of a folder that is being emptied.
type discarding struct {
	*Product
	area   string
	listed *listing
	stamp  time.Time
	id     string // of the folder in kept/
}

// folder empties the folder at rel and removes it if nothing is left in it.
func (d *discarding) folder(ctx context.Context, rel string) error {
	nodes, err := nodesIn(ctx, d.disk.root, d.work(d.area, rel), rel)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		if n.mode.IsDir() {
			d.allow(n)
			err = d.folder(ctx, n.path)
		} else {
			err = d.file(ctx, n)
		}
		if err != nil {
			return err
		}
	}
	return d.disk.removeIfEmpty(ctx, d.work(d.area, rel))
}

// allow lets this user empty a folder. One that nobody may write in is so
// because the folder that it replaced was.
func (d *discarding) allow(n node) {
	if n.mode.Perm()&0o700 != 0o700 {
		_ = d.disk.root.Chmod(d.work(d.area, n.path), n.mode.Perm()|0o700) // if it did not help, the next step says so
	}
}

func (d *discarding) file(ctx context.Context, n node) error {
	name := d.work(d.area, n.path)
	ours, err := d.isListed(ctx, name, n, d.listed, d.stamp)
	switch {
	case err != nil:
		return err
	case ours:
		err := d.disk.remove(ctx, name)
		if d.exe == "" || !errors.Is(err, ErrInUse) {
			return err
		}
		// One program that still runs can be moved, though not deleted.
		return d.disk.move(ctx, name, d.freeName(d.work(kept, d.id, d.area, n.path)))
	}
	d.log.WarnContext(ctx, "kept a file that koshin did not install", "folder", d.area, "path", n.path)
	return d.disk.move(ctx, name, d.freeName(d.work(kept, d.id, d.area, n.path)))
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

// Kept is the folder to which a commit moved what koshin had not installed and
// was left with the build before the previous one; empty when there was nothing.
// It stays there until somebody deletes it.
func (t *Transaction) Kept() string {
	if name := t.aside(previous); t.product.disk.exists(name) {
		return t.product.path(name)
	}
	return ""
}

// freeName is name, or the first of name~2, name~3 that is not taken.
func (p *Product) freeName(name string) string {
	free := name
	for n := 2; p.disk.exists(free); n++ {
		free = path.Join(path.Dir(name), fmt.Sprintf("%s~%d", path.Base(name), n))
	}
	return free
}
