package installer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/koshin-updater/koshin/manifest"
)

// Direction is which way a plan goes.
type Direction string

// The directions.
const (
	Update   Direction = "update"
	Rollback Direction = "rollback"
)

// Plan is everything that a swap will do, as data: it is shown, journalled and
// then done. Making one changes nothing.
type Plan struct {
	ID        string        `json:"id"`
	Kind      manifest.Kind `json:"kind"`
	Direction Direction     `json:"direction"`
	From      Record        `json:"from"`   // what stands there; the zero Tree: nothing
	To        Record        `json:"to"`     // what will
	Source    string        `json:"source"` // folder of the new build in the work folder
	Preserve  []string      `json:"preserve,omitzero"`
	Steps     []Step        `json:"steps"`
	Snapshot  string        `json:"snapshot,omitzero"` // copy of the user's data, when [Product.Backup] made one
	Report    Report        `json:"-"`

	keepUnknown bool
	keepStaged  bool
	standing    manifest.Version  // what really stands there, where it is not what is recorded
	seen        [sha256.Size]byte // the install folder as it was looked at: its [fingerprint]
	from, to    *listing
	found       manifest.Version // what the rule read; kinds msi and setup
}

// Report is what people should know before they agree to a plan. All paths are
// relative to the install folder.
type Report struct {
	Preserved []string // the user's data: stays where it is
	Unlisted  []string // files that koshin did not install: stay where they are
	Aside     []string // those of them whose place the new build needs: moved to kept/
	Changed   []string // installed files that somebody changed: kept with the previous build
	Missing   []string // installed files that are gone
	PutBack   []string // the user's data that an installer had changed: put back after its run
	Snapshot  string   // where [Product.Backup] will copy the user's data; empty: there is none
	KeptIn    string   // where what is put aside goes
	Oldest    *Record  // build that a commit discards, since one is kept for the way back
}

// Staying is the files that koshin did not install and that stay where they are.
func (r Report) Staying() []string {
	aside := make(map[string]bool, len(r.Aside))
	for _, name := range r.Aside {
		aside[key(name)] = true
	}
	return slices.DeleteFunc(slices.Clone(r.Unlisted), func(name string) bool {
		for ; name != "."; name = path.Dir(name) {
			if aside[key(name)] {
				return true
			}
		}
		return false
	})
}

// PlanOptions says how to treat what stands in the install folder.
type PlanOptions struct {
	// Preserve are globs of the user's data: "**" crosses folders, case does
	// not count on Windows and macOS. A folder that matches is preserved whole.
	Preserve []string
	// KeepUnknown goes on where files of an unknown build stand, or where the
	// recorded folder is missing: everything but the user's data becomes the
	// previous build.
	KeepUnknown bool
	// Standing is the version of a build that was installed by hand, over the
	// recorded one ([ByHand]) or where nothing is recorded ([Unknown]): a record
	// then says nothing about the folder, and the plan goes by what is there.
	Standing manifest.Version
	// KeepStaged leaves the staged build as it is when the swap meets a file in
	// use, for another try: see [Product.Staged].
	KeepStaged bool
	// Detect is the rule that reads the installed version, in its text form. The
	// kinds msi and setup need one; see [manifest.ParseRule].
	Detect string
}

// Plan says how the staged build will replace what is installed. It refuses a
// folder of an unknown build ([ErrUnknownFolder]) or a missing one
// ([ErrFolderMissing]) unless told otherwise, and data in the way of the new
// build ([ErrDataInTheWay]).
func (p *Product) Plan(ctx context.Context, staged *Staged, options PlanOptions) (*Plan, error) {
	if staged.kind.IsInstaller() {
		pl, err := p.planForeign(ctx, staged, options)
		if err != nil {
			return nil, fmt.Errorf("plan %s %s: %w", p.place.Product, staged.Version, err)
		}
		return pl, nil
	}
	to, err := p.newRecord(staged.Version, staged.index.Index, options.Preserve)
	if err != nil {
		return nil, err
	}
	to.Stamp = staged.stamp
	pl := &Plan{Direction: Update, Source: staging, Preserve: options.Preserve, To: *to,
		keepUnknown: options.KeepUnknown, standing: options.Standing, keepStaged: options.KeepStaged, to: staged.index}
	if err := p.fill(ctx, pl); err != nil {
		return nil, fmt.Errorf("plan %s %s: %w", p.place.Product, staged.Version, err)
	}
	return pl, nil
}

