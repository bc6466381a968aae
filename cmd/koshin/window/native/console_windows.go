package native

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	kernel32              = windows.NewLazySystemDLL("kernel32.dll")
	getConsoleProcessList = kernel32.NewProc("GetConsoleProcessList")
	freeConsole           = kernel32.NewProc("FreeConsole")
)

// LeaveConsole lets go of a console that Windows made for this program alone, and
// so takes it off the screen. One that it was started from stays.
//
// koshin is a program for consoles: as one for windows, no shell would wait for
// it. From Windows 11 24H2 on its manifest has Windows make no console at all from
// the Start menu or a task, and there is nothing to do here. Before, one may be
// seen for an instant. A second program that only starts this one would spare
// that, and would have to be installed, signed and updated too.
func LeaveConsole() {
	var processes [2]uint32
	n, _, _ := getConsoleProcessList.Call(uintptr(unsafe.Pointer(&processes[0])), uintptr(len(processes)))
	if n == 1 {
		_, _, _ = freeConsole.Call()
	}
}
