//go:build !windows

package busy

import (
	"testing"

	"golang.org/x/sys/unix"
)

// A pipe that nobody writes into holds up whoever opens it in the usual way.
func pipe(t *testing.T, at string) { must(t, unix.Mkfifo(at, 0o666)) }
