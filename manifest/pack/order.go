package pack

import (
	"fmt"
	"path"
	"strings"

	"github.com/koshin-updater/koshin/manifest"
)

// order checks each entry against those before it. It remembers only the
// folders that are open, so it needs little memory for any tree.
type order struct {
	last string
	open []openDir
}

// openDir is a folder whose inside is being listed; seen are the names inside.
type openDir struct {
	path string
	seen map[string]struct{}
}

func (o *order) accept(e Entry) error {
	if err := e.check(); err != nil {
		return err
	}
	if o.last != "" && Compare(o.last, e.Path) >= 0 {
		return fmt.Errorf("%q does not come after %q", e.Path, o.last)
	}
	o.last = e.Path
	return o.enter(e)
}

// enter finds the folder that holds e among the open ones and closes those
// inside which nothing more can come.
func (o *order) enter(e Entry) error {
	if o.open == nil {
		o.open = []openDir{{path: "", seen: map[string]struct{}{}}}
	}
	parent, name := path.Split(e.Path)
	parent = strings.TrimSuffix(parent, "/")
	for len(o.open) > 1 && o.open[len(o.open)-1].path != parent {
		o.open = o.open[:len(o.open)-1]
	}
	dir := o.open[len(o.open)-1]
	if dir.path != parent {
		return &PathError{Path: e.Path, Reason: ErrPathParents}
	}
	folded := Fold(name)
	if _, twice := dir.seen[folded]; twice {
		return &PathError{Path: e.Path, Reason: ErrPathClash}
	}
	dir.seen[folded] = struct{}{}
	if e.Type == Dir {
		o.open = append(o.open, openDir{path: e.Path, seen: map[string]struct{}{}})
	}
	return nil
}

func (e Entry) check() error {
	if err := CheckPath(e.Path); err != nil {
		return err
	}
	switch {
	case e.Type != File && e.Type != Dir:
		return fmt.Errorf("%q is of type %q", e.Path, e.Type)
	case e.Type == Dir && e != Entry{Path: e.Path, Type: Dir}:
		return fmt.Errorf("folder %q has what only files have", e.Path)
	case e.Type == File && (e.Size < 0 || e.Size > manifest.MaxPackageSize || e.SHA256.IsZero()):
		return fmt.Errorf("file %q has no valid size and hash", e.Path)
	}
	return nil
}
