package updater

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/installer/foreign"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// Hold remembers a build that was found at fault on this PC, so that the daily
// run does not try it again every night. Network, disk and kills never hold a
// build; --retry and a newer build pass it.
type Hold struct {
	Version manifest.Version `json:"version"`
	Reason  string           `json:"reason"`           // a confirm.Reason, or one of those below
	ByHand  bool             `json:"by_hand,omitzero"` // the operator went back; does not count below the floor
	Since   time.Time        `json:"since"`
}

// Reasons of a hold beside those of package confirm.
const (
	HoldBroken       = string(confirm.ReasonBroken)
	HoldWrongVersion = "build-wrong-version"
	HoldInstaller    = "installer-failed"
	HoldByHand       = "by-hand"
)

func (u *Updater) holdsFile(p manifest.ProductID) string {
	return filepath.Join(u.productState(p), "held.json")
}

// holds reads a product's holds. A damaged file is worth a warning and no
// more: the worst that follows is one more try.
func (u *Updater) holds(p manifest.ProductID) []Hold {
	var holds []Hold
	data, err := readSmall(u.holdsFile(p))
	if err == nil {
		err = json.Unmarshal(data, &holds)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		u.log.Warn("list of held builds is damaged, starting anew", "product", p, "error", err)
		return nil
	}
	return holds
}

// hold adds a build, replacing an older entry of the same version.
func (u *Updater) hold(p manifest.ProductID, v manifest.Version, byHand bool, reason string) error {
	holds := u.release(u.holds(p), v)
	holds = append(holds, Hold{Version: v, Reason: reason, ByHand: byHand, Since: u.now().UTC()})
	data, err := json.MarshalIndent(holds, "", "  ")
	if err != nil {
		return err
	}
	if err := u.keep(u.holdsFile(p), data); err != nil {
		return fmt.Errorf("hold %s %s: %w", p, v, err)
	}
	return nil
}

// holdInstaller holds a build whose own installer failed and was taken back:
// 1603, an undeclared exit code, another version than it should be, no end. That
// is a build that was rolled back, if not by the proofs: each further try takes
// the working client apart once more, every night, with nobody looking. One that
// somebody cancelled, that had to wait for another installation, that could not
// be started, or that met a full disk is not at fault. Where the way back is
// still open, the next run ends that first.
func (j *job) holdInstaller(c manifest.Candidate, err error) error {
	if err == nil || !c.Package.Kind.IsInstaller() {
		return nil
	}
	failed := errors.Is(err, foreign.ErrFailed) || errors.Is(err, foreign.ErrTimeout) || errors.Is(err, installer.ErrNotInstalled)
	if !failed || errors.Is(err, installer.ErrNotRestored) || errors.Is(err, installer.ErrDiskFull) {
		return nil
	}
	return j.hold(j.product.ID, c.Build.Version, false, HoldInstaller)
}

// release returns the holds without one version.
func (u *Updater) release(holds []Hold, v manifest.Version) []Hold {
	var rest []Hold
	for _, h := range holds {
		if !h.Version.Equal(v) {
			rest = append(rest, h)
		}
	}
	return rest
}
