package confirm

import (
	"errors"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// group is the client and the processes that it starts: a job object. A child
// that was left running would hold files of the install folder, and the way
// back to the old build would be blocked by the test that asked for it.
type group struct{ job windows.Handle }

// newGroup prepares a client that is not started yet: no console window, no
// share in a Ctrl+C that is meant for koshin, and stopping it stops its
// children.
func newGroup(cmd *exec.Cmd) (group, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return group{}, err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		HideWindow:    true,
		CreationFlags: windows.CREATE_NO_WINDOW | windows.CREATE_NEW_PROCESS_GROUP,
	}
	cmd.Cancel = func() error {
		return errors.Join(windows.TerminateJobObject(job, 1), cmd.Process.Kill())
	}
	return group{job}, nil
}

// join takes the started client in. Where that is refused, as inside an older
// job that allows no other, only the client itself can be stopped.
func (g group) join(cmd *exec.Cmd) {
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(cmd.Process.Pid))
	if err != nil {
		return // it has ended already
	}
	_ = windows.AssignProcessToJobObject(g.job, process)
	_ = windows.CloseHandle(process)
}

// close lets go of what still runs.
func (g group) close() { _ = windows.CloseHandle(g.job) }

// isBusy says that the program's file is held, as virus scanners do with one
// that was just written.
func isBusy(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}
