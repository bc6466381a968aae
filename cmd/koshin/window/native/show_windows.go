package native

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"unsafe"

	"github.com/koshin-updater/koshin/cmd/koshin/window"
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
// Closing the window is a [window.Close] that is pressed, and no more. While a view has a
// HoldShutdown, a window that is hidden or closed is minimized instead: Windows
// lets nobody hold a shutdown who has no window.
func Show(ctx context.Context, views <-chan window.View, pressed func(window.Action)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var first window.View
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

	presses := make(chan window.Action, 8)
	w := &dialog{press: func(a window.Action) {
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
	_, _, _ = updateWindow.Call(uintptr(w.self)) // now, and not when there is time
	w.press(window.Opened)
	return w.loop()
}

func deliver(ctx context.Context, presses <-chan window.Action, pressed func(window.Action)) {
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-presses:
			pressed(a)
		}
	}
}

// dialog is the window on its thread. All of it belongs to that thread but next.
type dialog struct {
	press func(window.Action)
	next  atomic.Pointer[window.View] // the newest, until the thread has drawn it

	self, pane windows.HWND
	parts      map[string]*control
	order      string // of the Tab key, as it was set last
	fonts      fonts
	icons      map[string]windows.Handle
	dpi        int
	view       window.View
	plan       plan
	scrolled   int
	pressable  string       // the buttons' keys
	usualID    uintptr      // the button that Enter presses
	usual      windows.HWND // the button that the keyboard goes to next, if any
	shownAs    appearance
	least      int // a window that shrank with each view would jump
	ended      bool
}

// follow hands the views to the window's thread. One that is overtaken by the
// next before it could be drawn is not drawn.
func (w *dialog) follow(ctx context.Context, views <-chan window.View) {
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

func (w *dialog) post(m uintptr) {
	_, _, _ = postMessage.Call(uintptr(w.self), m, 0, 0) // fails where the window has gone
}

// loop hands out messages until the window is destroyed.
func (w *dialog) loop() error {
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
		if is, _, _ := isDialogMessage.Call(uintptr(w.self), uintptr(unsafe.Pointer(&m))); is != 0 {
			continue
		}
		_, _, _ = translateMessage.Call(uintptr(unsafe.Pointer(&m)))
		_, _, _ = dispatchMessage.Call(uintptr(unsafe.Pointer(&m)))
	}
	return nil
}
