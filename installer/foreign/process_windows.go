package foreign

import (
	"errors"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// process is the installer and what it starts: a job, so that one that hangs
// can be stopped with its children, and an event that lives as long as it does.
type process struct{ job, marker windows.Handle }

// prepare readies an installer that is not started yet: no console window, and
// no share in a Ctrl+C that is meant for koshin. The job does not end with
// koshin: an installer that runs is better than half of one.
func prepare(cmd *exec.Cmd, r Run) (process, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return process{}, err
	}
	marker, err := newMarker(r.Marker)
	if err != nil {
		return process{}, errors.Join(err, windows.CloseHandle(job))
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		HideWindow:                 true,
		CreationFlags:              windows.CREATE_NO_WINDOW | windows.CREATE_NEW_PROCESS_GROUP,
		CmdLine:                    commandLine(r.Kind, cmd.Path, cmd.Args[1:]),
		AdditionalInheritedHandles: []syscall.Handle{syscall.Handle(marker)},
	}
	cmd.Cancel = func() error {
		return errors.Join(windows.TerminateJobObject(job, 1), cmd.Process.Kill())
	}
	return process{job, marker}, nil
}

// newMarker makes the event that the installer inherits: its name can be opened
// until the last program that has it has ended, koshin or not.
func newMarker(name string) (windows.Handle, error) {
	text, err := windows.UTF16PtrFromString(markerName(name))
	if err != nil {
		return 0, err
	}
	inherited := windows.SecurityAttributes{InheritHandle: 1}
	inherited.Length = uint32(unsafe.Sizeof(inherited))
	marker, err := windows.CreateEvent(&inherited, 1, 0, text)
	if marker != 0 {
		return marker, nil // there already is no error: the one before it has not quite ended
	}
	return 0, err
}

func markerName(name string) string { return `Global\koshin-installer-` + name }

// join takes the started installer into the job. Where that is refused, as
// inside an older job that allows no other, only it itself can be stopped.
func (p process) join(cmd *exec.Cmd) {
	handle, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(cmd.Process.Pid))
	if err != nil {
		return // it has ended already
	}
	_ = windows.AssignProcessToJobObject(p.job, handle)
	_ = windows.CloseHandle(handle)
}

func (p process) close() {
	_ = windows.CloseHandle(p.marker)
	_ = windows.CloseHandle(p.job)
}

// Alive says whether an installer that was run under this name is still at
// work, or whether Windows Installer is, for anybody.
func Alive(marker string) bool {
	text, err := windows.UTF16PtrFromString(markerName(marker))
	if err != nil {
		return false
	}
	event, err := windows.OpenEvent(windows.SYNCHRONIZE, false, text)
	if err == nil {
		_ = windows.CloseHandle(event)
		return true
	}
	return windowsInstallerWorks()
}

// windowsInstallerWorks asks for the mutex that Windows Installer holds while
// it changes something (Microsoft, "_MSIExecute Mutex").
func windowsInstallerWorks() bool {
	runtime.LockOSThread() // a mutex belongs to a thread
	defer runtime.UnlockOSThread()
	name, err := windows.UTF16PtrFromString(`Global\_MSIExecute`)
	if err != nil {
		return false
	}
	mutex, err := windows.OpenMutex(windows.SYNCHRONIZE, false, name)
	if err != nil {
		return false
	}
	defer func() { _ = windows.CloseHandle(mutex) }()
	state, err := windows.WaitForSingleObject(mutex, 0)
	if err == nil && (state == windows.WAIT_OBJECT_0 || state == windows.WAIT_ABANDONED) {
		_ = windows.ReleaseMutex(mutex)
		return false
	}
	return true
}

// msiexec is the system's own, whatever the search path says.
func msiexec() (string, error) {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return "", err
	}
	return filepath.Join(system, "msiexec.exe"), nil
}

// isBusy says that the program's file is held, as virus scanners do with one
// that was just written.
func isBusy(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}
