package updater

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/download"
)

// Space is what an update has to go by: a download goes to the state folder,
// everything else beside the install folder, which may be on another volume.
type Space struct {
	State, Install Volume
	Same           bool             // both are one volume
	Loaded         map[string]int64 // bytes of packages that are there, whole or in part, by their hash
	Data           int64            // bytes of the user's data, which will be backed up
}

// Volume is the room in one place.
type Volume struct {
	Path string
	Free int64 // bytes; negative: not known
}

// diskMargin stays free after an update: Windows itself misbehaves on a full
// system disk.
const diskMargin = 64 << 20

// room is the bytes that one package takes.
type room struct{ download, unpacked, backup int64 }

func (s Space) needs(p manifest.Package) room {
	n := room{download: max(0, p.Size-s.Loaded[p.SHA256.String()]), unpacked: p.InstalledSize, backup: s.Data}
	if p.Kind.IsInstaller() {
		n.unpacked += p.Size // the installer itself is kept
	}
	return n
}

// short is the first volume that has no room, and what is needed there. The old
// build is moved, not copied, so it needs no second place.
func (s Space) short(n room) (where Volume, need int64, is bool) {
	beside := n.unpacked + n.backup + diskMargin
	if s.Same {
		beside += n.download
	} else if need = n.download + diskMargin; n.download > 0 && s.State.Free >= 0 && s.State.Free < need {
		return s.State, need, true
	}
	return s.Install, beside, s.Install.Free >= 0 && s.Install.Free < beside
}

func (f Facts) diskSpace(c manifest.Candidate) Gate {
	n := f.Space.needs(c.Package)
	if f.Staged.Equal(c.Build.Version) { // it waits for the restart, unpacked
		n.download, n.unpacked = 0, 0
	}
	where, need, is := f.Space.short(n)
	if !is {
		return open(DiskSpace)
	}
	return Gate{Name: DiskSpace, Verdict: Closed, Reason: note(GateDisk,
		"where", where.Path, "need", megabytes(need), "have", megabytes(where.Free),
		"download", megabytes(n.download), "unpacked", megabytes(n.unpacked), "backup", megabytes(n.backup))}
}

// space looks at both places. What cannot be told does not stop an update.
func (u *Updater) space(p Product, data int64) Space {
	s := Space{State: volumeOf(u.options.StateDir), Install: volumeOf(filepath.Dir(p.Dir)), Data: data, Loaded: map[string]int64{}}
	same, err := installer.SameVolume(s.State.Path, s.Install.Path)
	s.Same = same || err != nil
	entries, err := os.ReadDir(u.downloads())
	if err != nil {
		return s // nothing was loaded yet
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			s.Loaded[strings.TrimSuffix(e.Name(), download.Unverified)] = info.Size()
		}
	}
	return s
}

func volumeOf(path string) Volume {
	free, err := installer.FreeSpace(path)
	if err != nil {
		free = -1
	}
	return Volume{path, free}
}

// downloads is the folder of packages.
func (u *Updater) downloads() string { return filepath.Join(u.options.StateDir, "downloads") }
