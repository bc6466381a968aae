//go:build !windows

package uninstallkey

import (
	"errors"
	"testing"
)

func TestNoRegistry(t *testing.T) {
	t.Parallel()
	if _, err := System().Find("torikomi"); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
}
