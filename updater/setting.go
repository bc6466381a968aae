package updater

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/updater/audit"
)

// Setting is a setting of the operator that was changed or put back.
type Setting struct {
	Path    string  `json:"path"`
	Old     *string `json:"old"` // nil: not set
	New     *string `json:"new"`
	Outcome string  `json:"-"`
}

// RecordSetting writes one line of the audit trail about a setting. An operator
// who may not write in the state folder gets the error of that, and nothing is
// recorded; one whose trail was broken by somebody else has his line all the
// same.
func (u *Updater) RecordSetting(ctx context.Context, verb string, s Setting) error {
	unlock, err := u.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	detail, err := json.Marshal(s)
	if err != nil {
		return err
	}
	line := audit.Record{Time: u.now().UTC(), Verb: verb, From: orEmpty(s.Old), To: orEmpty(s.New), Outcome: s.Outcome, Detail: detail}
	trail := u.trail
	trail.Wait = func(path string, do func() error) error {
		return installer.Patiently(ctx, path, u.waiting(""), do)
	}
	if err := trail.Append(line); err != nil && !errors.Is(err, audit.ErrBroken) {
		return fmt.Errorf("%w: %w", ErrNotRecorded, err)
	}
	return nil
}

func orEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
