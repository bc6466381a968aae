package installer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/koshin-updater/koshin/manifest"
)

// State is what stands in an install folder.
type State string

// The states.
const (
	Absent   State = "absent"   // no folder, or an empty one, and nothing recorded
	Recorded State = "recorded" // the build that koshin installed, complete
	Damaged  State = "damaged"  // the same, but missing or half deleted
	Unknown  State = "unknown"  // files of a build that koshin did not install
)

// Installed is what [Product.Detect] found.
type Installed struct {
	State   State
	Version manifest.Version // zero when absent or not readable
	Missing []string         // damaged only: entries that are gone or have another size
}

// maxVersionFile bounds what a "file" rule reads, in bytes. The version stands
// near the start of any file that has one.
const maxVersionFile = 1 << 20

// Detect reads the installed version by the product's rule and compares the
// folder with koshin's own record. It looks at the name and size of every
// recorded file, not at its content. A rule that reads no version where files
// are gives [Unknown] without a version. Rules other than koshin-record and
// file are [errors.ErrUnsupported].
func (p *Product) Detect(ctx context.Context, rule manifest.Rule) (Installed, error) {
	found, err := p.detect(ctx, rule)
	if err != nil {
		return Installed{}, fmt.Errorf("detect %s: %w", p.place.Product, err)
	}
	return found, nil
}

func (p *Product) detect(ctx context.Context, rule manifest.Rule) (Installed, error) {
	found, err := p.fromRecord(ctx)
	if err != nil || rule.Kind == manifest.RuleRecord || found.State == Absent {
		return found, err
	}
	if rule.Kind != manifest.RuleFile {
		return Installed{}, fmt.Errorf("rule %q: %w", rule.Kind, errors.ErrUnsupported)
	}
	version, err := p.versionFromFile(rule)
	switch {
	case errors.Is(err, ErrNoVersion) && found.State == Damaged:
		return found, nil
	case errors.Is(err, ErrNoVersion):
		return Installed{State: Unknown}, nil
	case err != nil:
		return Installed{}, err
	}
	if !version.Equal(found.Version) { // updated by hand, or never recorded
		return Installed{State: Unknown, Version: version}, nil
	}
	return found, nil
}

// fromRecord compares the folder with the record.
func (p *Product) fromRecord(ctx context.Context) (Installed, error) {
	record, index, err := p.loadBuild(installedName)
	if err != nil {
		return Installed{}, err
	}
	if record == nil {
		empty, err := p.disk.isEmpty(p.live)
		if !p.disk.exists(p.live) || err == nil && empty {
			return Installed{State: Absent}, nil
		}
		return Installed{State: Unknown}, err
	}
	missing, err := p.missing(ctx, index.Index, record.Keep)
	if err != nil {
		return Installed{}, err
	}
	if len(missing) > 0 || !p.disk.exists(p.live) {
		return Installed{State: Damaged, Version: record.Version, Missing: missing}, nil
	}
	return Installed{State: Recorded, Version: record.Version}, nil
}

// versionFromFile finds the version in a text file of the client.
func (p *Product) versionFromFile(rule manifest.Rule) (manifest.Version, error) {
	file, err := p.disk.root.Open(path.Join(p.live, rule.Path))
	if err != nil {
		return manifest.Version{}, fmt.Errorf("%w: %w", ErrNoVersion, err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxVersionFile))
	if err != nil {
		return manifest.Version{}, fmt.Errorf("%w: %w", ErrNoVersion, err)
	}
	groups := rule.Pattern.FindSubmatch(text)
	if groups == nil {
		return manifest.Version{}, fmt.Errorf("%w: %q does not match", ErrNoVersion, rule.Path)
	}
	version, err := manifest.ParseVersion(string(groups[1]))
	if err != nil {
		return manifest.Version{}, fmt.Errorf("%w: %w", ErrNoVersion, err)
	}
	return version, nil
}
