package audit

import (
	"errors"
	"fmt"
)

// What callers decide on. All but the last three mean that the record cannot be
// relied on, and match [ErrBroken].
var (
	// ErrBroken: the trail is not what was written.
	ErrBroken = errors.New("the audit trail does not fit together")
	// ErrUnreadable: a line is too long, not UTF-8, or not a record.
	ErrUnreadable = fmt.Errorf("%w: a line cannot be read", ErrBroken)
	// ErrChain: a line does not follow the one before it.
	ErrChain = fmt.Errorf("%w: a line does not follow the line before it", ErrBroken)
	// ErrEnd: the last line is not the one that the head names: it was changed,
	// lines behind it were removed, or the head was replaced.
	ErrEnd = fmt.Errorf("%w: the last line is not the one that the head names", ErrBroken)
	// ErrNoTrail: the head is there and the trail is gone.
	ErrNoTrail = fmt.Errorf("%w: the trail is gone, its head is not", ErrBroken)
	// ErrNoHead: the trail is there and the head is gone, or is no head.
	ErrNoHead = fmt.Errorf("%w: the trail has no head", ErrBroken)
	// ErrRewritten: what an older export or a noted head names is not there.
	ErrRewritten = fmt.Errorf("%w: it does not contain what it contained before", ErrBroken)

	// ErrDamaged: an export is not what was written: cut, or changed on its way.
	ErrDamaged = errors.New("the export is damaged")
	// ErrNotExport: a file is no export at all.
	ErrNotExport = errors.New("not an export of an audit trail")
	// ErrNewer: an export of a newer koshin.
	ErrNewer = errors.New("export of a newer koshin")
)

// LineError says which line of the trail, from 1. In an export each line stands
// one further down. It matches its reason.
type LineError struct {
	Line   int64
	Reason error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Reason) }

func (e *LineError) Unwrap() error { return e.Reason }
