package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// verdict is what the walk over a PC found after a run.
type verdict struct {
	version string   // of the complete build that stands there; "": none does
	lost    []string // the operator's files that are nowhere, or not byte for byte
	mixed   []string // what keeps the install folder from being a complete build
}

// judge looks at the install folder and the work folder beside it, and at
// nothing that koshin wrote down. The builds are compared with the folders that
// the publisher packed.
func (w *world) judge(p *pc, o outcomes) (verdict, error) {
	live, err := walk(p.client())
	if err != nil {
		return verdict{}, err
	}
	work, err := walk(p.work())
	if err != nil {
		return verdict{}, err
	}
	v := verdict{}
	for _, name := range slices.Sorted(maps.Keys(o.operators)) {
		if !o.isSafe(name, live, work) {
			v.lost = append(v.lost, name)
		}
	}
	if v.mixed, err = w.rescueDiffers(p); err != nil || len(v.mixed) > 0 {
		return v, err
	}
	oldDiffers := append(w.differs(live, o.old, o), w.previousDiffers(work, o.previous, o)...)
	if len(oldDiffers) == 0 {
		v.version = o.old
		return v, nil
	}
	if o.new == "" {
		v.mixed = oldDiffers
		return v, nil
	}
	newDiffers := append(w.differs(live, o.new, o), w.previousDiffers(work, o.old, o)...)
	if len(newDiffers) == 0 {
		v.version = o.new
		return v, nil
	}
	v.mixed = oldDiffers
	if len(newDiffers) < len(oldDiffers) {
		v.mixed = newDiffers
	}
	return v, nil
}

// isSafe: data is in its place. What else the operator put there is in its
// place or in kept/; a file of the build that they changed may also have gone
// with that build.
func (o outcomes) isSafe(name string, live, work tree) bool {
	want := o.operators[name]
	if live[name] == want || isData(name) {
		return live[name] == want
	}
	for path, what := range work {
		inKept := strings.HasPrefix(path, "kept/") || name == edited && path == "previous/"+name
		if inKept && what == want && strings.HasSuffix(path, name) {
			return true
		}
	}
	return false
}

// differs lists what keeps the install folder from being this build with the
// operator's files in it, no more and no less.
func (w *world) differs(live tree, version string, o outcomes) []string {
	want := maps.Clone(w.builds[version])
	if version == before && o.operators[edited] != "" {
		want[edited] = o.operators[edited]
	}
	optional := map[string]bool{}
	for name, what := range o.operators {
		for _, dir := range parents(name) {
			optional[dir] = true
		}
		if isData(name) {
			want[name] = what // whatever the build brings
		} else if name != edited {
			optional[name] = true
		}
	}
	if version == "" { // nothing was installed
		want = tree{}
	}
	var differs []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if live[name] != want[name] {
			differs = append(differs, fmt.Sprintf("%s: %s is %s", version, name, missingOr(live[name])))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(live)) {
		if _, wanted := want[name]; !wanted && !optional[name] {
			differs = append(differs, fmt.Sprintf("%s: %s should not be there", version, name))
		}
	}
	return differs
}

// previousDiffers compares the build that is kept for a rollback.
func (w *world) previousDiffers(work tree, version string, o outcomes) []string {
	have, want := work.below("previous"), tree{}
	build := w.builds[version]
	if setup := w.setups[version]; setup != nil {
		build = setup
		for name, what := range have { // whether it may be started is not its content
			have[name] = strings.TrimSuffix(what, " program")
		}
	}
	for name, what := range build {
		if !isData(name) && what != folder {
			want[name] = what
		}
	}
	if version == before && o.operators[edited] != "" {
		want[edited] = o.operators[edited]
	}
	var differs []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if have[name] != want[name] {
			differs = append(differs, fmt.Sprintf("previous %s: %s is %s", version, name, missingOr(have[name])))
		}
	}
	return differs
}

func missingOr(what string) string {
	if what == "" {
		return "missing"
	}
	return what
}
