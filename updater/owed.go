package updater

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
)

const owedSchema = "koshin/restart/1"

// Owed is an update that stands ready beside the client and could not be put
// into place because that is in use. It is finished by the first koshin that
// finds the client closed: the one that runs while the PC starts, before anybody
// has signed in, or the next daily run. That the PC was restarted is not asked
// for: a client that was closed meanwhile is just as good, and one that is open
// again is found open again.
type Owed struct {
	Schema  string             `json:"schema"`
	Product manifest.ProductID `json:"product"`
	Version manifest.Version   `json:"version"`
	Tree    manifest.Digest    `json:"tree_sha256"` // what was staged
	Package manifest.Digest    `json:"package_sha256"`
	Since   time.Time          `json:"since"`
	Checked time.Time          `json:"checked"`          // when the publisher offered it last
	Used    string             `json:"used_by,omitzero"` // the programs that were in the way
	From    manifest.Version   `json:"from,omitzero"`    // what stood there
	State   installer.State    `json:"state"`            // and how
	Before  confirm.State      `json:"before"`           // what connected before
	Retry   bool               `json:"retry,omitzero"`   // the operator wanted --retry
	Agreed  []QuestionKind     `json:"agreed,omitzero"`  // what the operator said yes to
}

// maxOwed is how long an update may wait for a restart without being offered
// again. A daily run renews it; a PC that was off for longer asks first whether
// that build is still the right one.
const maxOwed = 30 * 24 * time.Hour

// fate is what becomes of an update that waits for the restart.
type fate string

const (
	finish fate = "finish" // now
	wait   fate = "wait"   // not now, for a reason that passes
	drop   fate = "drop"   // it is not wanted any more
)

// fate judges an owed update by what is decided today. The gates count as ever:
// that an update may be finished at a restart opens none of them.
func (o Owed) fate(d Decision, now time.Time) fate {
	switch {
	case d.Target == nil, !d.Target.Build.Version.Equal(o.Version), d.Target.Package.SHA256 != o.Package:
		return drop // installed, withdrawn, or not the one to install any more
	case !d.Target.Package.RestartAllowed, now.Sub(o.Checked) > maxOwed:
		return drop
	}
	closed := firstClosed(d.Gates)
	switch {
	case closed == nil:
		return finish
	case closed.Name == Held:
		return drop
	}
	return wait
}

// stillFits says whether the client is the one that the update was made ready for.
func (o Owed) stillFits(in installer.Installed) bool {
	return in.State == o.State && in.Version.Equal(o.From)
}

func (u *Updater) owedFile(p manifest.ProductID) string {
	return filepath.Join(u.productState(p), "restart.json")
}

// ErrOwed is a note of an update that waits for the restart which cannot be
// relied on: nothing is installed from it, and the next update begins anew.
var ErrOwed = errors.New("note of the update that waits for the restart is damaged")

// readOwed reads the update that waits for the restart, if there is one.
func (u *Updater) readOwed(p manifest.ProductID) (Owed, bool, error) {
	data, err := readSmall(u.owedFile(p))
	if errors.Is(err, fs.ErrNotExist) {
		return Owed{}, false, nil
	}
	if err != nil {
		return Owed{}, false, fmt.Errorf("%w: %w", ErrOwed, err)
	}
	o, err := parseOwed(data, p)
	return o, err == nil, err
}

func parseOwed(data []byte, p manifest.ProductID) (o Owed, err error) {
	if err := json.Unmarshal(data, &o); err != nil {
		return Owed{}, fmt.Errorf("%w: %w", ErrOwed, err)
	}
	if o.Schema != owedSchema || o.Product != p || o.Version.IsZero() {
		return Owed{}, fmt.Errorf("%w: schema %q, product %q", ErrOwed, o.Schema, o.Product)
	}
	return o, nil
}

// owed is the same for those to whom a damaged note is worth a warning and no
// more.
func (u *Updater) owed(p manifest.ProductID) (Owed, bool) {
	o, ok, err := u.readOwed(p)
	if err != nil {
		u.log.Warn("note of an update that waits for the restart is damaged", "product", p, "error", err)
	}
	return o, ok
}

// owedStatus is for reports; nil where none waits. [ErrOwed] is said, too: what
// people had been told waits for the restart does not any more.
func (u *Updater) owedStatus(p manifest.ProductID) (*Owed, error) {
	o, ok, err := u.readOwed(p)
	if !ok {
		return nil, err
	}
	return &o, nil
}

// saveOwed writes the note. The first one of an update keeps its time.
func (u *Updater) saveOwed(o Owed) (Owed, error) {
	o.Schema, o.Checked = owedSchema, o.Checked.UTC()
	o.Since = u.now().UTC()
	if before, ok := u.owed(o.Product); ok && before.Tree == o.Tree {
		o.Since = before.Since
	}
	o.Agreed = slices.Clone(o.Agreed)
	data, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		return o, err
	}
	if err := u.keep(u.owedFile(o.Product), append(data, '\n')); err != nil {
		return o, fmt.Errorf("note that %s waits for the restart: %w", o.Product, err)
	}
	return o, nil
}
