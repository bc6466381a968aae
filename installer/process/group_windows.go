package process

import (
	"errors"
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Group is a program and the processes that it starts: a job object.
type Group struct{ job windows.Handle }

// prepare is for a program that is not started yet: no console window, no share
// in a Ctrl+C that is meant for koshin, and stopping it stops its children.
func prepare(cmd *exec.Cmd, how life) (*Group, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return nil, err
	}
	if err := endWithUs(job, how == mortal); err != nil {
		return nil, errors.Join(err, windows.CloseHandle(job))
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.HideWindow = true
	cmd.SysProcAttr.CreationFlags |= windows.CREATE_NO_WINDOW | windows.CREATE_NEW_PROCESS_GROUP
	cmd.Cancel = func() error {
		return errors.Join(windows.TerminateJobObject(job, 1), cmd.Process.Kill())
	}
	return &Group{job}, nil
}

// join takes the started program in. Where that is refused, as inside an older
// job that allows no other, only the program itself can be stopped.
func (g *Group) join(cmd *exec.Cmd) {
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(cmd.Process.Pid))
	if err != nil {
		return // it has ended already
	}
	_ = windows.AssignProcessToJobObject(g.job, process)
	_ = windows.CloseHandle(process)
}

// End stops what still runs, after the program itself has ended.
func (g *Group) End() {
	_ = windows.TerminateJobObject(g.job, 1) // usually nobody is left
	_ = windows.CloseHandle(g.job)
}

// accounting is JOBOBJECT_BASIC_ACCOUNTING_INFORMATION.
type accounting struct {
	userTime, kernelTime, periodUserTime, periodKernelTime int64
	pageFaults, processes, active, terminated              uint32
}

// Alive says whether the program or one that it started still runs, as far as
// the system tells.
func (g *Group) Alive() bool {
	var is accounting
	err := windows.QueryInformationJobObject(g.job, windows.JobObjectBasicAccountingInformation,
		uintptr(unsafe.Pointer(&is)), uint32(unsafe.Sizeof(is)), nil)
	return err == nil && is.active > 0
}

// Close lets go of what still runs.
func (g *Group) Close() {
	_ = endWithUs(g.job, false)
	_ = windows.CloseHandle(g.job)
}

// endWithUs says whether the job's processes end when its last handle does.
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
