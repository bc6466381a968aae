//go:build unix

package foreign

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"
)

// marker is not needed on this system: see [Alive].
type marker struct{}

func newMarker(string) (marker, error) { return marker{}, nil }

func (marker) close() {}

func (Run) attributes(*exec.Cmd, marker) *syscall.SysProcAttr { return nil }

// Alive cannot say on this system; a program can be found by its file.
func Alive(string) bool { return false }

func msiexec() (string, error) {
	return "", fmt.Errorf("windows installer: %w", errors.ErrUnsupported)
}
