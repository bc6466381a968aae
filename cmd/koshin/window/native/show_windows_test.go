package native

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/koshin-updater/koshin/cmd/koshin/window"
)

var (
	findWindow               = user32.NewProc("FindWindowW")
	getNextDlgTabItem        = user32.NewProc("GetNextDlgTabItem")
	shutdownBlockReasonQuery = user32.NewProc("ShutdownBlockReasonQuery")
)

const wmGetText = 0x000d

// outside is a window as another program sees it.
type outside struct {
	*testing.T
	windows.HWND
	views   chan window.View
	pressed chan window.Action
	ended   chan error
	title   string
}

// opened shows a view, and waits until the window is there.
func opened(t *testing.T, v window.View) *outside {
	t.Helper()
	o := &outside{
		T: t, views: make(chan window.View, 1), pressed: make(chan window.Action, 8), ended: make(chan error, 1),
		title: fmt.Sprintf("koshin %s %d", t.Name(), os.Getpid()),
	}
	o.draw(v)
	go func() {
		o.ended <- Show(t.Context(), o.views, func(a window.Action) {
			if a != window.Opened {
				o.pressed <- a
			}
		})
	}()
	o.wait("the window", func() bool {
		h, _, _ := findWindow.Call(0, uintptr(unsafe.Pointer(wide(o.title))))
		o.HWND = windows.HWND(h)
		return h != 0 && o.sees(isWindowVisible) == !v.Hidden
	})
	return o
}

func (o *outside) draw(v window.View) {
	v.Title = o.title
	o.views <- v
}

// wait is for what the window's own thread does. A Wine without a screen cannot
// make a window.
func (o *outside) wait(what string, is func() bool) {
	o.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); {
		select {
		case err := <-o.ended:
			if errors.Is(err, windows.ERROR_INVALID_WINDOW_HANDLE) {
				o.Skip("this Wine was set up without a screen")
			}
			o.Fatalf("waiting for %s: the window ended: %v", what, err)
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(end) {
			o.Fatalf("waited for %s", what)
		}
	}
}

func (o *outside) end() {
	o.Helper()
	close(o.views)
	select {
	case err := <-o.ended:
		if err != nil {
			o.Error(err)
		}
	case <-time.After(30 * time.Second):
		o.Error("the window outlives its views")
	}
}

func (o *outside) sees(ask *windows.LazyProc) bool {
	is, _, _ := ask.Call(uintptr(o.HWND))
	return is != 0
}

// button is one of the window's, by its label.
func (o *outside) button(label string) windows.HWND {
	h, _, _ := findWindowEx.Call(uintptr(o.HWND), 0, uintptr(unsafe.Pointer(wide("Button"))), uintptr(unsafe.Pointer(wide(label))))
	return windows.HWND(h)
}

func textOf(h windows.HWND) string {
	var text [256]uint16
	send(h, wmGetText, uintptr(len(text)), uintptr(unsafe.Pointer(&text[0])))
	return windows.UTF16ToString(text[:])
}

func buttons(labels ...string) (all []window.Button) {
	for _, l := range labels {
		all = append(all, window.Button{Action: window.Action(strings.ToLower(l)), Label: l, Enabled: true})
	}
	return all
}

func TestPressesAreSaid(t *testing.T) {
	v := window.View{Headline: "問題はありません。", Buttons: buttons("Update", "Later", "Check")}
	v.Buttons[2].Enabled = false
	o := opened(t, v)
	for _, label := range []string{"Later", "Update"} {
		o.wait(label, func() bool { return o.button(label) != 0 })
		send(o.button(label), 0x00f5, 0, 0) // BM_CLICK
		if got, want := <-o.pressed, window.Action(strings.ToLower(label)); got != want {
			t.Errorf("%s: %s", label, got)
		}
	}
	send(o.HWND, wmCommand, idFirst+2, 0)  // what a disabled button would send
	send(o.HWND, wmCommand, idFirst+99, 0) // what no button sends
	send(o.HWND, wmClose, 0, 0)
	if got := <-o.pressed; got != window.Close {
		t.Errorf("closing: %s", got)
	}
	send(o.HWND, wmCommand, idCancel, 0) // Esc
	if got := <-o.pressed; got != window.Close {
		t.Errorf("Esc: %s", got)
	}
	if !o.sees(isWindowVisible) {
		t.Error("closing is the caller's business, and the window has gone")
	}
	o.end()
}

func TestTabGoesFromButtonToButton(t *testing.T) {
	v := window.View{Headline: "更新が必要です。", Buttons: buttons("Close", "Later")}
	o := opened(t, v)
	v.Buttons = buttons("Update", "Later", "Fix", "Close") // kept, new and moved ones
	o.draw(v)
	o.wait("the new buttons", func() bool { return o.button("Fix") != 0 })
	var order []string
	o.wait("their order", func() bool {
		order = nil
		h := uintptr(0)
		for range v.Buttons {
			h, _, _ = getNextDlgTabItem.Call(uintptr(o.HWND), h, 0)
			order = append(order, textOf(windows.HWND(h)))
		}
		return strings.Join(order, " ") == "Update Later Fix Close"
	})
	o.end()
}

