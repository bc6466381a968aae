package native

import (
	"unsafe"

	"github.com/koshin-updater/koshin/cmd/koshin/window"
	"golang.org/x/sys/windows"
)

// show draws a view.
func (w *dialog) show(v window.View) {
	before := w.view
	w.view = v
	if v.Title != before.Title {
		_, _, _ = setWindowText.Call(uintptr(w.self), uintptr(unsafe.Pointer(wide(v.Title))))
	}
	w.hold(before.HoldShutdown)
	w.place()
	w.setBar(before.Progress)
	w.appear(before)
	w.setButtons()
	if v.Headline != before.Headline {
		w.announce()
	}
}

// place lays the view out and brings the window to it.
func (w *dialog) place() {
	work := w.workArea()
	frame := w.frame(size{})
	w.plan = layout(w.view, screen{
		dpi:       w.dpi,
		room:      size{int(work.Right-work.Left) - frame.w, int(work.Bottom-work.Top) - frame.h},
		least:     w.least,
		scrollbar: w.metric(smCXVScroll),
	}, w.measure)
	w.resize(work)
	at := w.plan.pane
	_, _, _ = setWindowPos.Call(uintptr(w.pane), 0, uintptr(at.x), uintptr(at.y), uintptr(at.w), uintptr(at.h), swpNoZOrder|swpNoActivate)
	w.scrolled = max(min(w.scrolled, w.plan.content-at.h), 0)
	w.setScrollBar()
	wanted := map[string]bool{}
	w.apply(w.pane, w.plan.inside, w.scrolled, wanted)
	w.apply(w.self, w.plan.below, 0, wanted)
	w.apply(w.self, w.plan.buttons, 0, wanted)
	w.dropOthers(wanted)
	w.setOrder()
}

// workArea is what the taskbar leaves of the screen that the window is on.
func (w *dialog) workArea() windows.Rect {
	var info monitorInfo
	info.size = uint32(unsafe.Sizeof(info))
	monitor, _, _ := monitorFromWindow.Call(uintptr(w.self), 2) // the nearest
	_, _, _ = getMonitorInfo.Call(monitor, uintptr(unsafe.Pointer(&info)))
	return info.work
}

// frame is a window's size with its caption and edges around a client area.
func (w *dialog) frame(client size) size {
	r := windows.Rect{Right: int32(client.w), Bottom: int32(client.h)}
	_, _, _ = adjustWindowRectExForDpi.Call(uintptr(unsafe.Pointer(&r)), wsFramed, 0, wsExControl|wsExApp, uintptr(w.dpi))
	return size{int(r.Right - r.Left), int(r.Bottom - r.Top)}
}

// resize gives the window the plan's size: in the middle of the screen at first,
// then where people have put it, but never out of sight.
func (w *dialog) resize(work windows.Rect) {
	w.least = w.plan.size.h
	to := w.frame(w.plan.size)
	var now windows.Rect
	_, _, _ = getWindowRect.Call(uintptr(w.self), uintptr(unsafe.Pointer(&now)))
	x, y := int(now.Left), int(now.Top)
	if w.shownAs == unseen {
		x = int(work.Left+work.Right)/2 - to.w/2
		y = int(work.Top+work.Bottom)/2 - to.h/2
	} else if to == (size{int(now.Right - now.Left), int(now.Bottom - now.Top)}) || w.isMinimized() {
		return
	}
	x = max(min(x, int(work.Right)-to.w), int(work.Left))
	y = max(min(y, int(work.Bottom)-to.h), int(work.Top))
	_, _, _ = setWindowPos.Call(uintptr(w.self), 0, uintptr(x), uintptr(y), uintptr(to.w), uintptr(to.h), swpNoZOrder|swpNoActivate)
	_, _, _ = invalidateRect.Call(uintptr(w.self), 0, 1) // the strip has moved
}

// moveTo is where Windows wants the window on a screen of another scale.
func (w *dialog) moveTo(suggested uintptr) {
	r := *(**windows.Rect)(unsafe.Pointer(&suggested)) // Windows' own memory, for the time of the message
	_, _, _ = setWindowPos.Call(uintptr(w.self), 0, uintptr(r.Left), uintptr(r.Top), 0, 0, swpNoSize|swpNoZOrder|swpNoActivate)
}

func (w *dialog) isMinimized() bool {
	is, _, _ := isIconic.Call(uintptr(w.self))
	return is != 0
}
