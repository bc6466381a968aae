//go:build !windows

package installer

import (
	"syscall"
	"testing"
)

func strictUmask(t *testing.T) {
	old := syscall.Umask(0o077)
	t.Cleanup(func() { syscall.Umask(old) })
}
