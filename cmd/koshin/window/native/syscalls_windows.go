package native

import "golang.org/x/sys/windows"

// The calls that x/sys/windows has no name for, and their numbers from the
// headers of the Windows SDK.
var (
	user32   = windows.NewLazySystemDLL("user32.dll")
	gdi32    = windows.NewLazySystemDLL("gdi32.dll")
	comctl32 = windows.NewLazySystemDLL("comctl32.dll")

	adjustWindowRectExForDpi   = user32.NewProc("AdjustWindowRectExForDpi")
	createDialogIndirectParam  = user32.NewProc("CreateDialogIndirectParamW")
	createWindowEx             = user32.NewProc("CreateWindowExW")
	destroyIcon                = user32.NewProc("DestroyIcon")
	destroyWindow              = user32.NewProc("DestroyWindow")
	dispatchMessage            = user32.NewProc("DispatchMessageW")
	drawText                   = user32.NewProc("DrawTextW")
	enableWindow               = user32.NewProc("EnableWindow")
	fillRect                   = user32.NewProc("FillRect")
	findWindowEx               = user32.NewProc("FindWindowExW")
	flashWindowEx              = user32.NewProc("FlashWindowEx")
	getClientRect              = user32.NewProc("GetClientRect")
	getDC                      = user32.NewProc("GetDC")
	getDpiForWindow            = user32.NewProc("GetDpiForWindow")
	getMessage                 = user32.NewProc("GetMessageW")
	getMonitorInfo             = user32.NewProc("GetMonitorInfoW")
	getProp                    = user32.NewProc("GetPropW")
	getScrollInfo              = user32.NewProc("GetScrollInfo")
	getSysColor                = user32.NewProc("GetSysColor")
	getSysColorBrush           = user32.NewProc("GetSysColorBrush")
	getSystemMetricsForDpi     = user32.NewProc("GetSystemMetricsForDpi")
	getWindowRect              = user32.NewProc("GetWindowRect")
	invalidateRect             = user32.NewProc("InvalidateRect")
	isDialogMessage            = user32.NewProc("IsDialogMessageW")
	isIconic                   = user32.NewProc("IsIconic")
	isWindowEnabled            = user32.NewProc("IsWindowEnabled")
	isWindowVisible            = user32.NewProc("IsWindowVisible")
	loadImage                  = user32.NewProc("LoadImageW")
	monitorFromWindow          = user32.NewProc("MonitorFromWindow")
	notifyWinEvent             = user32.NewProc("NotifyWinEvent")
	postMessage                = user32.NewProc("PostMessageW")
	releaseDC                  = user32.NewProc("ReleaseDC")
	scrollWindowEx             = user32.NewProc("ScrollWindowEx")
	sendMessage                = user32.NewProc("SendMessageW")
	setDialogDpiChangeBehavior = user32.NewProc("SetDialogDpiChangeBehavior")
	setForegroundWindow        = user32.NewProc("SetForegroundWindow")
	setProp                    = user32.NewProc("SetPropW")
	setScrollInfo              = user32.NewProc("SetScrollInfo")
	setThreadDpiAwareness      = user32.NewProc("SetThreadDpiAwarenessContext")
	setWindowLong              = user32.NewProc("SetWindowLongW")
	setWindowPos               = user32.NewProc("SetWindowPos")
	setWindowText              = user32.NewProc("SetWindowTextW")
	showWindow                 = user32.NewProc("ShowWindow")
	shutdownBlockReasonCreate  = user32.NewProc("ShutdownBlockReasonCreate")
	shutdownBlockReasonDestroy = user32.NewProc("ShutdownBlockReasonDestroy")
	systemParametersInfoForDpi = user32.NewProc("SystemParametersInfoForDpi")
	translateMessage           = user32.NewProc("TranslateMessage")
	updateWindow               = user32.NewProc("UpdateWindow")

	createFontIndirect = gdi32.NewProc("CreateFontIndirectW")
	deleteObject       = gdi32.NewProc("DeleteObject")
	selectObject       = gdi32.NewProc("SelectObject")
	setBkColor         = gdi32.NewProc("SetBkColor")
	setTextColor       = gdi32.NewProc("SetTextColor")

	initCommonControlsEx = comctl32.NewProc("InitCommonControlsEx")
)

