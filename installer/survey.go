package installer

import (
	"context"
	"fmt"
	"path"
	"slices"

	"github.com/koshin-updater/koshin/manifest/pack"
)

// survey is what a plan is made from.
type survey struct {
	p      *Product
	pl     *Plan
	nodes  []node   // the install folder, in walk order
	listed *listing // what is recorded; nil when nothing is

	what  map[string]class // each node's class, by key
	stays map[string]bool  // folders that hold something which stays
	from  pack.Index       // what really stands there of the old build
}

// class is whose a file or folder is.
type class int

const (
	unlisted  class = iota // somebody else's
	preserved              // the user's data
	old                    // the old build's
)

// look decides for each file and folder whose it is.
func (s *survey) look(ctx context.Context, record *Record) error {
	s.what, s.stays = map[string]class{}, map[string]bool{}
	data := globs(s.pl.Preserve)
	for _, n := range s.nodes {
		c, err := s.classify(ctx, n, data, record)
		if err != nil {
			return err
		}
		s.what[key(n.path)] = c
		if c != old {
			for dir := path.Dir(n.path); dir != "."; dir = path.Dir(dir) {
				s.stays[key(dir)] = true
			}
		}
		switch {
		case c == preserved && !n.mode.IsDir():
			s.pl.Report.Preserved = append(s.pl.Report.Preserved, n.path)
		case c == unlisted:
			s.pl.Report.Unlisted = append(s.pl.Report.Unlisted, n.path)
		}
	}
	s.reportMissing(data)
	s.pl.from = list(s.from)
	return s.recordFrom(record)
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
	if record != nil {
		from.Stamp, from.When = record.Stamp, record.When
	}
	s.pl.From = *from
	return nil
}

func (s *survey) classify(ctx context.Context, n node, data globs, record *Record) (class, error) {
	if data.match(n.path) {
		return preserved, nil
	}
	entry, isListed := pack.Entry{}, false
	if s.listed != nil {
		entry, isListed = s.listed.find(n.path)
		isListed = isListed && n.isType(entry)
	}
	if !isListed && (!s.pl.keepUnknown || record != nil || !s.indexable(n)) {
		return unlisted, nil
	}
	if n.mode.IsDir() {
		s.from.Entries = append(s.from.Entries, pack.Entry{Path: n.path, Type: pack.Dir})
		return old, nil
	}
	if isListed && n.size == entry.Size && n.mtime.Equal(record.Stamp) {
		s.from.Entries = append(s.from.Entries, entry)
		return old, nil
	}
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
	s.from.Entries = append(s.from.Entries, found)
	return old, nil
}

// indexable says whether an unknown file or folder can become part of the
// previous build. Links and names that no package may have stay in place.
func (s *survey) indexable(n node) bool {
	if !n.mode.IsDir() && !n.mode.IsRegular() || pack.CheckPath(n.path) != nil {
		return false
	}
	parent := path.Dir(n.path)
	return parent == "." || s.what[key(parent)] == old
}

func (s *survey) reportMissing(data globs) {
	if s.listed == nil {
		return
	}
	for _, e := range s.listed.Entries {
		if _, there := s.what[key(e.Path)]; !there && !data.match(e.Path) {
			s.pl.Report.Missing = append(s.pl.Report.Missing, e.Path)
		}
	}
}

// steps moves the old build out of the way, coarsely, and the new one in.
func (s *survey) steps() error {
	retiring := ""
	for _, n := range s.nodes {
		if s.what[key(n.path)] != old || s.stays[key(n.path)] || retiring != "" && inside(n.path, retiring) {
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
	data := globs(s.pl.Preserve)
	var puts []Step
	done := "" // a folder that was put whole
	for _, e := range s.pl.to.Entries {
		if done != "" && inside(e.Path, done) {
			continue
		}
		step, err := s.placeEntry(e, data)
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

// placeEntry decides what one entry of the new build needs. No step: it is
// there already, or its folder is and the inside follows.
func (s *survey) placeEntry(e pack.Entry, data globs) (Step, error) {
	c, there := s.what[key(e.Path)]
	remains := there && (c != old || s.stays[key(e.Path)])
	isDir := remains && s.isDir(e.Path)
	switch {
	case remains && e.Type == pack.Dir && isDir:
		return Step{}, nil
	case remains && e.Type == pack.File && c == preserved && !isDir:
		return Step{}, nil
	case remains && s.holdsData(e.Path):
		return Step{}, fmt.Errorf("%w: %q", ErrDataInTheWay, e.Path)
	case remains:
		s.pl.Report.Aside = append(s.pl.Report.Aside, e.Path)
	}
	switch {
	case data.match(e.Path) && e.Type == pack.File:
		return Step{Seed, e.Path}, nil
	case e.Type == pack.Dir && !s.putWhole(e, data):
		return Step{Mkdir, e.Path}, nil
	}
	return Step{Put, e.Path}, nil
}

// putWhole says whether a folder can be put by one rename: it stands in the
// source, and nothing in it will be the user's data.
func (s *survey) putWhole(dir pack.Entry, data globs) bool {
	if data.match(dir.Path) || !s.p.disk.isDir(s.p.work(s.pl.Source, dir.Path)) {
		return false
	}
	return !slices.ContainsFunc(s.pl.to.below(dir.Path), func(e pack.Entry) bool { return data.match(e.Path) })
}

func (s *survey) isDir(name string) bool {
	return s.p.disk.isDir(path.Join(s.p.live, name))
}

// holdsData says whether name is the user's data or a folder with some in it.
func (s *survey) holdsData(name string) bool {
	for _, n := range s.nodes {
		if k := key(n.path); (k == key(name) || inside(k, key(name))) && s.what[k] == preserved {
			return true
		}
	}
	return false
}

func (s *survey) add(op Op, name string) {
	s.pl.Steps = append(s.pl.Steps, Step{op, name})
}
