//go:build !windows

package mend

import "errors"

// Myself is [errors.ErrUnsupported] here: there is no such setting.
func Myself() (Who, error) { return Who{}, errors.ErrUnsupported }
