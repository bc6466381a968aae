package winsettings

import (
	"fmt"
	"strings"
)

// Protocols are the bits of SecureProtocols and DefaultSecureProtocols (DOMAIN;
// the same numbers as WinHTTP's WINHTTP_FLAG_SECURE_PROTOCOL_*).
type Protocols uint32

// The protocols.
const (
	SSL2  Protocols = 0x8
	SSL3  Protocols = 0x20
	TLS10 Protocols = 0x80
	TLS11 Protocols = 0x200
	TLS12 Protocols = 0x800
	TLS13 Protocols = 0x2000
)

// String names the bits, as in "0xA80 (TLS 1.0, TLS 1.1, TLS 1.2)".
func (p Protocols) String() string {
	var names []string
	for _, one := range []struct {
		bit  Protocols
		name string
	}{{SSL2, "SSL 2.0"}, {SSL3, "SSL 3.0"}, {TLS10, "TLS 1.0"}, {TLS11, "TLS 1.1"}, {TLS12, "TLS 1.2"}, {TLS13, "TLS 1.3"}} {
		if p&one.bit != 0 {
			names = append(names, one.name)
		}
	}
	if names == nil {
		names = []string{"none"}
	}
	return fmt.Sprintf("0x%X (%s)", uint32(p), strings.Join(names, ", "))
}

// standing judges bits that are set explicitly.
func (p Protocols) standing() Standing {
	switch {
	case p&TLS12 == 0:
		return Off
	case p&SSL2 != 0:
		return Clash
	}
	return On
}

// standingOf judges a value that holds such bits; missing is the default that
// the caller knows.
func standingOf(r Reading, missing Standing) (Protocols, Standing) {
	n, found, malformed := r.number()
	switch {
	case r.Err != nil:
		return 0, Unknown
	case malformed:
		return 0, Malformed
	case !found:
		return 0, missing
	}
	return Protocols(n), Protocols(n).standing()
}
