package power

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

var getSystemPowerStatus = windows.NewLazySystemDLL("kernel32.dll").NewProc("GetSystemPowerStatus")

// Read asks this system.
func Read() State {
	var status struct { // SYSTEM_POWER_STATUS
		line, flag, percent, saver byte
		left, full                 uint32
	}
	if ok, _, _ := getSystemPowerStatus.Call(uintptr(unsafe.Pointer(&status))); ok == 0 {
		return State{}
	}
	return ofWindows(status.line, status.flag, status.percent)
}
