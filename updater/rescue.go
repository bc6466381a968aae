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
// An update that waits for the restart is finished by the same run, so that it
// needs both as well; enroll makes them where it may.

// selfRecord is self.json.
type selfRecord struct {
	Schema     string           `json:"schema"`
	Executable string           `json:"executable"`      // where koshin belongs
	Rescue     manifest.Version `json:"rescue,omitzero"` // what the copy is; zero: a development build
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

// selfRecord reads self.json. There is none before the first copy.
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
	return u.keep(u.selfFile(), data)
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
	if !own.open {
		u.list(ctx, own.running)
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

// errTrial: the system's own configuration is another one.
var errTrial = errors.New("not the configuration of the whole pc")

// prepareSelf prepares the recovery before koshin's own renames. Where the
// system does not run it, that is said.
func (j *job) prepareSelf(ctx context.Context, version manifest.Version) error {
	if err := j.keepRescue(ctx, version); err != nil {
		return err
	}
	err := j.scheduleRescue(ctx)
	if err != nil {
		j.log.WarnContext(ctx, "recovery at the start of the PC was not scheduled", "error", err)
		key := unscheduled(err, NoteBootOwnConfig, NoteBootRights, NoteBootNot)
		j.report.Notes = append(j.report.Notes, note(key, "file", j.Updater.options.Self.ConfigFile, "copy", j.rescueFile()))
	}
	return ctx.Err()
}

// prepareRestart is the same for an update that was left for the restart. That
// waits all the same: the next run finishes it too.
func (j *job) prepareRestart(ctx context.Context) {
	if err := j.prepareBoot(ctx); err != nil {
		j.log.WarnContext(ctx, "nothing completes the update at the start of the PC", "product", j.product.ID, "error", err)
		key := unscheduled(err, NoteOwedOwnConfig, NoteOwedRights, NoteOwedNot)
		j.report.Notes = append(j.report.Notes, note(key, "file", j.Updater.options.Self.ConfigFile))
	}
}

// PrepareBoot makes the copy of koshin that only recovers, and has the system run
// it at every start. It may be repeated. Without the rights for it the error is
// [io/fs.ErrPermission].
func (u *Updater) PrepareBoot(ctx context.Context) error {
	unlock, err := u.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return u.prepareBoot(ctx)
}

// prepareBoot takes the running koshin for the copy: what it leaves to do, it
// can also finish. While koshin's own update is open the copy is the one that
// heals it, and stays.
func (u *Updater) prepareBoot(ctx context.Context) error {
	if u.options.Self.Executable == "" {
		return errors.ErrUnsupported
	}
	if u.isRescue() {
		return nil // the system runs it just now
	}
	own, err := u.ownState()
	if err != nil {
		return err
	}
	if !own.open {
		if err := u.keepRescue(ctx, own.running); err != nil {
			return fmt.Errorf("keep a copy of koshin: %w", err)
		}
	}
	return u.scheduleRescue(ctx)
}

// keepRescue makes sure that the copy is a koshin that works, this version, the
// one that stands in its place now, and that it knows where koshin belongs.
func (u *Updater) keepRescue(ctx context.Context, version manifest.Version) error {
	record, err := u.selfRecord()
	if err != nil {
		return err
	}
	_, err = os.Stat(u.rescueFile())
	if record == nil || err != nil || version.IsZero() || !record.Rescue.Equal(version) || record.Executable != u.options.Self.Executable {
		return u.writeRescue(ctx, version)
	}
	return protect.Folder(u.rescueDir())
}

// scheduleRescue has the system run the copy at every start.
func (u *Updater) scheduleRescue(ctx context.Context) error {
	self := u.options.Self
	if self.Boot == nil {
		return errTrial
	}
	return self.Boot(ctx, schedule.Recover(u.rescueFile(), self.ConfigFile))
}

// unscheduled chooses the words for why the system does not run the copy.
func unscheduled(err error, ownConfig, rights, other Key) Key {
	switch {
	case errors.Is(err, errTrial):
		return ownConfig
	case errors.Is(err, fs.ErrPermission):
		return rights
	}
	return other
}

// writeRescue makes the copy anew from the koshin that stands in its place.
// Where the system runs it, an executable that ordinary users could have changed
// is refused ([protect.ErrWritable]).
func (u *Updater) writeRescue(ctx context.Context, version manifest.Version) error {
	own := u.options.Self.Executable
	if u.options.Self.Boot != nil {
		if err := u.ownProtected(); err != nil {
			return err
		}
	}
	if err := protect.Make(u.rescueDir(), protect.Everyone); err != nil {
		return err
	}
	// What a death left of an earlier try.
	if left, err := filepath.Glob(u.rescueFile() + ".*.tmp"); err == nil {
		for _, name := range left {
			_ = os.Remove(name) // it is in nobody's way
		}
	}
	err := atomicfile.WriteMode(u.rescueFile(), 0o755, func(w io.Writer) error { return copyFile(ctx, w, own) })
	if err != nil {
		return err
	}
	return u.saveSelf(selfRecord{Executable: own, Rescue: version})
}

// ownProtected refuses the running koshin for the system to run if ordinary users
// could change it.
func (u *Updater) ownProtected() error {
	own := u.options.Self.Executable
	return errors.Join(protect.File(own, false), protect.File(filepath.Dir(own), false))
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