// Enter does what the new view is about, also where the keyboard was on a button
// that stays.
func TestTheKeyboardGoesToTheUsualButton(t *testing.T) {
	v := window.View{Headline: "確認しています…", Buttons: buttons("Close")}
	o := opened(t, v)
	// Whatever else is on the screen of the tests may take the keyboard at any time.
	focused := func() string {
		_, _, _ = setForegroundWindow.Call(uintptr(o.HWND))
		var info windows.GUIThreadInfo
		info.Size = uint32(unsafe.Sizeof(info))
		thread, _ := windows.GetWindowThreadProcessId(o.HWND, nil)
		if windows.GetGUIThreadInfo(thread, &info) != nil {
			return ""
		}
		return textOf(info.Focus)
	}
	o.wait("the only button", func() bool { return focused() == "Close" })
	v.Buttons = buttons("Update", "Later", "Close")
	v.Buttons[0].Default = true
	o.draw(v)
	o.wait("the usual one", func() bool { return focused() == "Update" })
	if id := send(o.HWND, wmUser, 0, 0) & 0xffff; id != idFirst { // DM_GETDEFID
		t.Errorf("Enter presses button %d", id)
	}
	send(o.HWND, wmNextDialogCtl, uintptr(o.button("Later")), 1)
	v.Headline = "同じボタンです。"
	o.draw(v)
	o.wait("the same buttons", func() bool { return len(o.views) == 0 })
	send(o.HWND, viewArrived, 0, 0) // has been drawn when this is answered
	if got := focused(); got != "Later" && got != "" {
		t.Errorf("the keyboard was taken to %q", got)
	}
	o.end()
}

func TestAShutdownIsHeldForAsLongAsTheViewSays(t *testing.T) {
	const reason = "取込送信システムを入れ替えています。電源を切らないでください。"
	held := window.View{Headline: "インストールしています。", HoldShutdown: reason}
	o := opened(t, held)
	ask := func() bool { return send(o.HWND, wmQueryEndSession, 0, 0) != 0 }
	if ask() {
		t.Error("Windows may end during the swap")
	}
	if shutdownBlockReasonQuery.Find() == nil { // Wine 8 takes a reason and has no way to ask for it
		var text [256]uint16
		length := uint32(len(text))
		ok, _, err := shutdownBlockReasonQuery.Call(uintptr(o.HWND), uintptr(unsafe.Pointer(&text[0])), uintptr(unsafe.Pointer(&length)))
		if got := windows.UTF16ToString(text[:]); ok == 0 || got != reason {
			t.Errorf("Windows shows %q: %v", got, err)
		}
	}
	o.draw(window.View{Headline: "完了しました。"})
	o.wait("the end of holding", ask)
	o.end()
}

func TestOutOfSight(t *testing.T) {
	v := window.View{Headline: "インストールしています。", HoldShutdown: "入れ替えています。"}
	o := opened(t, v)
	v.Hidden = true
	o.draw(v)
	// Windows ends programs that hold a shutdown and have no window.
	o.wait("a window on the taskbar", func() bool { return o.sees(isIconic) && o.sees(isWindowVisible) })
	v.HoldShutdown = ""
	o.draw(v)
	o.wait("nothing to be seen", func() bool { return !o.sees(isWindowVisible) })
	v.Hidden = false
	o.draw(v)
	o.wait("the window again", func() bool { return o.sees(isWindowVisible) && !o.sees(isIconic) })
	o.end()
}

func TestAnOpenWindowIsRaised(t *testing.T) {
	v := window.View{Headline: "最新の状態です。", Buttons: buttons("Close")}
	o := opened(t, v)
	_, _, _ = showWindow.Call(uintptr(o.HWND), swMinimize)
	if !Raise() {
		t.Error("the window that is there was not found")
	}
	o.wait("the window", func() bool { return !o.sees(isIconic) })
	v.Hidden = true
	o.draw(v)
	o.wait("nothing to be seen", func() bool { return !o.sees(isWindowVisible) })
	if Raise() {
		t.Error("a window was raised that is out of sight")
	}
	o.end()
}

func TestAnotherScale(t *testing.T) {
	o := opened(t, window.View{Headline: "最新の状態です。", Buttons: buttons("Close")})
	width := func() int32 {
		var r windows.Rect
		_, _, _ = getClientRect.Call(uintptr(o.HWND), uintptr(unsafe.Pointer(&r)))
		return r.Right
	}
	for _, percent := range []int32{250, 125, 200, 100} {
		at := windows.Rect{Left: 5, Top: 5, Right: 100, Bottom: 100}
		dpi := uintptr(96 * percent / 100)
		send(o.HWND, wmDPIChanged, dpi|dpi<<16, uintptr(unsafe.Pointer(&at)))
		want := int32(windowWidth * percent / 100)
		if screen := o.screenWidth(); want > screen {
			want = screen
		}
		if got := width(); got != want {
			t.Errorf("%d %%: %d wide, want %d", percent, got, want)
		}
	}
	o.end()
}

// screenWidth is the room for a client area.
func (o *outside) screenWidth() int32 {
	w := dialog{self: o.HWND, dpi: 96}
	work := w.workArea()
	return work.Right - work.Left - int32(w.frame(size{}).w)
}
