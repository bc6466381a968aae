package winstack

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
)

// info builds what Windows fills in.
func info(protocol, suite uint32, name string) []byte {
	raw := make([]byte, securityInfoLen)
	binary.LittleEndian.PutUint32(raw, protocol)
	binary.LittleEndian.PutUint32(raw[cipherSuiteAt:], suite)
	for i, unit := range utf16.Encode([]rune(name)) {
		binary.LittleEndian.PutUint16(raw[cipherNameAt+2*i:], unit)
	}
	return raw
}

func TestReadSecurityInfo(t *testing.T) {
	t.Parallel()
	const gcm = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
	full := info(0x800, 0xc030, gcm)
	for name, row := range map[string]struct {
		raw  []byte
		want connection
	}{
		"windows 10":            {full, connection{"TLS 1.2", gcm}},
		"windows 8.1":           {info(0x800, 0xc030, gcm+"_P256"), connection{"TLS 1.2", gcm}},
		"TLS 1.3":               {info(0x2000, 0x1302, "TLS_AES_256_GCM_SHA384"), connection{"TLS 1.3", "TLS_AES_256_GCM_SHA384"}},
		"TLS 1.0":               {info(0x80, 0x2f, "TLS_RSA_WITH_AES_128_CBC_SHA"), connection{"TLS 1.0", "TLS_RSA_WITH_AES_128_CBC_SHA"}},
		"TLS 1.1":               {info(0x200, 0, ""), connection{"TLS 1.1", ""}},
		"the server's bit":      {info(0x400, 0, ""), connection{"TLS 1.2", ""}},
		"SSL 3.0":               {info(0x20, 0, ""), connection{"SSL 3.0", ""}},
		"a number, no name":     {info(0x800, 0xc030, ""), connection{"TLS 1.2", gcm}},
		"a name that is none":   {info(0x800, 0, "a\x1bb"), connection{"TLS 1.2", ""}},
		"a version of tomorrow": {info(0x10000, 0, ""), connection{"0x10000", ""}},
		"not filled in":         {make([]byte, securityInfoLen), connection{}},
		"connection only":       {full[:connectionInfoLen], connection{"TLS 1.2", ""}},
		"cut in the name":       {full[:cipherNameAt+10], connection{"TLS 1.2", ""}},
		"nothing":               {nil, connection{}},
	} {
		if got := readSecurityInfo(row.raw); got != row.want {
			t.Errorf("%s: %+v, want %+v", name, got, row.want)
		}
	}
}

// What a version that nobody knows yet is: not an old one.
func TestOld(t *testing.T) {
	t.Parallel()
	for protocol, want := range map[string]bool{"": false, "0x10000": false, "TLS 1.2": false, "TLS 1.3": false, "TLS 1.1": true, "TLS 1.0": true, "SSL 3.0": true, "SSL 2.0": true} {
		if got := (connection{protocol: protocol}).old(); got != want {
			t.Errorf("%q: %v", protocol, got)
		}
	}
}

func FuzzReadSecurityInfo(f *testing.F) {
	f.Add(info(0x800, 0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c := readSecurityInfo(raw)
		if len(c.protocol)+len(c.suite) > 200 || strings.ContainsFunc(c.protocol+c.suite, unicode.IsControl) {
			t.Errorf("%+v", c)
		}
	})
}
