package installer

import (
	"io/fs"

	"github.com/koshin-updater/koshin/manifest/pack"
)

// rights is who owns a file or folder, and what of its mode an administrator
// may mean to stay.
type rights struct {
	there    bool
	mode     fs.FileMode
	uid, gid uint32
}

func (r rights) sameOwner(is rights) bool { return r.uid == is.uid && r.gid == is.gid }

// sameMode says whether there is nothing to carry on: nobody changed the mode
// since koshin gave it, or the new one has it anyway.
func (r rights) sameMode(is rights, installed fs.FileMode) bool {
	return r.mode == installed || r.mode == is.mode
}

// likeness is what the walks before a swap, which look at every file of both
// builds anyway, tell of their access: the paths need not be looked up again
// one by one.
type likeness struct {
	wanted   bool
	from, to *listing
	old      []rights // of the entries of from
	pairs    []pair   // of the entries of to
}

// pair is an entry of the new build and the one whose place it takes.
type pair uint8

const (
	single pair = iota // there is no old one, or it is of another type
	alike              // same owner, and no mode to carry on
	unlike
)

func (t files) newLikeness() *likeness {
	if accessIsHandedDown || t.plan.Direction != Update {
		return &likeness{}
	}
	return &likeness{wanted: true, from: t.from, to: t.to,
		old: make([]rights, len(t.from.Entries)), pairs: make([]pair, len(t.to.Entries))}
}

// installed notes what stands in the install folder.
func (l *likeness) installed(n node) {
	if !l.wanted {
		return
	}
	if at, listed := l.from.found.find(n.path); listed && n.isType(l.from.Entries[at]) {
		l.old[at] = n.access
	}
}

// staged compares the nth entry of the new build with the old one.
func (l *likeness) staged(nth int, e pack.Entry, is rights) {
	if !l.wanted {
		return
	}
	at, listed := l.from.found.find(e.Path)
	if !listed || !l.old[at].there || l.from.Entries[at].Type != e.Type {
		return
	}
	was := l.old[at]
	l.pairs[nth] = unlike
	if was.sameOwner(is) && was.sameMode(is, installedMode(l.from.Entries[at])) {
		l.pairs[nth] = alike
	}
}
