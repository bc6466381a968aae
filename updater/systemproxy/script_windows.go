package systemproxy

import (
	"context"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Script asks WinHTTP, which loads the script and runs it, in a process of its
// own since Windows 8. Credentials of this user are offered to nobody for it.
func Script() ScriptFunc { return askWinHTTP }

// autoProxyOptions is WINHTTP_AUTOPROXY_OPTIONS.
type autoProxyOptions struct {
	flags, detectFlags uint32
	configURL          *uint16
	reserved           unsafe.Pointer
	reservedSize       uint32
	logon              int32 // fAutoLogonIfChallenged
}

// proxyInfo is WINHTTP_PROXY_INFO. The texts are ours to free.
type proxyInfo struct {
	access        uint32
	proxy, bypass *uint16
}

const (
	accessNoProxy    = 1
	autoProxyDetect  = 0x1
	autoProxyConfig  = 0x2
	detectDHCP       = 0x1
	detectDNS        = 0x2
	maxProxyList     = 4 << 10 // characters; real lists are below a hundred
	winHTTPAgentName = "koshin"
)

// askWinHTTP cannot be interrupted: the caller stops listening instead.
func askWinHTTP(_ context.Context, from, address string) (string, error) {
	dll := windows.NewLazySystemDLL("winhttp.dll")
	agent, err := windows.UTF16PtrFromString(winHTTPAgentName)
	if err != nil {
		return "", err
	}
	to, err := windows.UTF16PtrFromString(address)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrScript, err)
	}
	o := autoProxyOptions{flags: autoProxyDetect, detectFlags: detectDHCP | detectDNS}
	if from != "" {
		o = autoProxyOptions{flags: autoProxyConfig}
		if o.configURL, err = windows.UTF16PtrFromString(from); err != nil {
			return "", fmt.Errorf("%w: %w", ErrScript, err)
		}
	}
	session, _, err := dll.NewProc("WinHttpOpen").Call(uintptr(unsafe.Pointer(agent)), accessNoProxy, 0, 0, 0)
	if session == 0 {
		return "", fmt.Errorf("%w: %w", ErrScript, err)
	}
	defer dll.NewProc("WinHttpCloseHandle").Call(session) //nolint:errcheck // nothing is left to do
	var info proxyInfo
	ok, _, err := dll.NewProc("WinHttpGetProxyForUrl").Call(session, uintptr(unsafe.Pointer(to)), uintptr(unsafe.Pointer(&o)), uintptr(unsafe.Pointer(&info)))
	if ok == 0 {
		return "", fmt.Errorf("%w: %w", ErrScript, err)
	}
	defer free(info.proxy)
	defer free(info.bypass)
	if info.access == accessNoProxy || info.proxy == nil {
		return "", nil
	}
	return text(info.proxy), nil
}

// text reads at most so much: the script is somebody else's.
func text(p *uint16) string {
	return windows.UTF16ToString(unsafe.Slice(p, length(p)))
}

func length(p *uint16) (n int) {
	for ; n < maxProxyList && *(*uint16)(unsafe.Add(unsafe.Pointer(p), 2*n)) != 0; n++ {
	}
	return n
}

func free(p *uint16) {
	if p != nil {
		_, _, _ = windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalFree").Call(uintptr(unsafe.Pointer(p)))
	}
}
