package messages

import (
	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// Cause is what people are told about one stack's failure at one host.
func (c *Catalogue) Cause(language Language, cause confirm.Cause) Problem {
	return Problem{
		Code: string(cause), Exit: exitcode.Unconfirmed,
		Message: c.fill(language, "cause-"+string(cause), nil),
		Remedy:  c.fill(language, "cause-remedy-"+string(cause), nil),
	}
}

// Verdict is what people are told about the connection as a whole, or about an
// update by it: why, what to do, and the exit code.
func (c *Catalogue) Verdict(language Language, reason confirm.Reason) Problem {
	return Problem{
		Code: string(reason), Exit: verdictExit(reason),
		Message: c.fill(language, "reason-"+string(reason), nil),
		Remedy:  c.fill(language, "advice-"+string(reason), nil),
	}
}

// ProofNote is what there is to know beside a proof.
func (c *Catalogue) ProofNote(language Language, note confirm.Note) string {
	return c.fill(language, "proof-note-"+string(note), nil)
}

func verdictExit(reason confirm.Reason) exitcode.Code {
	switch reason {
	case confirm.ReasonAllGood, confirm.ReasonConnected, confirm.ReasonProbeAlone:
		return exitcode.Done
	case confirm.ReasonCannotConnect, confirm.ReasonBroken:
		return exitcode.RolledBack
	}
	return exitcode.Unconfirmed
}