// PlanRollback says how the previous build will come back; [ErrNoPrevious]
// when none is kept. What stands there becomes the previous build, known or not.
func (p *Product) PlanRollback(ctx context.Context, options PlanOptions) (*Plan, error) {
	record, index, err := p.loadBuild(previousName)
	if err != nil {
		return nil, err
	}
	if record == nil {
		return nil, fmt.Errorf("roll back %s: %w", p.place.Product, ErrNoPrevious)
	}
	if record.Kind.IsInstaller() {
		pl, err := p.planForeignRollback(ctx, record, index, options)
		if err != nil {
			return nil, fmt.Errorf("roll back %s to %s: %w", p.place.Product, record.Version, err)
		}
		return pl, nil
	}
	to := *record
	to.Keep = options.Preserve
	if !to.When.IsZero() {
		to.When = p.now().UTC()
	}
	pl := &Plan{Direction: Rollback, Source: previous, Preserve: options.Preserve, To: to,
		keepUnknown: true, standing: options.Standing, to: index}
	if err := p.fill(ctx, pl); err != nil {
		return nil, fmt.Errorf("roll back %s to %s: %w", p.place.Product, to.Version, err)
	}
	return pl, nil
}

// fill looks at the install folder and completes the plan.
func (p *Product) fill(ctx context.Context, pl *Plan) error {
	if err := p.settled(); err != nil {
		return err
	}
	for _, pattern := range pl.Preserve {
		if !doublestar.ValidatePattern(pattern) {
			return fmt.Errorf("pattern %q: %w", pattern, doublestar.ErrBadPattern)
		}
	}
	record, listed, err := p.loadBuild(installedName)
	if err != nil {
		return err
	}
	if record != nil && record.Kind.IsInstaller() {
		return fmt.Errorf("%w: from kind %s to files", ErrKindChanged, record.Kind)
	}
	if !pl.standing.IsZero() {
		record, listed = nil, nil
	}
	bare, err := p.isBare()
	if err != nil {
		return err
	}
	switch there := p.disk.exists(p.live); {
	case record != nil && !there && !pl.keepUnknown:
		return ErrFolderMissing
	case record == nil && !bare && !pl.keepUnknown:
		return ErrUnknownFolder
	}
	s := &survey{p: p, pl: pl, data: pl.Preserve, record: record, listed: listed}
	if err := s.look(ctx); err != nil {
		return err
	}
	pl.ID, pl.Kind = p.newID(), manifest.Tree
	if err := p.foresee(pl); err != nil {
		return err
	}
	if err := s.steps(); err != nil {
		return err
	}
	if p.exeAlone && isOnly(pl.to.Index, p.exe) {
		pl.Kind = manifest.Exe
		s.replaces()
	}
	return nil
}

// foresee says where things will be kept, and what will not be any longer.
func (p *Product) foresee(pl *Plan) (err error) {
	pl.Report.KeptIn = p.path(p.work(kept, pl.ID))
	if len(pl.Report.Preserved) > 0 {
		pl.Report.Snapshot = p.path(p.freeName(p.snapshotName(pl.From.Version)))
	}
	if pl.Direction == Update {
		pl.Report.Oldest, err = p.loadRecord(previousName)
	}
	return err
}

// check refuses a plan that was read from a journal and could not have been
// made here.
func (pl *Plan) check() error {
	if pl == nil {
		return errors.New("no plan")
	}
	if pl.Direction != Update && pl.Direction != Rollback {
		return fmt.Errorf("unknown direction %q", pl.Direction)
	}
	if pl.Source != staging && pl.Source != previous {
		return fmt.Errorf("unknown source %q", pl.Source)
	}
	if err := insidePath(pl.ID); err != nil {
		return err
	}
	for _, s := range pl.Steps {
		if err := s.check(); err != nil {
			return err
		}
	}
	return pl.checkKind()
}

// insidePath refuses what does not stay inside a folder. It is laxer than a
// package: files that koshin did not install have other people's names.
func insidePath(name string) error {
	if !fs.ValidPath(name) || name == "." {
		return fmt.Errorf("%q is not a path inside a folder", name)
	}
	return nil
}
