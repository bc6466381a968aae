package main

import (
	"runtime"
	"slices"
)

// plan is one thing that koshin does and that is stopped: one entry here gives
// it a row for every way of stopping.
type plan struct {
	name      string
	args      func(w *world) []string // of koshin; nil: recover
	pc        string                  // that it starts from; "": pcInstalled
	from      string                  // recover: the plan that was interrupted
	old       string                  // version before; "": none
	new       string                  // version after; "": the old one again
	kept      string                  // version kept for a rollback before
	takenBack bool                    // the new build is at fault
	next      func(w *world) []string // what must work afterwards
	nextIs    string                  // and the version that it leads to
}

// outcomes are what a plan may leave.
type outcomes struct {
	old, new  string
	previous  string // kept beside the old build
	operators tree
}

func updateTo(version string) func(*world) []string {
	return func(w *world) []string { return []string{"update", "--yes", "--from", w.repository(version)} }
}

// plans are in the order of the table.
func plans() []plan {
	list := treePlans()
	if runtime.GOOS == "windows" {
		return list
	}
	// The promise is weaker there: the previous setup program and the data are
	// safe, and recover finishes the way back. What it leaves is a build all the same.
	return append(list,
		plan{name: "update by a setup program", pc: pcSetup, args: updateTo(afterSetup), old: beforeSetup, new: afterSetup, kept: oldestSetup, next: updateTo(afterSetup), nextIs: afterSetup},
		plan{name: "rollback by a setup program", pc: pcSetup, args: rollBack, old: beforeSetup, new: oldestSetup, kept: oldestSetup, next: updateTo(afterSetup), nextIs: afterSetup},
		plan{name: "recover of a setup program's update", from: "update by a setup program", pc: pcSetup, old: beforeSetup, new: afterSetup, kept: oldestSetup, next: updateTo(afterSetup), nextIs: afterSetup})
}

func rollBack(*world) []string { return []string{"rollback", "--yes"} }

func treePlans() []plan {
	return []plan{
		{name: "first install", args: updateTo(after), pc: pcBlank, new: after, next: updateTo(after), nextIs: after},
		{name: "update", args: updateTo(after), old: before, new: after, kept: oldest, next: updateTo(after), nextIs: after},
		{name: "update taken back", args: updateTo(faulty), old: before, kept: oldest, takenBack: true},
		{name: "rollback", args: rollBack, old: before, new: oldest, kept: oldest, next: updateTo(after), nextIs: after},
		{name: "recover of an update", from: "update", old: before, new: after, kept: oldest, next: updateTo(after), nextIs: after},
		{name: "update at the restart", pc: pcWaiting, args: func(*world) []string { return []string{"recover"} },
			old: before, new: waiting, kept: oldest, next: updateTo(waiting), nextIs: waiting},
		{name: "update of an executable", pc: pcExe, args: updateTo(afterExe), old: beforeExe, new: afterExe, kept: oldestExe, next: updateTo(afterExe), nextIs: afterExe},
		{name: "rollback of an executable", pc: pcExe, args: rollBack, old: beforeExe, new: oldestExe, kept: oldestExe, next: updateTo(afterExe), nextIs: afterExe},
		{name: "recover of an executable's update", from: "update of an executable", pc: pcExe, old: beforeExe, new: afterExe, kept: oldestExe, next: updateTo(afterExe), nextIs: afterExe},
		{name: "recover of a rollback", from: "rollback", old: before, new: oldest, kept: oldest, next: updateTo(after), nextIs: after},
		{name: "update of koshin itself", pc: pcSelf, args: updateSelf(afterSelf), old: beforeSelf, new: afterSelf, kept: oldestSelf, next: updateSelf(afterSelf), nextIs: afterSelf},
		{name: "recover of koshin's own update", from: "update of koshin itself", pc: pcSelf, old: beforeSelf, new: afterSelf, kept: oldestSelf, next: updateSelf(afterSelf), nextIs: afterSelf},
	}
}

func planNamed(name string) plan {
	list := plans()
	return list[slices.IndexFunc(list, func(p plan) bool { return p.name == name })]
}

// arguments are what koshin is started with.
func (pl plan) arguments(w *world) []string {
	if pl.args == nil {
		return []string{"recover"}
	}
	return pl.args(w)
}

// starts is the PC that the plan, or the plan that it recovers, starts from.
func (pl plan) starts() string {
	if pl.pc == "" {
		return pcInstalled
	}
	return pl.pc
}
