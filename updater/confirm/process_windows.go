package confirm

import (
	"errors"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// alone gives the client no console window and no share in a Ctrl+C that is
// meant for koshin.
func alone(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{
		HideWindow:    true,
		CreationFlags: windows.CREATE_NO_WINDOW | windows.CREATE_NEW_PROCESS_GROUP,
	}
}

// isBusy says that the program's file is held, as virus scanners do with one
// that was just written.
func isBusy(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}
