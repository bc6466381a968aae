package installer

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Holders lists the programs, except this one, that have a file open at or
// below path. It is for people: on Linux an open file blocks no rename. Where
// the system cannot be asked the error is [errors.ErrUnsupported]; programs that
// this user may not look at are left out. It takes at most some seconds.
//
// Windows is asked through its Restart Manager, Linux through /proc, others
// through lsof. A child of koshin is listed like any other program: a self test
// that left one behind is worth naming.
func Holders(ctx context.Context, path string) ([]Process, error) {
	ctx, cancel := context.WithTimeout(ctx, holdersTime)
	defer cancel()
	return holders(ctx, path)
}

// holdersTime bounds the search: lsof looks at every file of every program.
const holdersTime = 10 * time.Second

// holders is who has a file of the disk open. Where nobody can say who, it is
// the programs that run from the product's folders: they are the likely ones.
func (p *Product) holders(ctx context.Context, name string) []Process {
	found, err := Holders(ctx, p.path(name))
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		p.log.WarnContext(ctx, "who holds a file cannot be seen", "path", name, "error", err)
	}
	if len(found) > 0 {
		return found
	}
	for _, dir := range []string{p.place.Dir, p.place.WorkDir()} {
		running, err := Running(dir)
		if err != nil && !errors.Is(err, errors.ErrUnsupported) {
			p.log.WarnContext(ctx, "running programs cannot be seen", "error", err)
		}
		found = append(found, running...)
	}
	return found
}

// filesBelow is path itself if it is a file, or files below it, programs and
// libraries first because those are what is held for long. There are at most
// limit.
func filesBelow(ctx context.Context, path string, limit int) ([]string, error) {
	var first, rest []string
	err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return nil //nolint:nilerr // what cannot be looked at is left out
		case !d.Type().IsRegular():
		case isProgram(name):
			first = append(first, name)
		case len(rest) < limit:
			rest = append(rest, name)
		}
		if len(first) >= limit {
			return filepath.SkipAll
		}
		return nil
	})
	files := slices.Concat(first, rest)
	return files[:min(limit, len(files))], err
}

func isProgram(name string) bool {
	return slices.Contains([]string{".exe", ".dll", ".ocx"}, strings.ToLower(filepath.Ext(name)))
}
