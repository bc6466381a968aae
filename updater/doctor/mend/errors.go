package mend

import (
	"errors"
	"fmt"

	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

// What callers decide on.
var (
	// ErrPolicy: an administrator fixed the value for good. See [PolicyError].
	ErrPolicy = errors.New("the setting is fixed by a policy")
	// ErrSSL2: SSL 2.0 is ticked, which excludes TLS 1.2; somebody has to say
	// whether it may be cleared.
	ErrSSL2 = errors.New("ssl 2.0 is enabled and excludes tls 1.2")
	// ErrValue: the value there is none that Windows writes, so that no bit can
	// be added to it. See [ValueError].
	ErrValue = errors.New("the setting has an unexpected value")
	// ErrDefault: nothing is set, and what that means on this Windows is not
	// known, so that there is nothing to add a bit to.
	ErrDefault = errors.New("the setting is missing and its default is not known")
	// ErrChanged: somebody changed the value since. See [ChangedError].
	ErrChanged = errors.New("the setting was changed by somebody else since")
	// ErrUndoRecord: the record of what was there before cannot be understood.
	ErrUndoRecord = errors.New("the record for undoing is damaged")
	// ErrNotKept: the value was written, and another one was there afterwards.
	ErrNotKept = errors.New("the setting did not stay as it was written")

	// ErrWrongUser: this process runs as another user than the one who is
	// signed in, whose profile it would miss.
	ErrWrongUser = errors.New("running as another user than the one who is signed in")
	// ErrNotPerson: this process runs as a service or a built-in account, whose
	// profile nobody works with.
	ErrNotPerson = errors.New("running as an account that is no person")
	// ErrSessionUnknown: an elevated process cannot find out who is signed in.
	ErrSessionUnknown = errors.New("who is signed in cannot be found out")
)

// PolicyError is [ErrPolicy] with the place of the policy.
type PolicyError struct{ Place winsettings.Place }

func (e *PolicyError) Error() string { return fmt.Sprintf("%v: %s", ErrPolicy, e.Place) }

func (e *PolicyError) Unwrap() error { return ErrPolicy }

// ValueError is [ErrValue] with what is there.
type ValueError struct{ Found winsettings.Reading }

func (e *ValueError) Error() string { return fmt.Sprintf("%v: %s", ErrValue, e.Found) }

func (e *ValueError) Unwrap() error { return ErrValue }

// ChangedError is [ErrChanged] with what is there now.
type ChangedError struct{ Found winsettings.Reading }

func (e *ChangedError) Error() string { return fmt.Sprintf("%v: %s", ErrChanged, e.Found) }

func (e *ChangedError) Unwrap() error { return ErrChanged }
