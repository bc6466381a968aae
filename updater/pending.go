package updater

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/koshin-updater/koshin/installer/atomicfile"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// pending is an installed build whose connectivity could not be confirmed: the
// next run asks again and judges it against what was true before the swap.
type pending struct {
	Version manifest.Version `json:"version"`
	Before  confirm.State    `json:"before"`
}

func (u *Updater) pendingFile(p manifest.ProductID) string {
	return filepath.Join(u.productState(p), "unconfirmed.json")
}

// remember keeps or clears the note that a build still has to be confirmed.
func (j *job) remember(v manifest.Version, judgement confirm.Judgement, before confirm.State) error {
	if judgement.Action == confirm.Commit {
		return atomicfile.Remove(j.pendingFile(j.product.ID))
	}
	return j.waitFor(pending{Version: v, Before: before})
}

// noWayBack remembers of a build that still has to be confirmed what the
// previous one showed when it was put back: it could not do better. Otherwise
// the next run would go back to it again, and the one after that.
func (j *job) noWayBack(installed manifest.Version, previous confirm.State) error {
	if _, yes := j.pendingOf(j.product.ID, installed); !yes {
		return nil
	}
	return j.waitFor(pending{Version: installed, Before: previous})
}

func (j *job) waitFor(p pending) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := j.keep(j.pendingFile(j.product.ID), data); err != nil {
		return fmt.Errorf("remember that %s is not confirmed: %w", j.product.ID, err)
	}
	return nil
}

// pendingOf is the build that waits for its confirmation, if the installed one
// does.
func (u *Updater) pendingOf(p manifest.ProductID, installed manifest.Version) (pending, bool) {
	var waiting pending
	data, err := readSmall(u.pendingFile(p))
	if err == nil {
		err = json.Unmarshal(data, &waiting)
	}
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			u.log.Warn("note of an unconfirmed build is damaged", "product", p, "error", err)
		}
		return pending{}, false
	}
	return waiting, waiting.Version.Equal(installed)
}
