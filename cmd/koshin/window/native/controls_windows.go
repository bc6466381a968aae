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

// setButtons says which can be pressed and which one Enter presses. With other
// buttons the keyboard goes to that one; as long as they are the same it stays
// where people have put it.
func (w *dialog) setButtons() {
	var pressable []string
	usual, usualID := windows.HWND(0), uintptr(0)
	for i, b := range w.view.Buttons {
		key := w.plan.buttons[i].key
		h, id := w.parts[key].handle, uintptr(idFirst+i)
		_, _, _ = setWindowLong.Call(uintptr(h), gwlID, id)
		w.enable(h, b.Enabled)
		if !b.Enabled {
			continue
		}
		pressable = append(pressable, key)
		if usual == 0 || b.Default {
			usual = h
		}
		if b.Default {
			usualID = id
		}
	}
	row := strings.Join(pressable, " ")
	if row == w.pressable && usualID == w.usualID {
		return
	}
	w.pressable, w.usualID = row, usualID
	send(w.self, dmSetDefaultID, usualID, 0)
	w.usual = usual
	if w.isInFront() {
		w.focusUsual()
	}
}

// focusUsual takes the keyboard to the usual button, once: while somebody works in
// another program, when the window is next looked at. It is posted, since Windows
// itself moves the keyboard meanwhile.
func (w *dialog) focusUsual() {
	if w.usual != 0 {
		_, _, _ = postMessage.Call(uintptr(w.self), wmNextDialogCtl, uintptr(w.usual), 1)
		w.usual = 0
	}
}

func (w *dialog) enable(h windows.HWND, can bool) {
	want := uintptr(0)
	if can {
		want = 1
	}
	if is, _, _ := isWindowEnabled.Call(uintptr(h)); is != want {
		_, _, _ = enableWindow.Call(uintptr(h), want)
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
