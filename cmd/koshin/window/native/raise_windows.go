package native

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// mark is on each of koshin's windows: the client has dialogs of the same title.
const mark = "koshin-updater.window"

func (w *dialog) setMark() {
	_, _, _ = setProp.Call(uintptr(w.self), uintptr(unsafe.Pointer(wide(mark))), 1)
}

// Raise brings a window of koshin that is open on this desktop before people's
// eyes, and says whether there is one. One that was closed during an update, and is
// only out of sight, stays there.
func Raise() bool {
	class, name := wide("#32770"), wide(mark) // Windows' own dialogs
	for h := uintptr(0); ; {
		h, _, _ = findWindowEx.Call(0, h, uintptr(unsafe.Pointer(class)), 0)
		if h == 0 {
			return false
		}
		marked, _, _ := getProp.Call(h, uintptr(unsafe.Pointer(name)))
		seen, _, _ := isWindowVisible.Call(h)
		if marked == 0 || seen == 0 {
			continue
		}
		if small, _, _ := isIconic.Call(h); small != 0 {
			_, _, _ = showWindow.Call(h, swRestore)
		}
		_, _, _ = setForegroundWindow.Call(uintptr(windows.HWND(h)))
		return true
	}
}
