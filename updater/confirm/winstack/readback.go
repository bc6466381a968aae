package winstack

import (
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// connection is what was negotiated; "" for what is not told.
type connection struct {
	protocol string // such as "TLS 1.2"
	suite    string // as IANA names it
}

// old says that the version is known, and is one that the reception system
// stopped to accept.
func (c connection) old() bool {
	switch c.protocol {
	case "TLS 1.1", "TLS 1.0", "SSL 3.0", "SSL 2.0":
		return true
	}
	return false
}

// Where things lie in SecPkgContext_ConnectionInfo (seven DWORDs) and in the
// SecPkgContext_CipherInfo that follows it (schannel.h). Both hold only DWORDs
// and wide characters, so they look alike on every processor.
const (
	connectionInfoLen = 28
	cipherSuiteAt     = connectionInfoLen + 8
	cipherNameAt      = connectionInfoLen + 16
	cipherNameLen     = 128
	cipherInfoLen     = 680
	securityInfoLen   = connectionInfoLen + cipherInfoLen // WINHTTP_SECURITY_INFO
)

// readSecurityInfo reads a WINHTTP_SECURITY_INFO, which is also the tail of
// WinINet's INTERNET_SECURITY_CONNECTION_INFO. A shorter or unfilled one tells
// as much as it holds.
func readSecurityInfo(raw []byte) connection {
	if len(raw) < connectionInfoLen {
		return connection{}
	}
	c := connection{protocol: protocolName(binary.LittleEndian.Uint32(raw))}
	if len(raw) < cipherNameAt+cipherNameLen {
		return c
	}
	c.suite = suiteName(raw[cipherNameAt : cipherNameAt+cipherNameLen])
	if id := binary.LittleEndian.Uint32(raw[cipherSuiteAt:]); c.suite == "" && id != 0 && id <= 0xffff {
		c.suite = tls.CipherSuiteName(uint16(id))
	}
	return c
}

// protocolName reads the bits SP_PROT_… of schannel.h, the client's and the
// server's.
func protocolName(bits uint32) string {
	for _, row := range []struct {
		bits uint32
		name string
	}{
		{0x3000, "TLS 1.3"}, {0xc00, "TLS 1.2"}, {0x300, "TLS 1.1"}, {0xc0, "TLS 1.0"}, {0x30, "SSL 3.0"}, {0xc, "SSL 2.0"},
	} {
		if bits&row.bits != 0 {
			return row.name
		}
	}
	if bits == 0 {
		return ""
	}
	return fmt.Sprintf("%#x", bits)
}

// suiteName is IANA's name: Windows before 10 adds the curve to it.
func suiteName(raw []byte) string {
	var units []uint16
	for i := 0; i+1 < len(raw); i += 2 {
		unit := binary.LittleEndian.Uint16(raw[i:])
		if unit == 0 {
			break
		}
		units = append(units, unit)
	}
	name := string(utf16.Decode(units))
	for _, r := range name {
		if r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') {
			return "" // not a name of a suite, so not this structure
		}
	}
	for _, curve := range []string{"_P256", "_P384", "_P521"} {
		name = strings.TrimSuffix(name, curve)
	}
	return name
}
