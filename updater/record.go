package updater

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/updater/audit"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// ErrNotRecorded: what was done is done, and stands in no line of the audit
// trail.
var ErrNotRecorded = errors.New("audit trail was not written")

// record writes one line of the audit trail. That a line could not be written
// is reported beside what happened, not instead of it.
func (u *Updater) record(ctx context.Context, verb string, r *Report) {
	if u.mute {
		r.Notes = append(r.Notes, note(NoteNotRecorded))
		return
	}
	u.phase(r.Product, PhaseRecord, note(NoteRecord))
	line := audit.Record{
		Time: u.now().UTC(), Verb: verb, Product: string(r.Product),
		From: r.From.String(), To: r.To.String(), Outcome: string(r.Outcome), Detail: u.detail(r),
	}
	if verb == "confirm" && r.After != nil {
		line.Outcome = string(r.After.Verdict)
	}
	trail := u.trail
	trail.Wait = func(path string, do func() error) error {
		return installer.Patiently(ctx, path, u.waiting(r.Product), do)
	}
	err := trail.Append(line)
	r.Recorded = err == nil || errors.Is(err, audit.ErrBroken)
	if r.Recorded && err != nil {
		u.log.WarnContext(ctx, "audit trail was changed by somebody else", "error", err)
		r.Notes = append(r.Notes, note(NoteTrailBroken))
		return
	}
	if err != nil {
		u.log.ErrorContext(ctx, "audit trail was not written", "error", err)
		r.Err = errors.Join(r.Err, fmt.Errorf("%w: %w", ErrNotRecorded, err))
	}
}

// detail is the evidence of a record: what connected before and after.
func (u *Updater) detail(r *Report) json.RawMessage {
	evidence := struct {
		Requested bool            `json:"requested,omitempty"` // by an operator, of the run of SYSTEM
		Signer    string          `json:"signer,omitempty"`    // required of the build's programs, and checked
		Error     string          `json:"error,omitempty"`
		Reason    confirm.Reason  `json:"reason,omitempty"`
		Before    *confirm.Report `json:"before,omitempty"`
		Fault     *confirm.Report `json:"fault,omitempty"`
		After     *confirm.Report `json:"after,omitempty"`
	}{Before: withoutOutput(r.Before), Fault: withoutOutput(r.Fault), After: withoutOutput(r.After)}
	evidence.Signer = r.Signer
	evidence.Requested = u.options.Requested != nil && u.options.Requested(r.Product)
	if r.Err != nil {
		evidence.Error = r.Err.Error()
	}
	if r.Judgement != nil {
		evidence.Reason = r.Judgement.Reason
	}
	data, err := json.Marshal(evidence)
	if err != nil {
		return nil // the line is still worth writing
	}
	return data
}

// withoutOutput leaves out what the client printed: nobody knows whose data that
// holds. How it ended says enough.
func withoutOutput(r *confirm.Report) *confirm.Report {
	if r == nil || r.SelfTest == nil {
		return r
	}
	short, test := *r, *r.SelfTest
	test.Output, short.SelfTest = "", &test
	return &short
}

// History is the audit trail, checked; see [audit.Trail.Walk].
func (u *Updater) History(since *audit.Mark, visit func(audit.Record)) (audit.Summary, error) {
	return u.trail.Walk(since, visit)
}

// ExportHistory writes the audit trail as one file for somebody else to check;
// see [audit.Trail.Export].
func (u *Updater) ExportHistory(w io.Writer, h audit.Header) (audit.Summary, error) {
	return u.trail.Export(w, h)
}
