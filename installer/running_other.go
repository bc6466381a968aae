//go:build !linux && !windows

package installer

import "errors"

func running(string) ([]Process, error) { return nil, errors.ErrUnsupported }
