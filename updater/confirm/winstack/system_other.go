//go:build !windows

package winstack

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/koshin-updater/koshin/manifest"
)

func call(stack manifest.Stack, _ target) (sight, error) {
	return sight{}, fmt.Errorf("%s on %s: %w", stack, runtime.GOOS, errors.ErrUnsupported)
}
