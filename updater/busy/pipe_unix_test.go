//go:build !windows

package busy

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// A pipe that nobody writes into holds up whoever opens it in the usual way.
func pipe(t *testing.T, at string) { must(t, unix.Mkfifo(at, 0o666)) }

// One that somebody holds open without writing holds up whoever reads.
func heldPipe(t *testing.T, at string) {
	pipe(t, at)
	held, err := os.OpenFile(at, os.O_RDWR, 0)
	must(t, err)
	t.Cleanup(func() { must(t, held.Close()) })
}
