package winstack

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// https://learn.microsoft.com/windows/win32/wininet/wininet-reference
var (
	wininet = windows.NewLazySystemDLL("wininet.dll")

	internetOpen        = wininet.NewProc("InternetOpenW")
	internetConnect     = wininet.NewProc("InternetConnectW")
	httpOpenRequest     = wininet.NewProc("HttpOpenRequestW")
	httpSendRequest     = wininet.NewProc("HttpSendRequestW")
	httpQueryInfo       = wininet.NewProc("HttpQueryInfoW")
	internetSetOption   = wininet.NewProc("InternetSetOptionW")
	internetQueryOption = wininet.NewProc("InternetQueryOptionW")
	internetCloseHandle = wininet.NewProc("InternetCloseHandle")
)

const (
	openTypePreconfig = 0 // the user's own proxy and script
	serviceHTTP       = 3

	flagReload         = 0x80000000
	flagNoCacheWrite   = 0x04000000
	flagSecure         = 0x00800000
	flagNoAutoRedirect = 0x00200000
	flagNoCookies      = 0x00080000
	flagNoAuth         = 0x00040000
	flagPragmaNoCache  = 0x00000100
	flagNoUI           = 0x00000200

	optionConnectTimeout         = 2
	optionConnectRetries         = 3
	optionSendTimeout            = 5
	optionReceiveTimeout         = 6
	optionSecurityConnectionInfo = 66
	optionServerCertChain        = 105

	queryStatusNumber = 19 | 0x20000000 // HTTP_QUERY_STATUS_CODE, as a number
)

// askWinINet makes one GET. Without INTERNET_FLAG_KEEP_CONNECTION the
// connection ends with it.
func askWinINet(to target) (s sight, err error) {
	session, err := try(internetOpen, uintptr(unsafe.Pointer(wide("koshin"))), openTypePreconfig, 0, 0, 0)
	if err != nil {
		return s, err
	}
	defer closeWinINet(session)
	patience := uint32(to.patience.Milliseconds())
	for name, value := range map[uint32]uint32{
		optionConnectTimeout: patience, optionSendTimeout: patience, optionReceiveTimeout: patience, optionConnectRetries: 1,
	} {
		if err := option(internetSetOption, session, name, value); err != nil {
			return s, err
		}
	}
	connection, err := try(internetConnect, session, uintptr(unsafe.Pointer(wide(to.host))), uintptr(to.port), 0, 0, serviceHTTP, 0, 0)
	if err != nil {
		return s, err
	}
	defer closeWinINet(connection)
	const flags = flagSecure | flagReload | flagNoCacheWrite | flagPragmaNoCache | flagNoAutoRedirect | flagNoCookies | flagNoAuth | flagNoUI
	request, err := try(httpOpenRequest, connection, uintptr(unsafe.Pointer(wide("GET"))), uintptr(unsafe.Pointer(wide(to.object))), 0, 0, 0, flags, 0)
	if err != nil {
		return s, err
	}
	defer closeWinINet(request)
	_, err = try(httpSendRequest, request, 0, 0, 0, 0)
	s.readWinINet(request)
	if err != nil {
		return s, err
	}
	var status, size, index uint32 = 0, 4, 0
	if _, err := try(httpQueryInfo, request, queryStatusNumber, uintptr(unsafe.Pointer(&status)), uintptr(unsafe.Pointer(&size)), uintptr(unsafe.Pointer(&index))); err != nil {
		return s, fmt.Errorf("http status: %w", err)
	}
	s.status = int(status)
	return s, nil
}

// readWinINet reads back what was negotiated, also where the request failed.
func (s *sight) readWinINet(request uintptr) {
	// INTERNET_SECURITY_CONNECTION_INFO: its size, whether it is secure, and
	// what readSecurityInfo knows.
	const head = 8
	raw := make([]byte, head+securityInfoLen)
	*(*uint32)(unsafe.Pointer(&raw[0])) = uint32(len(raw))
	if query(internetQueryOption, request, optionSecurityConnectionInfo, unsafe.Pointer(&raw[0]), uint32(len(raw))) != 0 {
		s.info = readSecurityInfo(raw[head:])
	}
	s.secure = isSecure(internetQueryOption, request)
	var chain *windows.CertChainContext
	query(internetQueryOption, request, optionServerCertChain, unsafe.Pointer(&chain), uint32(unsafe.Sizeof(chain)))
	s.keepChain(chain)
}

func closeWinINet(handle uintptr) { _, _, _ = internetCloseHandle.Call(handle) }
