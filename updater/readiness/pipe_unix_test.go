//go:build unix

package readiness

import (
	"syscall"
	"testing"
)

// pipe makes a pipe that nobody writes into: who opens it waits for ever.
func pipe(t *testing.T, path string) int {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		return 0
	}
	return 1
}
