package confirm

import (
	"errors"
	"os/exec"
	"syscall"
	"unsafe"

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
	if err := endWithUs(job, true); err != nil {
		return group{}, errors.Join(err, windows.CloseHandle(job))
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
func (g group) close() {
	_ = endWithUs(g.job, false)
	_ = windows.CloseHandle(g.job)
}

// endWithUs says whether the job's processes end when its last handle does. As
// long as a test runs they do: if koshin is killed, the client must not go on
// holding files that the recovery needs.
func endWithUs(job windows.Handle, yes bool) error {
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	if yes {
		limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	}
	_, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	return err
}

// isBusy says that the program's file is held, as virus scanners do with one
// that was just written.
func isBusy(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}
