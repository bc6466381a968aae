package main

import (
	"fmt"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/updater"
)

// planJSON is every change to the disk, and what it means for the files that are
// not the build's. Paths are relative to the install folder unless they say
// where something will be kept.
type planJSON struct {
	Steps     []installer.Step `json:"steps"`
	Preserved []string         `json:"preserved"`          // the user's data: stays
	Unlisted  []string         `json:"unlisted"`           // not installed by koshin: stay
	Aside     []string         `json:"aside"`              // in the way of the new build: kept in kept_in
	Changed   []string         `json:"changed"`            // installed, and changed since: kept with the previous build
	Missing   []string         `json:"missing"`            // installed, and gone
	Snapshot  string           `json:"snapshot,omitempty"` // where the user's data is copied first
	KeptIn    string           `json:"kept_in,omitempty"`
	Discards  *string          `json:"discards"` // version of the build that is no longer kept; null: none, or not known
}

func newPlanJSON(p *installer.Plan) *planJSON {
	r := p.Report
	plan := &planJSON{
		Steps: append([]installer.Step{}, p.Steps...), Preserved: some(r.Preserved), Unlisted: some(r.Staying()), Aside: some(r.Aside),
		Changed: some(r.Changed), Missing: some(r.Missing), Snapshot: r.Snapshot,
	}
	if len(r.Aside) > 0 {
		plan.KeptIn = r.KeptIn
	}
	if r.Oldest != nil {
		plan.Discards = versionJSON(r.Oldest.Version)
	}
	return plan
}

// some is a list that is never null.
func some(paths []string) []string { return append([]string{}, paths...) }

// dataJSON is the user's data after a way back.
type dataJSON struct {
	Files        int      `json:"files"`         // that stay as they are
	ChangedSince []string `json:"changed_since"` // since the copy from before the update
	GoneSince    []string `json:"gone_since"`
	Since        string   `json:"snapshot_since,omitempty"` // copy made before going back by hand
}

func newDataJSON(r updater.Report) *dataJSON {
	if r.Data == nil {
		return nil
	}
	return &dataJSON{Files: r.Data.Files, ChangedSince: some(r.Data.Changed), GoneSince: some(r.Data.Gone), Since: r.Since}
}

// showPlan is what --dry-run shows: every change, then what stays and why.
func (s *session) showPlan(p *installer.Plan) {
	s.sayln("plan-heading")
	for _, n := range append(updater.Steps(p), updater.Stays(p)...) {
		fmt.Fprintln(s.Out, "  "+s.words.Note(s.language, n))
	}
}

// showKept names the files of the operator's own that had to move. None is ever
// deleted. After an update that was taken back they are where they were.
func (s *session) showKept(r updater.Report) {
	if r.Plan == nil || r.DryRun {
		return
	}
	if data := r.Plan.Report.PutBack; len(data) > 0 {
		s.sayln("kept-data", "paths", updater.Shorten(data), "dir", r.Plan.Report.KeptIn)
	}
	stands := r.Outcome == updater.Updated || r.Outcome == updater.RolledBack && r.Fault == nil
	if !stands {
		return
	}
	if changed := r.Plan.Report.Changed; len(changed) > 0 {
		s.sayln("kept-changed", "paths", updater.Shorten(changed))
	}
	if aside := r.Plan.Report.Aside; len(aside) > 0 {
		s.sayln("kept-aside", "paths", updater.Shorten(aside), "dir", r.Plan.Report.KeptIn)
	}
	if r.Kept != "" {
		s.sayln("kept-older", "dir", r.Kept)
	}
}

// showData says, after a way back, which data stays and why; and in any case
// where the copies of it are.
func (s *session) showData(r updater.Report) {
	if d := r.Data; d != nil {
		s.sayln("data-stays", "count", d.Files)
		if len(d.Changed) > 0 {
			s.sayln("data-changed", "count", len(d.Changed), "files", updater.Shorten(d.Changed))
		}
		if len(d.Gone) > 0 {
			s.sayln("data-gone", "count", len(d.Gone), "files", updater.Shorten(d.Gone))
		}
	}
	if snapshot := snapshotOf(r); snapshot != "" {
		s.sayln("snapshot", "path", snapshot)
	}
	if r.Since != "" {
		s.sayln("snapshot-since", "path", r.Since)
	}
}

// snapshotOf is the copy from before the update, also from before one that an
// earlier run left open.
func snapshotOf(r updater.Report) string {
	if r.Snapshot == "" && r.Recovered != nil {
		return r.Recovered.Snapshot
	}
	return r.Snapshot
}
