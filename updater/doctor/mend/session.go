package mend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// Limits of the documents between SYSTEM and the operator's process, in bytes.
// An errand takes 40, an answer with fifty open browsers 4,000.
const (
	maxErrand = 1 << 10
	MaxAnswer = 64 << 10
)

// answer is what an errand came to, on its way to SYSTEM.
type answer struct {
	Result  Result `json:"result"`
	Fault   string `json:"fault"`   // "" for none; a name in faults, or "other"
	Setting string `json:"setting"` // the path that the fault is about
	Detail  string `json:"detail"`
}

// faults are the errors that keep their meaning on the way.
var faults = map[string]error{
	"policy": ErrPolicy, "ssl2": ErrSSL2, "value": ErrValue, "default": ErrDefault, "changed": ErrChanged,
	"undo-record": ErrUndoRecord, "not-kept": ErrNotKept,
	"wrong-user": ErrWrongUser, "not-person": ErrNotPerson, "session-unknown": ErrSessionUnknown, "errand": ErrErrand,
}

// Serve does the errand that comes in, in the operator's process, and sends its
// answer out. It looks for itself whose process it is, and does nothing where
// that is not the operator's. The error is only ever about in and out.
func Serve(in io.Reader, out io.Writer, who Who, pc PC, now time.Time) error {
	data, err := io.ReadAll(io.LimitReader(in, maxErrand+1))
	if err != nil {
		return fmt.Errorf("read the errand: %w", err)
	}
	result, err := serve(data, who, pc, now)
	a := answer{Result: result}
	if err != nil {
		a.Fault, a.Setting, a.Detail = "other", SettingOf(err), err.Error()
		for name, fault := range faults {
			if errors.Is(err, fault) {
				a.Fault = name
			}
		}
	}
	return json.NewEncoder(out).Encode(a)
}

func serve(data []byte, who Who, pc PC, now time.Time) (Result, error) {
	way, err := who.Way()
	switch {
	case err != nil:
		return Result{}, err
	case way != Here:
		return Result{}, ErrNotPerson
	case len(data) > maxErrand:
		return Result{}, fmt.Errorf("%w: more than %d bytes", ErrErrand, maxErrand)
	}
	var e Errand
	if err := strictly(data, &e); err != nil {
		return Result{}, fmt.Errorf("%w: %w", ErrErrand, err)
	}
	return pc.Run(e, now)
}

// Through does errands by way of another process: send starts it in the
// operator's session, hands it the errand and brings back what [Serve] wrote.
// That process is the operator's, so its answer is shown and never acted upon.
func Through(send func(ctx context.Context, errand []byte) ([]byte, error)) func(context.Context, Errand) (Result, error) {
	return func(ctx context.Context, e Errand) (Result, error) {
		data, err := json.Marshal(e)
		if err != nil {
			return Result{}, err
		}
		if data, err = send(ctx, data); err != nil {
			return Result{}, err
		}
		var a answer
		if err := json.Unmarshal(data, &a); err != nil {
			return Result{}, fmt.Errorf("answer from the operator's session: %w", err)
		}
		switch {
		case a.Fault != "":
			return a.Result, &SessionError{Kind: faults[a.Fault], Setting: a.Setting, Detail: a.Detail}
		case !slices.Contains([]Outcome{Changed, Restored, Unchanged}, a.Result.Outcome):
			return Result{}, fmt.Errorf("answer from the operator's session: outcome %q", a.Result.Outcome)
		}
		return a.Result, nil
	}
}

// SessionError is an error of the operator's process. It matches what it was
// there.
type SessionError struct {
	Kind    error // nil for one that nobody decides on
	Setting string
	Detail  string
}

func (e *SessionError) Error() string { return "in the operator's session: " + e.Detail }

func (e *SessionError) Unwrap() error { return e.Kind }

// SettingOf is the path that an error is about, for telling people; "" where it
// is about none.
func SettingOf(err error) string {
	if e, ok := errors.AsType[*PolicyError](err); ok {
		return e.Place.String()
	}
	if e, ok := errors.AsType[*ValueError](err); ok {
		return e.Found.Place.String()
	}
	if e, ok := errors.AsType[*ChangedError](err); ok {
		return e.Found.Place.String()
	}
	if e, ok := errors.AsType[*SessionError](err); ok {
		return e.Setting
	}
	return ""
}
