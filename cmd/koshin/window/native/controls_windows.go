package native

import (
	"strings"
	"unsafe"

	"github.com/koshin-updater/koshin/cmd/koshin/window"
	"golang.org/x/sys/windows"
)

// control is a part that stands in the window.
type control struct {
	part
	handle windows.HWND
	fontAt uintptr // the font it was given
}

// apply brings the controls of one parent to what a plan says; by is how far they
// are scrolled. What stays the same is not touched, so that it neither flickers nor
// is read out again.
func (w *dialog) apply(parent windows.HWND, parts []part, by int, wanted map[string]bool) {
	for _, p := range parts {
		wanted[p.key] = true
		p.at.y -= by
		c := w.parts[p.key]
		if c == nil || c.kind != p.kind {
			w.drop(c)
			c = w.create(parent, p)
			w.parts[p.key] = c
		}
		w.update(c, p)
	}
}

func (w *dialog) create(parent windows.HWND, p part) *control {
	class, style := "STATIC", uintptr(wsChild|wsVisible)
	switch p.kind {
	case icon:
		style |= ssIcon | ssRealSize
	case text:
		style |= ssNoPrefix | ssEditControl
	case rule:
		style |= ssEtchedHorz
	case bar:
		class = "msctls_progress32"
		style |= pbsSmooth
	case button:
		class = "BUTTON"
		style |= wsTabStop
	}
	h, _, _ := createWindowEx.Call(0, uintptr(unsafe.Pointer(wide(class))), 0, style, 0, 0, 0, 0, uintptr(parent), 0, 0, 0)
	return &control{part: part{key: p.key, kind: p.kind}, handle: windows.HWND(h)}
}

func (w *dialog) update(c *control, p part) {
	if c.fontAt != w.fonts[p.font] {
		c.fontAt = w.fonts[p.font]
		send(c.handle, wmSetFont, c.fontAt, 1)
	}
	if c.at != p.at {
		_, _, _ = setWindowPos.Call(uintptr(c.handle), 0, uintptr(p.at.x), uintptr(p.at.y), uintptr(p.at.w), uintptr(p.at.h), swpNoZOrder|swpNoActivate)
	}
	switch {
	case p.kind == icon:
		send(c.handle, stmSetIcon, uintptr(w.icon(strings.ToUpper(p.text), p.at.w)), 0)
	case c.text != p.text:
		_, _, _ = setWindowText.Call(uintptr(c.handle), uintptr(unsafe.Pointer(wide(p.text))))
	}
	c.part = p
}

func (w *dialog) drop(c *control) {
	if c != nil {
		_, _, _ = destroyWindow.Call(uintptr(c.handle))
	}
}

// dropOthers takes out what this view has not.
func (w *dialog) dropOthers(wanted map[string]bool) {
	for key, c := range w.parts {
		if !wanted[key] {
			w.drop(c)
			delete(w.parts, key)
		}
	}
}

// setOrder has Tab, and what reads the window out, go from the first part to the
// last.
func (w *dialog) setOrder() {
	var keys []string
	for _, p := range w.plan.inside {
		keys = append(keys, p.key)
	}
	inside := len(keys)
	for _, p := range append(append([]part{}, w.plan.below...), w.plan.buttons...) {
		keys = append(keys, p.key)
	}
	if order := strings.Join(keys, " "); order == w.order {
		return
	} else {
		w.order = order
	}
	after := uintptr(0) // HWND_TOP
	for i, key := range keys {
		if i == inside {
			after = uintptr(w.pane)
		}
		h := uintptr(w.parts[key].handle)
		_, _, _ = setWindowPos.Call(h, after, 0, 0, 0, 0, swpNoMove|swpNoSize|swpNoActivate)
		after = h
	}
}

// setButtons says which can be pressed, which one Enter presses, and where the
// keyboard is when its button is gone.
func (w *dialog) setButtons() {
	focus := windows.HWND(0)
	if f, _, _ := getFocus.Call(); f != 0 {
		focus = windows.HWND(f)
	}
	keep, first, usual := false, windows.HWND(0), windows.HWND(0)
	usualID := uintptr(0)
	for i, b := range w.view.Buttons {
		h := w.parts[w.plan.buttons[i].key].handle
		_, _, _ = setWindowLong.Call(uintptr(h), gwlID, uintptr(idFirst+i))
		enabled := uintptr(0)
		if b.Enabled {
			enabled = 1
		}
		if is, _, _ := isWindowEnabled.Call(uintptr(h)); is != enabled {
			_, _, _ = enableWindow.Call(uintptr(h), enabled)
		}
		if !b.Enabled {
			continue
		}
		keep = keep || h == focus
		if first == 0 {
			first = h
		}
		if b.Default {
			usual, usualID = h, uintptr(idFirst+i)
		}
	}
	send(w.self, dmSetDefaultID, usualID, 0)
	if usual == 0 {
		usual = first
	}
	if !keep && usual != 0 && w.isInFront() {
		send(w.self, wmNextDialogCtl, uintptr(usual), 1)
	}
}

// setBar moves the bar.
func (w *dialog) setBar(before *window.Progress) {
	p, c := w.view.Progress, w.parts["bar"]
	if p == nil || c == nil {
		return
	}
	unknown := p.Percent < 0
	if was := before != nil && before.Percent < 0; unknown != was || before == nil {
		style := uintptr(wsChild | wsVisible | pbsSmooth)
		on := uintptr(0)
		if unknown {
			style |= pbsMarquee
			on = 1
		}
		_, _, _ = setWindowLong.Call(uintptr(c.handle), gwlStyle, style)
		send(c.handle, pbmSetMarquee, on, 0)
	}
	if !unknown {
		send(c.handle, pbmSetPos, uintptr(min(p.Percent, 100)), 0)
	}
}
