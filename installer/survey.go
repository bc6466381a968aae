package installer

import (
	"context"
	"fmt"
	"path"
	"runtime"
	"slices"
	"time"

	"github.com/koshin-updater/koshin/manifest/pack"
)

// survey is what a plan is made from.
type survey struct {
	p      *Product
	pl     *Plan
	data   globs
	record *Record  // nil when nothing is recorded
	listed *listing // its index

	nodes []looked // the install folder, in walk order
	open  []int    // positions of the folders that the walk is in
	found finder
	from  pack.Index // what really stands there of the old build
	there []bool     // which listed entries have something at their path
}

// looked is a file or folder, and what becomes of it.
type looked struct {
	path  string
	dir   bool
	class class
	stays bool // a folder that holds something which stays
}

// class is whose a file or folder is.
type class uint8

const (
	unlisted  class = iota // somebody else's
	preserved              // the user's data
	old                    // the old build's
)

// look goes through the install folder and decides for each file and folder
// whose it is.
func (s *survey) look(ctx context.Context) error {
	if s.listed == nil {
		s.listed = list(pack.Index{})
	}
	s.there = make([]bool, len(s.listed.Entries))
	seen := newFingerprint(s.data)
	err := s.p.walkLive(ctx, s.data, func(n node) error {
		seen.add(n)
		return s.visit(ctx, n)
	})
	if err != nil {
		return err
	}
	s.found = newFinder(len(s.nodes), func(n int) string { return s.nodes[n].path })
	s.pl.seen = seen.sum()
	s.reportMissing()
	s.from.Sort() // names may be written otherwise on the disk than in the index
	s.pl.from = list(s.from)
	return s.recordFrom(s.record)
}

func (s *survey) visit(ctx context.Context, n node) error {
	for len(s.open) > 0 && !inside(n.path, s.nodes[s.open[len(s.open)-1]].path) {
		s.open = s.open[:len(s.open)-1]
	}
	c, err := s.classify(ctx, n)
	if err != nil {
		return err
	}
	if c != old {
		for _, dir := range s.open {
			s.nodes[dir].stays = true
		}
	}
	if n.mode.IsDir() {
		if c == old {
			err = s.movable(n.path)
		}
		s.open = append(s.open, len(s.nodes))
	}
	s.nodes = append(s.nodes, looked{path: n.path, dir: n.mode.IsDir(), class: c})
	switch {
	case c == preserved && !n.mode.IsDir():
		s.pl.Report.Preserved = append(s.pl.Report.Preserved, n.path)
	case c == unlisted:
		s.pl.Report.Unlisted = append(s.pl.Report.Unlisted, n.path)
	}
	return err
}

// movable says whether a folder can be renamed: one on another volume cannot be,
// and looks as if it were in use. On Windows such a folder is a link.
func (s *survey) movable(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	here, err := volume(s.p.path(s.p.live))
	if err != nil {
		return err
	}
	there, err := volume(s.p.path(path.Join(s.p.live, name)))
	if err == nil && there != here {
		err = fmt.Errorf("%w: %q", ErrOtherVolume, name)
	}
	return err
}

func (s *survey) recordFrom(record *Record) error {
	version := s.pl.standing
	if record != nil {
		version = record.Version
	}
	from, err := s.p.newRecord(version, s.from, s.pl.Preserve)
	if err != nil {
		return err
	}
	from.When = time.Time{}
	if record != nil {
		from.Stamp, from.When = record.Stamp, record.When
	}
	s.pl.From = *from
	return nil
}

func (s *survey) classify(ctx context.Context, n node) (class, error) {
	at, isListed := s.listed.found.find(n.path)
	var entry pack.Entry
	if isListed {
		s.there[at], entry = true, s.listed.Entries[at]
		isListed = n.isType(entry)
	}
	switch {
	case s.data.match(n.path):
		return preserved, nil
	case !isListed && (!s.pl.keepUnknown || s.record != nil || !s.indexable(n)):
		return unlisted, nil
	case !isListed && n.mode.IsDir():
		entry = pack.Entry{Path: n.path, Type: pack.Dir}
	case n.mode.IsDir(), isListed && n.size == entry.Size && n.mtime.Equal(s.record.Stamp):
		// It is the entry.
	default:
		digest, err := s.p.disk.hash(ctx, path.Join(s.p.live, n.path))
		if err != nil {
			return unlisted, explain(err)
		}
		if isListed && digest != entry.SHA256 {
			s.pl.Report.Changed = append(s.pl.Report.Changed, n.path)
		}
		found := pack.Entry{Path: n.path, Type: pack.File, Exec: isExec(n.mode), Size: n.size, SHA256: digest}
		if isListed {
			found.Path, found.Exec = entry.Path, entry.Exec
		}
		entry = found
	}
	s.from.Entries = append(s.from.Entries, entry)
	return old, nil
}

