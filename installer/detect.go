package installer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// State is what stands in an install folder.
type State string

// The states.
const (
	Absent   State = "absent"   // no folder, or an empty one, and nothing recorded
	Recorded State = "recorded" // the build that koshin installed, complete
	Edited   State = "edited"   // the same, but somebody changed files of it
	ByHand   State = "by-hand"  // another version than koshin installed: somebody updated it
	Damaged  State = "damaged"  // the recorded build is missing or half deleted
	Moved    State = "moved"    // not in the install folder, but elsewhere on this PC
	Unknown  State = "unknown"  // a build that koshin did not install
)

// Installed is what [Product.Detect] found.
type Installed struct {
	State     State
	Version   manifest.Version // zero when absent or not readable
	Recorded  manifest.Version // what koshin installed last; zero: nothing, or a build it does not know
	Missing   []string         // damaged: entries that are gone
	Edited    []string         // files that are not as they were installed
	Elsewhere string           // moved: the folder that has it
}

// Detect reads the installed version by the product's rule and compares the
// folder with koshin's own record: the name and size of every file, and the
// content of those that were written to since. It changes nothing. A rule that
// reads no version where files are gives [Unknown] without a version; one that
// this system cannot read is [errors.ErrUnsupported].
func (p *Product) Detect(ctx context.Context, rule manifest.Rule) (Installed, error) {
	found, err := p.detect(ctx, rule)
	if err != nil {
		return Installed{}, fmt.Errorf("detect %s: %w", p.place.Product, err)
	}
	return found, nil
}

func (p *Product) detect(ctx context.Context, rule manifest.Rule) (Installed, error) {
	if record, err := p.Installed(); err == nil && record != nil && record.Kind.IsInstaller() {
		return p.detectForeign(ctx, record, rule)
	}
	found, err := p.fromRecord(ctx)
	nowhere := found.State == Absent && rule.Kind != manifest.RuleUninstall
	if err != nil || rule.Kind == manifest.RuleRecord || nowhere {
		return found, err
	}
	read, err := p.read(ctx, rule)
	switch {
	case err == nil:
		return p.weigh(found, read), nil
	case !errors.Is(err, ErrNoVersion):
		return Installed{}, err
	case found.State == Recorded || found.State == Edited:
		return Installed{State: Unknown, Recorded: found.Recorded}, nil
	}
	return found, nil
}

// weigh sets what the rule read against what the record says.
func (p *Product) weigh(found Installed, read reading) Installed {
	switch found.State {
	case Absent, Unknown:
		// The rule is the only witness. One that names another folder did not
		// speak of what is in this one.
		if p.isElsewhere(read.location) {
			return Installed{State: Moved, Version: read.version, Elsewhere: read.location}
		}
		return Installed{State: Unknown, Version: read.version}
	case Damaged:
		if !p.disk.exists(p.live) {
			if p.isElsewhere(read.location) {
				found.State, found.Version, found.Elsewhere = Moved, read.version, read.location
			}
			return found
		}
	case Moved:
		return found
	}
	if read.version.Equal(found.Version) || p.isElsewhere(read.location) {
		return found
	}
	return Installed{State: ByHand, Version: read.version, Recorded: found.Recorded}
}

// isElsewhere says whether location is a folder that is there, and another one
// than the install folder.
func (p *Product) isElsewhere(location string) bool {
	if location == "" || sameFolder(location, p.place.Dir) {
		return false
	}
	info, err := os.Stat(location)
	return err == nil && info.IsDir()
}

// fromRecord compares the folder with the record.
func (p *Product) fromRecord(ctx context.Context) (Installed, error) {
	record, index, err := p.loadBuild(installedName)
	if err != nil {
		return Installed{}, err
	}
	if record == nil {
		bare, err := p.isBare()
		if err == nil && bare {
			return Installed{State: Absent}, nil
		}
		return Installed{State: Unknown}, err
	}
	found := Installed{State: Recorded, Version: record.Version, Recorded: record.Version}
	left, err := p.compareWith(ctx, record, index, &found)
	switch {
	case err != nil:
		return Installed{}, err
	case left == 0 && len(found.Missing) > 0:
		if found.Elsewhere = p.renamedTo(index, found.Missing); found.Elsewhere != "" {
			found.State = Moved
			return found, nil
		}
		found.State = Damaged
	case len(found.Missing) > 0:
		found.State = Damaged
	case len(found.Edited) > 0:
		found.State = Edited
	}
	return found, nil
}

// compareWith notes what is missing and what was edited, and counts the files
// that are left. The user's data is none of these. A file that still has the time that koshin gave it is taken as
// unchanged; an adopted build has no such time, and only sizes count.
func (p *Product) compareWith(ctx context.Context, record *Record, index *listing, found *Installed) (left int, err error) {
	data := globs(record.Keep)
	there, mark := index.checklist(func(n node, e pack.Entry) (bool, error) {
		if data.match(e.Path) {
			return true, nil
		}
		if e.Type == pack.File {
			left++
		}
		same, err := p.isUnedited(ctx, n, e, record)
		if !same && err == nil {
			found.Edited = append(found.Edited, e.Path)
		}
		return true, err
	})
	if err := p.walkLive(ctx, nil, mark); err != nil {
		return 0, err
	}
	for n, e := range index.Entries {
		if !there[n] && !data.match(e.Path) {
			found.Missing = append(found.Missing, e.Path)
		}
	}
	return left, nil
}

func (p *Product) isUnedited(ctx context.Context, n node, e pack.Entry, record *Record) (bool, error) {
	switch {
	case e.Type == pack.Dir:
		return true, nil
	case n.size != e.Size:
		return false, nil
	case n.mtime.Equal(record.Stamp) || record.Stamp.IsZero():
		return true, nil
	}
	digest, err := p.disk.hash(ctx, path.Join(p.live, n.path))
	return digest == e.SHA256, explain(err)
}
