package installer

import (
	"context"
	"errors"
	"fmt"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// planForeign says how the staged installer will be run.
func (p *Product) planForeign(ctx context.Context, staged *Staged, options PlanOptions) (*Plan, error) {
	to, err := p.newForeignRecord(staged.Version, staged.index.Index, staged.kind, staged.installer, options)
	if err != nil {
		return nil, err
	}
	to.Stamp = staged.stamp
	pl := &Plan{Kind: staged.kind, Direction: Update, Source: staging, Preserve: options.Preserve, To: *to,
		keepUnknown: options.KeepUnknown, to: staged.index}
	return pl, p.fillForeign(ctx, pl)
}

// planForeignRollback says how the previous installer will be run.
func (p *Product) planForeignRollback(ctx context.Context, record *Record, index *listing, options PlanOptions) (*Plan, error) {
	to := *record
	to.When, to.Keep = p.now().UTC(), options.Preserve
	if options.Detect != "" {
		to.Detect = options.Detect // the publisher may have corrected it since
	}
	pl := &Plan{Kind: record.Kind, Direction: Rollback, Source: previous, Preserve: options.Preserve, To: to, keepUnknown: true, to: index}
	return pl, p.fillForeign(ctx, pl)
}

// fillForeign looks at what is installed and completes the plan.
func (p *Product) fillForeign(ctx context.Context, pl *Plan) error {
	if err := p.settled(); err != nil {
		return err
	}
	for _, pattern := range pl.Preserve {
		if !doublestar.ValidatePattern(pattern) {
			return fmt.Errorf("pattern %q: %w", pattern, doublestar.ErrBadPattern)
		}
	}
	if err := p.fillFrom(ctx, pl); err != nil {
		return err
	}
	data, err := p.dataFiles(ctx, pl.Preserve)
	if err != nil {
		return err
	}
	pl.Report.Preserved = data
	pl.ID, pl.Steps = p.newID(), []Step{{Run, installerName(pl.Kind)}}
	return p.foresee(pl)
}

// fillFrom says what is installed and whether a way back to it is kept.
func (p *Product) fillFrom(ctx context.Context, pl *Plan) error {
	record, listed, err := p.loadBuild(installedName)
	if err != nil {
		return err
	}
	if record != nil && !record.Kind.IsInstaller() {
		return fmt.Errorf("%w: from files to kind %s", ErrKindChanged, pl.Kind)
	}
	if pl.found, err = p.installedVersion(ctx, pl.To.Detect); err != nil {
		return err
	}
	// A record whose version cannot be read any more is still the best that is
	// known: its installer brings the client back.
	if record != nil && (pl.found.IsZero() || pl.found.Equal(record.Version)) {
		kept, err := p.holds(ctx, current, listed)
		if err != nil {
			return err
		}
		if kept {
			pl.From, pl.from = *record, listed
			return nil
		}
	}
	from, err := p.newRecord(pl.found, pack.Index{}, pl.Preserve)
	if err != nil {
		return err
	}
	pl.From, pl.from = *from, list(pack.Index{})
	bare, err := p.isBare()
	if err != nil {
		return err
	}
	if (!pl.found.IsZero() || !bare) && !pl.keepUnknown {
		return fmt.Errorf("%w: version %q", ErrNoWayBack, pl.found)
	}
	return nil
}

// dataFiles are the files of the user's data in the install folder.
func (p *Product) dataFiles(ctx context.Context, data globs) ([]string, error) {
	var names []string
	err := p.disk.walk(ctx, p.live, func(n node) error {
		if !n.mode.IsDir() && data.match(n.path) {
			names = append(names, n.path)
		}
		return nil
	})
	return names, err
}

// installedVersion reads the version by a rule in its text form; zero when
// there is none that can be read.
func (p *Product) installedVersion(ctx context.Context, rule string) (manifest.Version, error) {
	parsed, err := manifest.ParseRule(rule)
	if err != nil {
		return manifest.Version{}, err
	}
	if parsed.Kind == manifest.RuleRecord {
		return manifest.Version{}, fmt.Errorf("rule %q cannot read what an installer did: %w", rule, errors.ErrUnsupported)
	}
	found, err := p.read(ctx, parsed)
	if errors.Is(err, ErrNoVersion) {
		return manifest.Version{}, nil
	}
	return found.version, err
}

// detectForeign compares what the rule reads with the record of a build that
// came with an installer of its own.
func (p *Product) detectForeign(ctx context.Context, record *Record, rule manifest.Rule) (Installed, error) {
	found := Installed{State: Recorded, Version: record.Version, Recorded: record.Version}
	if rule.Kind == manifest.RuleRecord {
		var err error
		if rule, err = manifest.ParseRule(record.Detect); err != nil {
			return Installed{}, fmt.Errorf("%w: %w", ErrRecord, err)
		}
	}
	read, err := p.read(ctx, rule)
	switch {
	case errors.Is(err, ErrNoVersion):
		found.State = Damaged
	case err != nil:
		return Installed{}, err
	case !read.version.Equal(record.Version):
		found.State, found.Version = ByHand, read.version
	}
	return found, nil
}