// indexable says whether an unknown file or folder can become part of the
// previous build. Links and names that no package may have stay in place.
func (s *survey) indexable(n node) bool {
	if !n.mode.IsDir() && !n.mode.IsRegular() || pack.CheckPath(n.path) != nil {
		return false
	}
	return len(s.open) == 0 || s.nodes[s.open[len(s.open)-1]].class == old
}

func (s *survey) reportMissing() {
	for n, e := range s.listed.Entries {
		if !s.there[n] && !s.data.match(e.Path) {
			s.pl.Report.Missing = append(s.pl.Report.Missing, e.Path)
		}
	}
}

// steps moves the old build out of the way, coarsely, and the new one in.
func (s *survey) steps() error {
	retiring := ""
	for _, n := range s.nodes {
		if n.class != old || n.stays || retiring != "" && inside(n.path, retiring) {
			continue
		}
		retiring = n.path
		s.add(Retire, n.path)
	}
	if !s.p.disk.exists(s.p.live) {
		s.add(Mkdir, "")
	}
	return s.place()
}

// place adds the steps for the new build.
func (s *survey) place() error {
	var puts []Step
	done := "" // a folder that was put whole
	for n, e := range s.pl.to.Entries {
		if done != "" && inside(e.Path, done) {
			continue
		}
		step, err := s.placeEntry(n)
		if err != nil {
			return err
		}
		switch step.Op {
		case "":
			continue
		case Put:
			if e.Type == pack.Dir {
				done = e.Path
			}
		}
		puts = append(puts, step)
	}
	for _, name := range s.pl.Report.Aside {
		s.add(Keep, name)
	}
	s.pl.Steps = append(s.pl.Steps, puts...)
	return nil
}

// placeEntry decides what the nth entry of the new build needs. No step: it is
// there already, or its folder is and the inside follows.
func (s *survey) placeEntry(n int) (Step, error) {
	e := s.pl.to.Entries[n]
	at, there := s.found.find(e.Path)
	var node looked
	if there {
		node = s.nodes[at]
	}
	remains := there && (node.class != old || node.stays)
	switch {
	case remains && e.Type == pack.Dir && node.dir:
		return Step{}, nil
	case remains && e.Type == pack.File && node.class == preserved && !node.dir:
		return Step{}, nil
	case remains && s.holdsData(at):
		return Step{}, fmt.Errorf("%w: %q", ErrDataInTheWay, e.Path)
	case remains:
		if node.dir {
			if err := s.movable(e.Path); err != nil {
				return Step{}, err
			}
		}
		s.pl.Report.Aside = append(s.pl.Report.Aside, e.Path)
	}
	switch {
	case s.data.match(e.Path) && e.Type == pack.File:
		return Step{Seed, e.Path}, nil
	case e.Type == pack.Dir && !s.putWhole(n):
		return Step{Mkdir, e.Path}, nil
	}
	return Step{Put, e.Path}, nil
}

// putWhole says whether the folder that is the nth entry can be put by one
// rename: it stands in the source, and nothing in it will be the user's data.
func (s *survey) putWhole(n int) bool {
	entries := s.pl.to.Entries
	if !s.p.disk.isDir(s.p.work(s.pl.Source, entries[n].Path)) {
		return false
	}
	return !slices.ContainsFunc(entries[n:s.pl.to.found.end(n)], func(e pack.Entry) bool { return s.data.match(e.Path) })
}

// holdsData says whether what stands there is the user's data or a folder with
// some in it.
func (s *survey) holdsData(at int) bool {
	return slices.ContainsFunc(s.nodes[at:s.found.end(at)], func(n looked) bool { return n.class == preserved })
}

func (s *survey) add(op Op, name string) {
	s.pl.Steps = append(s.pl.Steps, Step{op, name})
}
