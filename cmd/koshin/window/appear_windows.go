package window

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// appearance is how the window is to be seen, as this program has set it. What
// people do to it, such as making it small, is theirs.
type appearance int

const (
	unseen appearance = iota // not yet
	open
	small  // on the taskbar
	hidden // nowhere
)

func appearanceOf(v View) appearance {
	switch {
	case v.Hidden && v.HoldShutdown != "":
		return small
	case v.Hidden:
		return hidden
	}
	return open
}

// appear shows, shrinks or hides the window. It is not left to ShowWindow alone,
// whose first call obeys whoever started the program: a shortcut that keeps the
// console small would keep the window small too.
func (w *window) appear(before View) {
	was := w.shownAs
	w.shownAs = appearanceOf(w.view)
	switch w.shownAs {
	case was:
		if w.view.Mood != before.Mood && before.Mood == Working && !w.isInFront() {
			w.flash()
		}
		return
	case hidden:
		w.position(swpHide)
	case small:
		w.position(swpShow)
		_, _, _ = showWindow.Call(uintptr(w.dialog), swMinimize)
	default:
		w.position(swpShow)
		if was == small && w.isMinimized() {
			_, _, _ = showWindow.Call(uintptr(w.dialog), swRestore)
		}
		_, _, _ = setForegroundWindow.Call(uintptr(w.dialog))
		if !w.isInFront() { // Windows lets nobody take the keyboard from a person at work
			w.flash()
		}
	}
}

func (w *window) position(flags uintptr) {
	_, _, _ = setWindowPos.Call(uintptr(w.dialog), 0, 0, 0, 0, 0, flags|swpNoMove|swpNoSize|swpNoZOrder)
}

func (w *window) isInFront() bool { return windows.GetForegroundWindow() == w.dialog }

// flash marks the window's button on the taskbar until somebody looks.
func (w *window) flash() {
	info := flashInfo{window: w.dialog, flags: 0x2 | 0xc, count: 3} // FLASHW_TRAY | FLASHW_TIMERNOFG
	info.size = uint32(unsafe.Sizeof(info))
	_, _, _ = flashWindowEx.Call(uintptr(unsafe.Pointer(&info)))
}

// hold has Windows show why it should not end now, and ends that again.
func (w *window) hold(before string) {
	switch reason := w.view.HoldShutdown; reason {
	case before:
	case "":
		_, _, _ = shutdownBlockReasonDestroy.Call(uintptr(w.dialog))
	default:
		_, _, _ = shutdownBlockReasonCreate.Call(uintptr(w.dialog), uintptr(unsafe.Pointer(wide(reason))))
	}
}

// announce has a screen reader say the headline, which nobody has pressed for.
func (w *window) announce() {
	if c := w.parts["headline"]; c != nil {
		_, _, _ = notifyWinEvent.Call(eventSystemAlert, uintptr(c.handle), objectClient, 0)
	}
}
