package manifest

import (
	"errors"
	"fmt"
)

// What callers decide on.
var (
	// ErrInvalid is a manifest that is signed correctly and still not one this
	// program may act on: an unknown field, a bad version, a size over a limit.
	ErrInvalid = errors.New("invalid manifest")
	// ErrVersion is a version that is not two to four numeric parts.
	ErrVersion = errors.New("invalid version")
	// ErrName is a product, channel or target name outside its grammar.
	ErrName = errors.New("invalid name")
	// ErrTooLarge is a file from outside that is longer than its limit. Every
	// reader of outside bytes reports it with this value.
	ErrTooLarge = errors.New("larger than allowed")
)

// FieldError names the field that made a manifest invalid. It matches
// [ErrInvalid].
type FieldError struct {
	Path   string // such as "builds[0].packages[1].size"
	Reason error
}

func (e *FieldError) Error() string {
	return fmt.Sprintf("%v: field %s: %v", ErrInvalid, e.Path, e.Reason)
}

// Unwrap lets errors.Is find both the kind and the reason.
func (e *FieldError) Unwrap() []error { return []error{ErrInvalid, e.Reason} }
