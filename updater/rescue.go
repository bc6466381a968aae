package updater

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/installer/atomicfile"
	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/schedule"
)

// A death between the two renames of koshin's own update leaves no koshin at its
// place. So that something can heal that, and can do it before anybody has
// signed in, there is a second one:
//
//	<state>/rescue/koshin   a copy of a koshin that is known to work
//	<state>/self.json       where the real one belongs, and what the copy is
//
// The copy is written and flushed before the renames, and replaced only after
// the new koshin has been committed. The system runs it at every start as
// "koshin recover" (package schedule); it heals koshin first, then the products.

// selfRecord is self.json.
type selfRecord struct {
	Schema     string           `json:"schema"`
	Executable string           `json:"executable"`       // where koshin belongs
	Rescue     manifest.Version `json:"rescue,omitempty"` // what the copy is
}

const selfSchema = "koshin/self/1"

func (u *Updater) rescueDir() string { return filepath.Join(u.options.StateDir, "rescue") }

func (u *Updater) rescueFile() string {
	name := string(SelfID)
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(u.rescueDir(), name)
}

// isRescue says whether this program is the copy.
func (u *Updater) isRescue() bool {
	own, err := os.Stat(u.options.Self.Executable)
	if err != nil {
		return false
	}
	rescue, err := os.Stat(u.rescueFile())
	return err == nil && os.SameFile(own, rescue)
}

func (u *Updater) selfFile() string { return filepath.Join(u.options.StateDir, "self.json") }

// selfRecord reads self.json. There is none before koshin first updates itself.
func (u *Updater) selfRecord() (*selfRecord, error) {
	data, err := readSmall(u.selfFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var r selfRecord
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err == nil && (r.Schema != selfSchema || !filepath.IsAbs(r.Executable)) {
		err = fmt.Errorf("schema %q, executable %q", r.Schema, r.Executable)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", installer.ErrRecord, u.selfFile(), err)
	}
	return &r, nil
}

func (u *Updater) saveSelf(r selfRecord) error {
	r.Schema = selfSchema
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return atomicfile.Write(u.selfFile(), data)
}

// tendSelf comes before the products in every verb that changes something: it
// ends koshin's own transaction if that is open, and brings the copy up to date.
// From it also follows how journals are written in this run. There is a report
// only if something was recovered, or could not be.
func (u *Updater) tendSelf(ctx context.Context, verb string) []Report {
	own, err := u.ownState()
	u.newest = newestJournal(own)
	if err != nil {
		report := Report{Product: SelfID}
		report.fail(err)
		return []Report{report}
	}
	if own.record == nil {
		return nil
	}
	if own.open {
		j := &job{Updater: u, product: Product{ID: SelfID, Dir: filepath.Dir(own.record.Executable), Channel: manifest.Stable}, verb: verb,
			report: &Report{Product: SelfID}}
		err := j.begin(ctx)
		if err == nil {
			err = j.settled(ctx)
		}
		return []Report{*j.close(ctx, verb, err)}
	}
	if own.stale() {
		if err := u.writeRescue(ctx, u.options.Self.Version); err != nil {
			u.log.WarnContext(ctx, "the copy for recovery is not this koshin", "error", err)
		} else {
			u.newest = installer.AnyJournal
		}
	}
	return nil
}

// prepareRescue makes sure, before koshin's own renames, that the copy is a
// koshin that works (the one that stands there now), that it knows where koshin
// belongs, and that the system runs it at every start. Where it may not ask the
// system for that, it says so.
func (j *job) prepareRescue(ctx context.Context, version manifest.Version) error {
	record, err := j.selfRecord()
	if err != nil {
		return err
	}
	_, statErr := os.Stat(j.rescueFile())
	self := j.Updater.options.Self
	if record == nil || statErr != nil || !record.Rescue.Equal(version) || record.Executable != self.Executable {
		if err := j.writeRescue(ctx, version); err != nil {
			return err
		}
	} else if err := protect.Folder(j.rescueDir()); err != nil {
		return err
	}
	if !self.Boot {
		j.report.Notes = append(j.report.Notes, note(NoteBootOwnConfig, "file", self.ConfigFile, "copy", j.rescueFile()))
		return nil
	}
	err = schedule.Recover(j.rescueFile(), self.ConfigFile).Install(ctx)
	switch {
	case err == nil:
	case errors.Is(err, fs.ErrPermission):
		j.report.Notes = append(j.report.Notes, note(NoteBootRights, "copy", j.rescueFile()))
	default:
		j.log.WarnContext(ctx, "recovery at the start of the PC was not scheduled", "error", err)
		j.report.Notes = append(j.report.Notes, note(NoteBootNot, "copy", j.rescueFile()))
	}
	return ctx.Err()
}

// writeRescue makes the copy anew from the koshin that stands in its place.
func (u *Updater) writeRescue(ctx context.Context, version manifest.Version) error {
	if err := protect.Make(u.rescueDir(), protect.Everyone); err != nil {
		return err
	}
	// What a death left of an earlier try.
	if left, err := filepath.Glob(u.rescueFile() + ".*.tmp"); err == nil {
		for _, name := range left {
			_ = os.Remove(name) // it is in nobody's way
		}
	}
	own := u.options.Self.Executable
	err := atomicfile.WriteMode(u.rescueFile(), 0o755, func(w io.Writer) error { return copyFile(ctx, w, own) })
	if err != nil {
		return err
	}
	return u.saveSelf(selfRecord{Executable: own, Rescue: version})
}

// copyFile copies in pieces, so that an interruption is noticed and memory does
// not grow with the file.
func copyFile(ctx context.Context, to io.Writer, from string) error {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // opened for reading
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := io.CopyN(to, file, 1<<20); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
