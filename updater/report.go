package updater

import (
	"errors"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/authenticode"
	"github.com/koshin-updater/koshin/manifest/pack"
	"github.com/koshin-updater/koshin/manifest/trust"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/download"
)

// Outcome is how it ended for one product.
type Outcome string

// The outcomes.
const (
	UpToDate   Outcome = "up-to-date"
	Updated    Outcome = "updated"
	RolledBack Outcome = "rolled-back"
	Deferred   Outcome = "deferred"
	Refused    Outcome = "refused" // signed data or a hash did not fit
	Failed     Outcome = "failed"
)

// Report is what update, rollback or recover did for one product.
type Report struct {
	Product   manifest.ProductID
	Title     manifest.Text
	From, To  manifest.Version // zero: none
	Outcome   Outcome
	DryRun    bool
	Decision  Decision
	Download  *Download
	Found     installer.Installed // what stood there before anything was done
	Plan      *installer.Plan     // what was agreed to, or what a dry run would do
	Before    *confirm.Report
	After     *confirm.Report // nil: not asked
	Fault     *confirm.Report // what the build showed that was taken out again; After is then the old one's
	Judgement *confirm.Judgement
	Notes     []Note               // what people should know beside the outcome
	Snapshot  string               // where the data from before the update is kept; empty: nowhere
	Since     string               // after a rollback by hand: the copy of the data from before going back
	Kept      string               // where the operator's files went that were kept with a build that is discarded now
	Data      *installer.DataSince // after a way back: the data that stays; nil: there is none
	Recovered *installer.Recovered
	Restart   Restart // why the PC must be restarted; empty: it need not be
	Owed      *Owed   // what waits for the restart; nil: nothing
	Resumed   bool    // what was put into place had waited for the restart
	Signer    string  // who must have signed the build's programs ([manifest.Signer]); empty: nobody was required
	Recorded  bool    // there is a line of it in the audit trail
	Err       error
}

// Download is what was loaded.
type Download struct {
	Kind        string // "full" or "delta"
	Bytes       int64  // received this time
	ResumedFrom int64
}

// fail sets the outcome that fits an error.
func (r *Report) fail(err error) {
	r.Err = err
	switch {
	case err == nil:
	case IsRefusal(err):
		r.Outcome = Refused
	case errors.Is(err, installer.ErrJournalHeld):
		r.Outcome = Deferred
	case r.Outcome == "":
		r.Outcome = Failed
	}
}

// IsRefusal says whether an error is evidence that what was sent is not what
// the publisher signed, or must not be unpacked.
func IsRefusal(err error) bool {
	if authenticode.IsRefusal(err) {
		return true
	}
	for _, kind := range []error{
		trust.ErrRefused, download.ErrMismatch, installer.ErrPackage,
		pack.ErrPath, pack.ErrLink, pack.ErrHardLink, pack.ErrSpecial, pack.ErrEntries, pack.ErrSize, pack.ErrRatio, pack.ErrSchema, pack.ErrIndex, pack.ErrTree, pack.ErrContent, pack.ErrDamaged, pack.ErrTrailing,
	} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}