const (
	wmDestroy         = 0x0002
	wmActivate        = 0x0006
	wmClose           = 0x0010
	wmQueryEndSession = 0x0011
	wmEraseBackground = 0x0014
	wmSysColorChange  = 0x0015
	wmSettingChange   = 0x001a
	wmSetFont         = 0x0030
	wmSetIcon         = 0x0080
	wmKeyDown         = 0x0100
	wmCommand         = 0x0111
	wmVScroll         = 0x0115
	wmCtlColorDialog  = 0x0136
	wmCtlColorStatic  = 0x0138
	wmMouseWheel      = 0x020a
	wmNextDialogCtl   = 0x0028
	wmDPIChanged      = 0x02e0
	wmThemeChanged    = 0x031a
	wmUser            = 0x0400
	wmApp             = 0x8000

	dmSetDefaultID  = wmUser + 1
	pbmSetPos       = wmUser + 2
	pbmSetMarquee   = wmUser + 10
	stmSetIcon      = 0x0170
	dwlMessageValue = 0 // DWLP_MSGRESULT

	wsChild       = 0x40000000
	wsVisible     = 0x10000000
	wsTabStop     = 0x00010000
	wsVScroll     = 0x00200000
	wsClipKids    = 0x02000000
	wsMinimizeBox = 0x00020000
	wsFramed      = 0x80000000 | 0x00c00000 | 0x00080000 | wsMinimizeBox | wsClipKids // popup, caption, system menu
	wsExControl   = 0x00010000                                                        // WS_EX_CONTROLPARENT: Tab goes through what is inside
	wsExApp       = 0x00040000                                                        // a button on the taskbar
	dsControl     = 0x0400

	ssIcon        = 0x0003
	ssRealSize    = 0x0800
	ssNoPrefix    = 0x0080
	ssEditControl = 0x2000
	pbsMarquee    = 0x08
	pbsSmooth     = 0x01
	gwlStyle      = ^uintptr(15) // -16
	gwlID         = ^uintptr(11) // -12
	idCancel      = 2
	idFirst       = 100 // of the buttons
	swMinimize    = 6
	swRestore     = 9

	swpNoSize     = 0x01
	swpNoMove     = 0x02
	swpNoZOrder   = 0x04
	swpNoActivate = 0x10
	swpShow       = 0x40
	swpHide       = 0x80

	dtWordBreak   = 0x0010
	dtSingleLine  = 0x0020
	dtCalcRect    = 0x0400
	dtNoPrefix    = 0x0800
	dtEditControl = 0x2000

	colorWindow     = 5
	colorWindowText = 8
	colorButtonFace = 15
	colorShadow     = 16

	spiGetNonClientMetrics = 0x0029
	smCXVScroll            = 2
	smCXIcon               = 11
	smCXSmallIcon          = 49
	dpiPerMonitorV2        = ^uintptr(3) // -4
	imageIcon              = 1
	eventSystemAlert       = 0x0002
	objectClient           = ^uintptr(3) // OBJID_CLIENT, -4
	bold                   = 600
)

type point struct{ x, y int32 }

type message struct {
	window         windows.HWND
	message        uint32
	wParam, lParam uintptr
	time           uint32
	at             point
	private        uint32
}

type logFont struct {
	height, width, escapement, orientation, weight       int32
	italic, underline, strikeOut, charSet                byte
	outPrecision, clipPrecision, quality, pitchAndFamily byte
	face                                                 [32]uint16
}

type nonClientMetrics struct {
	size                                   uint32
	borderWidth, scrollWidth, scrollHeight int32
	captionWidth, captionHeight            int32
	captionFont                            logFont
	smallCaptionWidth, smallCaptionHeight  int32
	smallCaptionFont                       logFont
	menuWidth, menuHeight                  int32
	menuFont, statusFont, messageFont      logFont
	paddedBorderWidth                      int32
}

type monitorInfo struct {
	size          uint32
	monitor, work windows.Rect
	flags         uint32
}

type scrollInfo struct {
	size, mask     uint32
	least, most    int32
	page           uint32
	at, trackingAt int32
}

type flashInfo struct {
	size   uint32
	window windows.HWND
	flags  uint32
	count  uint32
	rate   uint32
}

// dialogTemplate is a DLGTEMPLATE without controls, menu, class or title.
type dialogTemplate struct {
	style, exStyle     uint32
	controls           uint16
	x, y, w, h         int16
	menu, class, title uint16
}

// send hands a message over and waits for its answer. A pointer among the
// arguments stays where it is until then.
//
//go:uintptrescapes
func send(w windows.HWND, m uint32, wParam, lParam uintptr) uintptr {
	r, _, _ := sendMessage.Call(uintptr(w), uintptr(m), wParam, lParam)
	return r
}

// wide is a text as Windows takes it; what follows a zero is dropped.
func wide(s string) *uint16 {
	for i := range len(s) {
		if s[i] == 0 {
			s = s[:i]
			break
		}
	}
	p, _ := windows.UTF16PtrFromString(s) // fails for a zero only
	return p
}
