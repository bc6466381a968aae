package updater

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
)

// identifySelf is the version of the executable that stands there: as recorded,
// as published, or on its own word.
func (j *job) identifySelf(ctx context.Context, m *manifest.Manifest) (installer.Installed, error) {
	in, err := j.inst.Detect(ctx, recordRule())
	if err != nil || in.State == installer.Recorded {
		return in, err
	}
	known := map[manifest.Digest]manifest.Version{}
	for _, b := range m.Builds {
		for _, p := range b.Packages {
			if p.Kind != manifest.Exe || p.OS != runtime.GOOS || p.Arch != runtime.GOARCH {
				continue
			}
			tree, err := installer.ExeTree(j.selfName(), p)
			if err != nil {
				return in, err
			}
			known[tree] = b.Version
		}
	}
	adopted, err := j.inst.Adopt(ctx, nil, known)
	if err == nil {
		return installer.Installed{State: installer.Recorded, Version: adopted.Version, Recorded: adopted.Version}, nil
	}
	if !errors.Is(err, installer.ErrNoMatch) {
		return in, err
	}
	own := j.Updater.options.Self.Version
	if own.IsZero() {
		return in, ErrDevelopment
	}
	return installer.Installed{State: installer.ByHand, Version: own, Recorded: in.Recorded}, nil
}

// decideSelf judges the same gates as for a client, but one: koshin may run.
func (j *job) decideSelf(ctx context.Context, m *manifest.Manifest, in installer.Installed) error {
	j.phase(SelfID, PhaseGates, note(NoteGates))
	facts, err := j.facts(ctx, j.inst, j.product, m, in)
	if err != nil {
		return err
	}
	facts.Running, facts.RunningKnown, facts.Retry = nil, true, j.options.Retry
	d, err := j.judge(facts)
	j.report.Decision = d
	if err != nil {
		return err
	}
	if d.Target != nil {
		j.report.To = d.Target.Build.Version
	}
	switch d.Action {
	case ActUpdate, ActRequired:
		if d.Target.Package.Kind != manifest.Exe {
			return fmt.Errorf("koshin as a package of kind %s: %w", d.Target.Package.Kind, errors.ErrUnsupported)
		}
		return j.mayJournal(d.Target.Package.Kind)
	case ActNone:
		if d.Required {
			return ErrNoBuild
		}
		j.report.Outcome, j.report.To = UpToDate, in.Version
		return nil
	}
	j.report.Outcome = Deferred
	return nil
}
