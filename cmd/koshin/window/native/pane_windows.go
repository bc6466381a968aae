package native

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

const (
	sifRange, sifPage, sifPos, sifTracking = 1, 2, 4, 16
	scrollKids                             = 0x0001 | 0x0002 | 0x0004 // SW_SCROLLCHILDREN | SW_INVALIDATE | SW_ERASE
)

// onPaneMessage is the procedure of the part that scrolls.
func (w *dialog) onPaneMessage(h windows.HWND, m uint32, wParam, lParam uintptr) uintptr {
	switch m {
	case wmCtlColorStatic:
		if w.isRule(windows.HWND(lParam)) {
			brush, _, _ := getSysColorBrush.Call(colorShadow)
			return brush
		}
		return paper(wParam)
	case wmCtlColorDialog:
		return paper(wParam)
	case wmVScroll:
		w.scrollBy(wParam & 0xffff)
		return 1
	case wmMouseWheel:
		notches := int(int16(wParam>>16)) * 3 * w.step() / 120
		w.scrollTo(w.scrolled - notches)
		return 1
	}
	return 0
}

// isRule: a line is a text without words on the colour of a shadow, since Windows'
// own kind is two pixels high at every scale.
func (w *dialog) isRule(h windows.HWND) bool {
	for _, c := range w.parts {
		if c.handle == h {
			return c.kind == rule
		}
	}
	return false
}

// step is how far one line is.
func (w *dialog) step() int { return max(w.dpi*20/96, 1) }

// scrollBy follows what the scroll bar says, one of SB_LINEUP and its like.
func (w *dialog) scrollBy(code uintptr) {
	page := max(w.plan.pane.h-w.step(), w.step())
	switch code {
	case 0:
		w.scrollTo(w.scrolled - w.step())
	case 1:
		w.scrollTo(w.scrolled + w.step())
	case 2:
		w.scrollTo(w.scrolled - page)
	case 3:
		w.scrollTo(w.scrolled + page)
	case 4, 5: // the thumb
		info := scrollInfo{mask: sifTracking}
		info.size = uint32(unsafe.Sizeof(info))
		_, _, _ = getScrollInfo.Call(uintptr(w.pane), 1, uintptr(unsafe.Pointer(&info)))
		w.scrollTo(int(info.trackingAt))
	case 6:
		w.scrollTo(0)
	case 7:
		w.scrollTo(w.plan.content)
	}
}

// key scrolls with the keyboard, where there is something to scroll: the pane
// needs no focus of its own for that.
func (w *dialog) key(code uintptr) bool {
	if w.plan.content <= w.plan.pane.h {
		return false
	}
	by, known := map[uintptr]uintptr{0x26: 0, 0x28: 1, 0x21: 2, 0x22: 3, 0x24: 6, 0x23: 7}[code] // up, down, page up, page down, home, end
	if known {
		w.scrollBy(by)
	}
	return known
}

func (w *dialog) scrollTo(y int) {
	y = max(min(y, w.plan.content-w.plan.pane.h), 0)
	if y != w.scrolled {
		_, _, _ = scrollWindowEx.Call(uintptr(w.pane), 0, uintptr(w.scrolled-y), 0, 0, 0, 0, scrollKids)
		w.scrolled = y
	}
	w.setScrollBar()
}

// setScrollBar shows a bar only where not everything is in sight.
func (w *dialog) setScrollBar() {
	info := scrollInfo{
		mask: sifRange | sifPage | sifPos,
		most: int32(max(w.plan.content-1, 0)), page: uint32(w.plan.pane.h), at: int32(w.scrolled),
	}
	info.size = uint32(unsafe.Sizeof(info))
	_, _, _ = setScrollInfo.Call(uintptr(w.pane), 1, uintptr(unsafe.Pointer(&info)), 1)
}
