package installer

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/koshin-updater/koshin/manifest/pack"
)

// A build that stands in a folder can have files that koshin did not put there:
// installed ones that the operator changed, or all of a build that somebody else
// installed. They belong to that build, go to previous/ with it and come back
// with it; but when it is discarded, they are moved to kept/ and not deleted.
// Their paths are in <name>.theirs beside the index that lists them, and most
// builds have no such file.

func theirsName(build string) string { return build + ".theirs" }

// loadTheirs is empty where there are none.
func (p *Product) loadTheirs(build string) ([]string, error) {
	data, err := readAtMost(p.state(theirsName(build)), pack.MaxIndex)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var paths []string
	if err == nil {
		err = json.Unmarshal(data, &paths)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	return paths, nil
}

func (p *Product) saveTheirs(build string, paths []string) error {
	if len(paths) == 0 {
		return p.removeTheirs(build)
	}
	return p.saveFile(theirsName(build), func(w io.Writer) error { return json.MarshalWrite(w, paths) })
}

func (p *Product) removeTheirs(builds ...string) error {
	for _, build := range builds {
		if _, err := os.Lstat(p.state(theirsName(build))); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := p.removeState(theirsName(build)); err != nil {
			return err
		}
	}
	return nil
}

// saveTheirs notes before the swap what is somebody else's of either build. A
// build from a package is all koshin's.
func (t files) saveTheirs() error {
	p := t.product
	if err := p.saveTheirs(fromName, t.plan.theirs); err != nil {
		return err
	}
	if t.plan.Source == previous {
		return p.passTheirs(previousName, toName)
	}
	return p.removeTheirs(toName)
}

// passTheirs hands the list of one build on with the build.
func (p *Product) passTheirs(from, to string) error {
	paths, err := p.loadTheirs(from)
	if err != nil {
		return err
	}
	return p.saveTheirs(to, paths)
}

// without leaves out the files of these paths.
func (l *listing) without(paths []string) *listing {
	if len(paths) == 0 {
		return l
	}
	out := pathSet(paths)
	return list(pack.Index{Entries: slices.DeleteFunc(slices.Clone(l.Entries), func(e pack.Entry) bool { return out[key(e.Path)] })})
}

func pathSet(paths []string) map[string]bool {
	set := make(map[string]bool, len(paths))
	for _, p := range paths {
		set[key(p)] = true
	}
	return set
}

// Kept is the folder to which a commit moved what is not koshin's and was left
// with the build before the previous one; empty when there was nothing. It stays
// there until somebody deletes it.
func (t *Transaction) Kept() string {
	if name := t.aside(previous); t.product.disk.exists(name) {
		return t.product.path(name)
	}
	return ""
}
