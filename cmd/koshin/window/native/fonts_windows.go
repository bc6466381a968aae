package native

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// fonts are the user's own font for messages, in the three ways of [font].
type fonts [headline + 1]uintptr

// scale reads what depends on the user's settings and on the scale of the screen.
func (w *dialog) scale(dpi int) {
	w.fonts.free()
	w.dpi, w.least = dpi, 0
	for _, h := range w.icons {
		_, _, _ = destroyIcon.Call(uintptr(h))
	}
	clear(w.icons)
	for _, c := range w.parts {
		c.fontAt = 0 // a new font may get the number of an old one
	}
	var m nonClientMetrics
	m.size = uint32(unsafe.Sizeof(m))
	_, _, _ = systemParametersInfoForDpi.Call(spiGetNonClientMetrics, uintptr(m.size), uintptr(unsafe.Pointer(&m)), 0, uintptr(dpi))
	for f := range w.fonts {
		one := m.messageFont
		switch font(f) {
		case strong:
			one.weight = max(one.weight, bold)
		case headline:
			one.height = one.height * 3 / 2
		}
		w.fonts[f], _, _ = createFontIndirect.Call(uintptr(unsafe.Pointer(&one)))
	}
	w.setTitleIcons()
}

func (f *fonts) free() {
	for i, h := range f {
		if h != 0 {
			_, _, _ = deleteObject.Call(h)
		}
		f[i] = 0
	}
}

// measure is asked of DrawText with the rules by which a static control draws.
func (w *dialog) measure(f font, words string, width int) size {
	dc, _, _ := getDC.Call(uintptr(w.self))
	defer func() { _, _, _ = releaseDC.Call(uintptr(w.self), dc) }()
	before, _, _ := selectObject.Call(dc, w.fonts[f])
	defer func() { _, _, _ = selectObject.Call(dc, before) }()
	r := windows.Rect{Right: int32(width)}
	flags := uintptr(dtCalcRect | dtNoPrefix)
	if width > 0 {
		flags |= dtWordBreak | dtEditControl
	} else {
		flags |= dtSingleLine
	}
	_, _, _ = drawText.Call(dc, uintptr(unsafe.Pointer(wide(words))), ^uintptr(0), uintptr(unsafe.Pointer(&r)), flags)
	return size{int(r.Right), int(r.Bottom)}
}

// icon is one of the program's own pictures, sharp at this scale. 0 where the
// program was built without them.
func (w *dialog) icon(name string, pixels int) windows.Handle {
	key := name + string(rune(pixels))
	if h, have := w.icons[key]; have {
		return h
	}
	var program windows.Handle
	_ = windows.GetModuleHandleEx(windows.GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, nil, &program) // of this program: cannot fail
	h, _, _ := loadImage.Call(uintptr(program), uintptr(unsafe.Pointer(wide(name))), imageIcon, uintptr(pixels), uintptr(pixels), 0)
	w.icons[key] = windows.Handle(h)
	return windows.Handle(h)
}

func (w *dialog) metric(which uintptr) int {
	n, _, _ := getSystemMetricsForDpi.Call(which, uintptr(w.dpi))
	return int(n)
}

func (w *dialog) setTitleIcons() {
	send(w.self, wmSetIcon, 0, uintptr(w.icon("APP", w.metric(smCXSmallIcon))))
	send(w.self, wmSetIcon, 1, uintptr(w.icon("APP", w.metric(smCXIcon))))
}

func (w *dialog) free() {
	w.fonts.free()
	for _, h := range w.icons {
		_, _, _ = destroyIcon.Call(uintptr(h))
	}
	clear(w.icons)
}
