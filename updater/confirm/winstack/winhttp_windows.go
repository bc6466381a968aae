package winstack

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/windows"
)

// https://learn.microsoft.com/windows/win32/winhttp/winhttp-reference
var (
	winhttp = windows.NewLazySystemDLL("winhttp.dll")

	winHTTPOpen              = winhttp.NewProc("WinHttpOpen")
	winHTTPConnect           = winhttp.NewProc("WinHttpConnect")
	winHTTPOpenRequest       = winhttp.NewProc("WinHttpOpenRequest")
	winHTTPSetTimeouts       = winhttp.NewProc("WinHttpSetTimeouts")
	winHTTPSetOption         = winhttp.NewProc("WinHttpSetOption")
	winHTTPQueryOption       = winhttp.NewProc("WinHttpQueryOption")
	winHTTPSetStatusCallback = winhttp.NewProc("WinHttpSetStatusCallback")
	winHTTPSendRequest       = winhttp.NewProc("WinHttpSendRequest")
	winHTTPReceiveResponse   = winhttp.NewProc("WinHttpReceiveResponse")
	winHTTPQueryHeaders      = winhttp.NewProc("WinHttpQueryHeaders")
	winHTTPCloseHandle       = winhttp.NewProc("WinHttpCloseHandle")
)

const (
	// The proxy of "netsh winhttp", which is WinHTTP's own; that of the user
	// is WinINet's, and asked there.
	accessTypeDefaultProxy = 0

	winHTTPFlagSecure  = 0x00800000
	winHTTPFlagRefresh = 0x00000100

	optionDisableFeature    = 63
	optionServerCert        = 78
	optionSecureProtocols   = 84
	optionMaxHeader         = 91
	optionServerCertChain11 = 147 // from Windows 10 on
	optionSecurityInfo      = 151 // from Windows 10 build 20348 on

	disableAll    = 0x1 | 0x2 | 0x4 | 0x8 // cookies, redirects, authentication, keep-alive
	protocolTLS12 = 0x800

	notifySecureFailure = 0x00010000

	winHTTPStatusNumber = 19 | 0x20000000

	// maxHeader bounds an answer's header in bytes, as for the Go stack.
	maxHeader = 64 << 10
)

// askWinHTTP makes one GET.
func askWinHTTP(to target) (s sight, err error) {
	session, err := try(winHTTPOpen, uintptr(unsafe.Pointer(wide("koshin"))), accessTypeDefaultProxy, 0, 0, 0)
	if err != nil {
		return s, err
	}
	defer closeWinHTTP(session)
	patience := uintptr(to.patience.Milliseconds())
	if _, err := try(winHTTPSetTimeouts, session, patience, patience, patience, patience); err != nil {
		return s, err
	}
	if to.onlyTLS12 {
		if err := option(winHTTPSetOption, session, optionSecureProtocols, protocolTLS12); err != nil {
			return s, err
		}
	}
	connection, err := try(winHTTPConnect, session, uintptr(unsafe.Pointer(wide(to.host))), uintptr(to.port), 0)
	if err != nil {
		return s, err
	}
	defer closeWinHTTP(connection)
	request, err := try(winHTTPOpenRequest, connection, uintptr(unsafe.Pointer(wide("GET"))), uintptr(unsafe.Pointer(wide(to.object))), 0, 0, 0, winHTTPFlagSecure|winHTTPFlagRefresh)
	if err != nil {
		return s, err
	}
	defer closeWinHTTP(request)
	if err := option(winHTTPSetOption, request, optionDisableFeature, disableAll); err != nil {
		return s, err
	}
	_ = option(winHTTPSetOption, request, optionMaxHeader, maxHeader) // a bound more; Windows has one of its own
	err = s.sendWinHTTP(request)
	s.readWinHTTP(request)
	if err != nil {
		return s, err
	}
	var status, size uint32 = 0, 4
	if _, err := try(winHTTPQueryHeaders, request, winHTTPStatusNumber, 0, uintptr(unsafe.Pointer(&status)), uintptr(unsafe.Pointer(&size)), 0); err != nil {
		return s, fmt.Errorf("http status: %w", err)
	}
	s.status = int(status)
	return s, nil
}

// sendWinHTTP sends the request and waits for the header. What WinHTTP holds
// against a certificate it says to a callback only.
func (s *sight) sendWinHTTP(request uintptr) error {
	flags := new(uint32)
	defer runtime.KeepAlive(flags)
	_, _, _ = winHTTPSetStatusCallback.Call(request, windows.NewCallback(onWinHTTP), notifySecureFailure, 0) // gives the callback before, which is none
	_, err := try(winHTTPSendRequest, request, 0, 0, 0, 0, 0, uintptr(unsafe.Pointer(flags)))
	if err == nil {
		_, err = try(winHTTPReceiveResponse, request, 0)
	}
	s.flags = *flags
	return err
}

// onWinHTTP is called on the thread that asks, and nowhere else: the session is
// not asynchronous. One function makes one callback, however often it is used.
func onWinHTTP(_ uintptr, flags *uint32, status uint32, about *uint32, length uint32) uintptr {
	if status == notifySecureFailure && flags != nil && about != nil && length >= 4 {
		*flags |= *about
	}
	return 0
}

// readWinHTTP reads back what was negotiated, also where the request failed.
func (s *sight) readWinHTTP(request uintptr) {
	raw := make([]byte, securityInfoLen)
	if query(winHTTPQueryOption, request, optionSecurityInfo, unsafe.Pointer(&raw[0]), uint32(len(raw))) != 0 {
		s.info = readSecurityInfo(raw)
	}
	s.secure = isSecure(winHTTPQueryOption, request)
	var chain *windows.CertChainContext
	query(winHTTPQueryOption, request, optionServerCertChain11, unsafe.Pointer(&chain), uint32(unsafe.Sizeof(chain)))
	s.keepChain(chain)
	if len(s.chain) > 0 {
		return
	}
	var cert *windows.CertContext
	query(winHTTPQueryOption, request, optionServerCert, unsafe.Pointer(&cert), uint32(unsafe.Sizeof(cert)))
	if cert != nil {
		s.keep(cert)
		_ = windows.CertFreeCertificateContext(cert)
	}
}

func closeWinHTTP(handle uintptr) { _, _, _ = winHTTPCloseHandle.Call(handle) }
