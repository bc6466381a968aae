package updater

import (
	"context"

	"github.com/koshin-updater/koshin/installer"
)

// Steps says every change that a plan makes to the disk, in its order.
func Steps(plan *installer.Plan) []Note {
	put := map[string]bool{}
	retired := map[string]bool{}
	for _, s := range plan.Steps {
		put[s.Path] = put[s.Path] || s.Op == installer.Put
		retired[s.Path] = retired[s.Path] || s.Op == installer.Retire
	}
	var notes []Note
	for _, s := range plan.Steps {
		key := stepKey(s.Op)
		switch {
		case s.Op == installer.Retire && put[s.Path]:
			key = PlanReplace
		case s.Op == installer.Put && retired[s.Path]:
			continue // said with the one that it replaces
		}
		path := s.Path
		if path == "" {
			path = "."
		}
		notes = append(notes, note(key, "path", path, "dir", plan.Report.KeptIn))
	}
	if oldest := plan.Report.Oldest; oldest != nil {
		version := oldest.Version.String()
		if version == "" {
			version = "?" // a build that koshin did not know
		}
		notes = append(notes, note(PlanDiscard, "version", version))
	}
	return notes
}

func stepKey(op installer.Op) Key {
	switch op {
	case installer.Retire:
		return PlanRetire
	case installer.Keep:
		return PlanKeep
	case installer.Mkdir:
		return PlanMkdir
	case installer.Seed:
		return PlanSeed
	case installer.Run:
		return PlanRun
	case installer.Replace:
		return PlanReplace
	}
	return PlanPut
}

// Stays says what a plan means for the files that are not the build's: which
// stay, which are kept aside and where, and which copy is made first.
func Stays(plan *installer.Plan) []Note {
	r := plan.Report
	var notes []Note
	say := func(key Key, paths []string) {
		if len(paths) > 0 {
			notes = append(notes, note(key, "count", len(paths), "files", Shorten(paths), "dir", r.KeptIn))
		}
	}
	say(PlanData, r.Preserved)
	if r.Snapshot != "" {
		notes = append(notes, note(PlanSnapshot, "path", r.Snapshot))
	}
	say(PlanUnlisted, r.Staying())
	say(PlanAside, r.Aside)
	say(PlanChanged, r.Changed)
	say(PlanMissing, r.Missing)
	return notes
}

// tellPlan says, before anything is changed, what the plan means for the
// operator's files.
func (j *job) tellPlan(plan *installer.Plan) {
	j.report.Plan = plan
	if j.options.DryRun {
		return // the plan itself is the answer
	}
	for _, n := range Stays(plan) {
		j.say(Event{Phase: PhaseBackUp, Product: j.product.ID, Note: n})
	}
}

// lookAtData compares the user's data with the copy from before the update,
// after a way back.
func (j *job) lookAtData(ctx context.Context, snapshot string) error {
	plan := j.report.Plan
	if plan == nil || len(plan.Preserve) == 0 {
		return nil
	}
	since, err := j.inst.DataSince(ctx, plan.Preserve, snapshot)
	j.report.Data = &since
	return err
}
