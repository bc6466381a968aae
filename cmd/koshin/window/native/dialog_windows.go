package native

import (
	"fmt"
	"unsafe"

	"github.com/koshin-updater/koshin/cmd/koshin/window"
	"golang.org/x/sys/windows"
)

// open makes the window, not yet to be seen, with a pane in it. Both are dialogs
// of Windows: Tab, Enter, Esc and the access keys work as everywhere, and screen
// readers read a dialog out by themselves.
func (w *dialog) open() error {
	_, _, _ = setThreadDpiAwareness.Call(dpiPerMonitorV2) // the manifest says so already, where there is one
	classes := struct{ size, classes uint32 }{8, 0x20}    // the bar
	if ok, _, err := initCommonControlsEx.Call(uintptr(unsafe.Pointer(&classes))); ok == 0 {
		return fmt.Errorf("loading the common controls: %w", err)
	}
	var err error
	if w.self, err = newDialog(0, wsFramed, wsExControl|wsExApp, w.onMessage); err != nil {
		return err
	}
	w.setMark()
	// Windows would place the controls by itself when the scale changes; we do.
	if setDialogDpiChangeBehavior.Find() == nil { // since Windows 10 1703; not in Wine 8
		_, _, _ = setDialogDpiChangeBehavior.Call(uintptr(w.self), 1, 1) // DDC_DISABLE_ALL
	}
	if w.pane, err = newDialog(w.self, wsChild|wsVisible|wsClipKids|dsControl, wsExControl, w.onPaneMessage); err != nil {
		return err
	}
	w.parts, w.icons = map[string]*control{}, map[string]windows.Handle{}
	dpi, _, _ := getDpiForWindow.Call(uintptr(w.self))
	w.scale(int(dpi))
	return nil
}

// newDialog makes a dialog without controls. What a procedure answers with 0 is
// left to Windows.
func newDialog(parent windows.HWND, style, exStyle uint32, procedure func(windows.HWND, uint32, uintptr, uintptr) uintptr) (windows.HWND, error) {
	template := dialogTemplate{style: style, exStyle: exStyle}
	h, _, err := createDialogIndirectParam.Call(0, uintptr(unsafe.Pointer(&template)), uintptr(parent), windows.NewCallback(procedure), 0)
	if h == 0 {
		return 0, fmt.Errorf("creating a dialog: %w", err)
	}
	return windows.HWND(h), nil
}

// answer gives a message a value of its own: a procedure says only whether it took
// it.
func answer(dialog windows.HWND, value uintptr) uintptr {
	_, _, _ = setWindowLong.Call(uintptr(dialog), dwlMessageValue, value)
	return 1
}

// onMessage is the procedure of the window.
func (w *dialog) onMessage(h windows.HWND, m uint32, wParam, lParam uintptr) uintptr {
	switch m {
	case viewArrived:
		if v := w.next.Swap(nil); v != nil {
			w.show(*v)
		}
		return 1
	case viewsEnded:
		_, _, _ = destroyWindow.Call(uintptr(h))
		return 1
	case wmDestroy:
		if h == w.self {
			w.ended = true
		}
	case wmActivate:
		if wParam&0xffff != 0 {
			w.focusUsual()
		}
	case wmCommand:
		w.command(wParam & 0xffff)
		return 1
	case wmClose:
		w.close()
		return 1
	case wmQueryEndSession:
		if w.view.HoldShutdown != "" {
			return answer(h, 0)
		}
	case wmDPIChanged:
		w.scale(int(wParam & 0xffff))
		w.moveTo(lParam)
		w.place()
		return answer(h, 0)
	case wmSettingChange, wmSysColorChange, wmThemeChanged:
		if w.shownAs != unseen { // the fonts and colours of the user may be others
			w.scale(w.dpi)
			w.place()
			_, _, _ = invalidateRect.Call(uintptr(w.self), 0, 1)
			_, _, _ = invalidateRect.Call(uintptr(w.pane), 0, 1)
		}
	case wmMouseWheel:
		return w.onPaneMessage(w.pane, m, wParam, lParam)
	case wmEraseBackground:
		w.erase(wParam)
		return answer(h, 1)
	case wmCtlColorStatic:
		return paper(wParam)
	}
	return 0
}

func (w *dialog) command(id uintptr) {
	if id == idCancel { // Esc
		w.close()
		return
	}
	if n := int(id) - idFirst; n >= 0 && n < len(w.view.Buttons) && w.view.Buttons[n].Enabled {
		w.press(w.view.Buttons[n].Action)
	}
}

func (w *dialog) close() {
	if w.shownAs == small { // somebody has opened it from the taskbar, and is done looking
		_, _, _ = showWindow.Call(uintptr(w.self), swMinimize)
	}
	w.press(window.Close)
}

// erase paints the window's own ground: paper, and the strip of the buttons.
func (w *dialog) erase(dc uintptr) {
	var client windows.Rect
	_, _, _ = getClientRect.Call(uintptr(w.self), uintptr(unsafe.Pointer(&client)))
	band := client
	band.Top = int32(w.plan.band.y)
	client.Bottom = band.Top
	fill(dc, client, colorWindow)
	fill(dc, band, colorButtonFace)
}

func fill(dc uintptr, r windows.Rect, color uintptr) {
	brush, _, _ := getSysColorBrush.Call(color)
	_, _, _ = fillRect.Call(dc, uintptr(unsafe.Pointer(&r)), brush)
}

// paper gives what is written on the colours of a page, whichever the user has
// chosen for one.
func paper(dc uintptr) uintptr {
	ink, _, _ := getSysColor.Call(colorWindowText)
	ground, _, _ := getSysColor.Call(colorWindow)
	_, _, _ = setTextColor.Call(dc, ink)
	_, _, _ = setBkColor.Call(dc, ground)
	brush, _, _ := getSysColorBrush.Call(colorWindow)
	return brush
}
