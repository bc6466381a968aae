package window

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Messages of our own, from other goroutines to the thread of the window.
const (
	viewArrived = wmApp + 1
	viewsEnded  = wmApp + 2
)

// Show draws each view as it comes and says what is pressed, until views is
// closed or ctx ends. Nothing is to be seen before the first view. pressed is
// called from one goroutine, one press after the other; presses that nobody takes
// are dropped.
//
// Closing the window is a [Close] that is pressed, and no more. While a view has a
// HoldShutdown, a window that is hidden or closed is minimized instead: Windows
// lets nobody hold a shutdown who has no window.
func Show(ctx context.Context, views <-chan View, pressed func(Action)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var first View
	select {
	case <-ctx.Done():
		return nil
	case v, more := <-views:
		if !more {
			return nil
		}
		first = v
	}
	runtime.LockOSThread() // a window's messages come to the thread that made it
	defer runtime.UnlockOSThread()

	presses := make(chan Action, 8)
	w := &window{press: func(a Action) {
		select {
		case presses <- a:
		default:
		}
	}}
	if err := w.open(); err != nil {
		return fmt.Errorf("opening the window: %w", err)
	}
	go deliver(ctx, presses, pressed)
	go w.follow(ctx, views)
	w.show(first)
	return w.loop()
}

func deliver(ctx context.Context, presses <-chan Action, pressed func(Action)) {
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-presses:
			pressed(a)
		}
	}
}

// window is the dialog on its thread. All of it belongs to that thread but next.
type window struct {
	press func(Action)
	next  atomic.Pointer[View] // the newest, until the thread has drawn it

	dialog, pane windows.HWND
	parts        map[string]*control
	order        string // of the Tab key, as it was set last
	fonts        fonts
	icons        map[string]windows.Handle
	dpi          int
	view         View
	plan         plan
	scrolled     int
	shownAs      appearance
	least        int // a window that shrank with each view would jump
	ended        bool
}

// follow hands the views to the window's thread. One that is overtaken by the
// next before it could be drawn is not drawn.
func (w *window) follow(ctx context.Context, views <-chan View) {
	for {
		select {
		case <-ctx.Done():
			w.post(viewsEnded)
			return
		case v, more := <-views:
			if !more {
				w.post(viewsEnded)
				return
			}
			w.next.Store(&v)
			w.post(viewArrived)
		}
	}
}

func (w *window) post(m uintptr) {
	_, _, _ = postMessage.Call(uintptr(w.dialog), m, 0, 0) // fails where the window has gone
}

// loop hands out messages until the window is destroyed.
func (w *window) loop() error {
	defer w.free()
	var m message
	for !w.ended {
		got, _, err := getMessage.Call(uintptr(unsafe.Pointer(&m)), 0, 0, 0)
		switch {
		case int32(got) == -1:
			return fmt.Errorf("reading the window's messages: %w", err)
		case int32(got) == 0:
			return errors.New("the window's thread was told to quit")
		case m.message == wmKeyDown && w.key(m.wParam):
			continue
		}
		if is, _, _ := isDialogMessage.Call(uintptr(w.dialog), uintptr(unsafe.Pointer(&m))); is != 0 {
			continue
		}
		_, _, _ = translateMessage.Call(uintptr(unsafe.Pointer(&m)))
		_, _, _ = dispatchMessage.Call(uintptr(unsafe.Pointer(&m)))
	}
	return nil
}
