//go:build !windows

package mend

import "errors"

// Tell is [errors.ErrUnsupported] here.
func Tell() Told { return Told{errors.ErrUnsupported, errors.ErrUnsupported} }

// Explorers is [errors.ErrUnsupported] here.
func Explorers() ([]Explorer, error) { return nil, errors.ErrUnsupported }
