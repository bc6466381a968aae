package updater

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
)

// What can be wrong with a client before anybody touched it.
var (
	// ErrAskFirst: the folder holds files that koshin did not install, and
	// nobody was there to say that they may be replaced.
	ErrAskFirst = errors.New("the folder holds an unknown build")
	// ErrDamaged: files of the installed build are missing.
	ErrDamaged = errors.New("the installed build is damaged")
	// ErrMoved: the installed build is in another folder.
	ErrMoved = errors.New("the installed build was moved")
)

// FolderError says what was found instead of the installed build. It matches
// its reason: [ErrDamaged], [ErrMoved] or [installer.ErrFolderMissing].
type FolderError struct {
	Reason error
	Dir    string
	Found  installer.Installed
}

func (e *FolderError) Error() string {
	if e.Found.Elsewhere != "" {
		return fmt.Sprintf("%v: from %s to %s", e.Reason, e.Dir, e.Found.Elsewhere)
	}
	return fmt.Sprintf("%v: %s: %d files and folders are missing", e.Reason, e.Dir, len(e.Found.Missing))
}

func (e *FolderError) Unwrap() error { return e.Reason }

// fault is what keeps an update from going on without --retry: the build is
// not, or not whole, where it was installed. Nil for every other state.
func fault(p Product, in installer.Installed) error {
	switch in.State {
	case installer.Moved:
		return &FolderError{ErrMoved, p.Dir, in}
	case installer.Damaged:
		if _, err := os.Lstat(p.Dir); errors.Is(err, fs.ErrNotExist) {
			return &FolderError{installer.ErrFolderMissing, p.Dir, in}
		}
		return &FolderError{ErrDamaged, p.Dir, in}
	}
	return nil
}

// identify reads the installed version, recognises a folder that another hand
// installed or updated, and asks before an unknown one is replaced.
func (j *job) identify(ctx context.Context, m *manifest.Manifest) (installer.Installed, error) {
	in, err := j.detect(ctx, j.inst, m)
	if err != nil {
		return in, err
	}
	j.report.Found = in
	foreign := m.HasInstaller(runtime.GOOS, runtime.GOARCH)
	switch in.State {
	case installer.Unknown, installer.ByHand:
		if foreign { // its files are nobody's to know; see wayBack
			return in, nil
		}
		return j.recognise(ctx, m, in)
	case installer.Damaged, installer.Moved:
		if !j.options.Retry {
			return in, fault(j.product, in)
		}
		in.Version = manifest.Version{} // what is half there is no version to compare with
	case installer.Edited:
		// One executable that is another one is another build, perhaps a known one.
		if m.IsExe(runtime.GOOS, runtime.GOARCH) {
			if known, err := j.inst.Adopt(ctx, m.Preserve, knownTrees(m)); err == nil {
				return installer.Installed{State: installer.Recorded, Version: known.Version, Recorded: known.Version}, nil
			} else if !errors.Is(err, installer.ErrNoMatch) {
				return in, err
			}
		}
		if j.options.Retry { // the published files are wanted back
			in.Version = manifest.Version{}
		}
	}
	return in, nil
}

// recognise adopts a folder that is byte for byte one of the published builds.
// Any other whose version nobody can read is replaced only after a yes.
func (j *job) recognise(ctx context.Context, m *manifest.Manifest, in installer.Installed) (installer.Installed, error) {
	known, err := j.inst.Adopt(ctx, m.Preserve, knownTrees(m))
	if err == nil {
		return installer.Installed{State: installer.Recorded, Version: known.Version, Recorded: known.Version}, nil
	}
	if !errors.Is(err, installer.ErrNoMatch) {
		return in, err
	}
	if in.Version.IsZero() && !j.options.Retry && !j.consent(ctx, AskUnknown) {
		return in, fmt.Errorf("%w: %s", ErrAskFirst, j.product.Dir)
	}
	return in, nil
}

// knownTrees are the builds that a folder can be recognised as.
func knownTrees(m *manifest.Manifest) map[manifest.Digest]manifest.Version {
	known := map[manifest.Digest]manifest.Version{}
	for _, b := range m.Builds {
		for _, p := range b.Packages {
			switch p.Kind {
			case manifest.Tree:
				known[p.TreeSHA256] = b.Version
			case manifest.Exe:
				if tree, err := installer.ExeTree(m.ExeName(p.OS), p); err == nil {
					known[tree] = b.Version
				}
			}
		}
	}
	return known
}

// planOptions say how to treat what stands in the folder.
func (j *job) planOptions(m *manifest.Manifest, in installer.Installed) installer.PlanOptions {
	o := installer.PlanOptions{Preserve: m.Preserve, Detect: m.Detect}
	if m.HasInstaller(runtime.GOOS, runtime.GOARCH) {
		o.KeepUnknown = j.goesOnly()
		return o
	}
	switch in.State {
	case installer.Damaged, installer.Moved:
		o.KeepUnknown = true
	case installer.Unknown, installer.ByHand:
		o.KeepUnknown, o.Standing = true, in.Version
	}
	return o
}

// tell says what somebody did to the client, before anything is done to it.
func (j *job) tell(in installer.Installed) {
	j.report.Found = in
	if n, ok := About(in); ok {
		j.say(Event{Phase: PhaseDetect, Product: j.product.ID, Note: n})
	}
}

// About is what people should know about an installed client beside its
// version: that it was moved, is half deleted, or was changed by hand. False
// where there is nothing to say.
func About(in installer.Installed) (Note, bool) {
	switch in.State {
	case installer.Damaged:
		return note(NoteDamaged, "count", len(in.Missing), "files", Shorten(in.Missing)), true
	case installer.Moved:
		return note(NoteMoved, "folder", in.Elsewhere), true
	case installer.ByHand:
		return note(NoteByHand, "from", in.Recorded, "to", in.Version), true
	case installer.Edited:
		return note(NoteEdited, "count", len(in.Edited), "files", Shorten(in.Edited)), true
	}
	return Note{}, false
}

// maxShown is how many names of files a sentence can bear.
const maxShown = 5

// Shorten names the first few of many files in one line.
func Shorten(paths []string) string {
	if len(paths) <= maxShown {
		return strings.Join(paths, ", ")
	}
	return fmt.Sprintf("%s, … (+%d)", strings.Join(paths[:maxShown], ", "), len(paths)-maxShown)
}
