package foreign

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// marker is an event that lives as long as the installer, koshin or not: its
// name can be opened until the last program that inherited it has ended.
type marker struct{ event windows.Handle }

func newMarker(name string) (marker, error) {
	text, err := windows.UTF16PtrFromString(markerName(name))
	if err != nil {
		return marker{}, err
	}
	inherited := windows.SecurityAttributes{InheritHandle: 1}
	inherited.Length = uint32(unsafe.Sizeof(inherited))
	event, err := windows.CreateEvent(&inherited, 1, 0, text)
	if event != 0 {
		return marker{event}, nil // there already is no error: the one before it has not quite ended
	}
	return marker{}, err
}

func (m marker) close() { _ = windows.CloseHandle(m.event) }

// attributes are how an installer is started beside what every program gets:
// with a command line as it reads one, and with the marker.
func (r Run) attributes(cmd *exec.Cmd, mark marker) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		CmdLine:                    r.line(cmd.Path, cmd.Args[1:]),
		AdditionalInheritedHandles: []syscall.Handle{syscall.Handle(mark.event)},
	}
}

func markerName(name string) string { return `Global\koshin-installer-` + name }

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
