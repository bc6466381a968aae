package installer

import (
	"context"
	"path"
	"time"
)

// edited is the folder in kept/<time>/ for copies of files of the old build
// that somebody changed.
const edited = "edited"

// copyEdited copies those files aside. They go away with the old build, and in
// the end that is deleted; what somebody wrote is not.
func (t files) copyEdited(ctx context.Context) error {
	p := t.product
	for _, name := range t.plan.Report.Changed {
		to := t.aside(edited, name)
		if err := p.copyData(ctx, path.Join(p.live, name), to); err != nil {
			return explain(err)
		}
		p.disk.touch(to)
	}
	return nil
}

// dropEdited deletes the copies again, when the old build is back with the
// originals in it.
func (t files) dropEdited(ctx context.Context) error {
	return t.discard(ctx, path.Join(kept, t.plan.ID, edited), t.from, time.Time{})
}
