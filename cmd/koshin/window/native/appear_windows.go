package native

import (
	"unsafe"

	"github.com/koshin-updater/koshin/cmd/koshin/window"
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

func appearanceOf(v window.View) appearance {
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
func (w *dialog) appear(before window.View) {
	was := w.shownAs
	w.shownAs = appearanceOf(w.view)
	switch w.shownAs {
	case was:
		if w.view.Mood != before.Mood && before.Mood == window.Working && !w.isInFront() {
			w.flash()
		}
		return
	case hidden:
		w.position(swpHide)
	case small:
		w.position(swpShow)
		_, _, _ = showWindow.Call(uintptr(w.self), swMinimize)
	default:
		w.position(swpShow)
		if w.isMinimized() { // by us: it was out of sight
			_, _, _ = showWindow.Call(uintptr(w.self), swRestore)
		}
		_, _, _ = setForegroundWindow.Call(uintptr(w.self))
		if !w.isInFront() { // Windows lets nobody take the keyboard from a person at work
			w.flash()
		}
	}
}

func (w *dialog) position(flags uintptr) {
	_, _, _ = setWindowPos.Call(uintptr(w.self), 0, 0, 0, 0, 0, flags|swpNoMove|swpNoSize|swpNoZOrder)
}

func (w *dialog) isInFront() bool { return windows.GetForegroundWindow() == w.self }

// flash marks the window's button on the taskbar until somebody looks.
func (w *dialog) flash() {
	info := flashInfo{window: w.self, flags: 0x2 | 0xc, count: 3} // FLASHW_TRAY | FLASHW_TIMERNOFG
	info.size = uint32(unsafe.Sizeof(info))
	_, _, _ = flashWindowEx.Call(uintptr(unsafe.Pointer(&info)))
}

// hold has Windows show why it should not end now, and ends that again.
func (w *dialog) hold(before string) {
	switch reason := w.view.HoldShutdown; reason {
	case before:
	case "":
		_, _, _ = shutdownBlockReasonDestroy.Call(uintptr(w.self))
	default:
		_, _, _ = shutdownBlockReasonCreate.Call(uintptr(w.self), uintptr(unsafe.Pointer(wide(reason))))
	}
}

// announce has a screen reader say the headline, which nobody has pressed for.
func (w *dialog) announce() {
	if c := w.parts["headline"]; c != nil {
		_, _, _ = notifyWinEvent.Call(eventSystemAlert, uintptr(c.handle), objectClient, 0)
	}
}
