package winsettings

import (
	"crypto/tls"
	"slices"
	"strings"

	"github.com/koshin-updater/koshin/updater/transport"
)

// Ciphers is the policy that replaces Schannel's list of cipher suites.
type Ciphers struct {
	Functions Reading
	Suites    []string // in the policy's order
	Standing  CipherStanding
}

// CipherStanding is what a list of suites leaves for TLS 1.2.
type CipherStanding string

// The standings of a list.
const (
	NoPolicy        CipherStanding = "no-policy"  // the system's own list
	Strong          CipherStanding = "strong"     // a suite that koshin itself would use
	OnlyWeak        CipherStanding = "only-weak"  // TLS 1.2 without forward secrecy or with CBC
	NoSuite         CipherStanding = "no-suite"   // nothing for TLS 1.2: no Windows program can connect
	EmptyList       CipherStanding = "empty-list" // set, but with no name in it
	UnreadableList  CipherStanding = "unreadable" // could not be read
	UnexpectedValue CipherStanding = "malformed"  // neither REG_SZ nor REG_MULTI_SZ
)

// ReadCiphers reads the policy "SSL Cipher Suite Order". A configured list
// excludes every suite that it does not name (Microsoft's page on the suites of
// Windows 8.1; DOMAIN). The policy editor writes one REG_SZ with commas, other
// tools a REG_MULTI_SZ.
func ReadCiphers(r Registry) Ciphers {
	c := Ciphers{Functions: Read(r, Place{Machine, Whole, `SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002`, "Functions"})}
	switch {
	case c.Functions.Err != nil:
		c.Standing = UnreadableList
		return c
	case !c.Functions.Found:
		c.Standing = NoPolicy
		return c
	}
	list, isList := c.Functions.Value.Texts()
	if text, ok := c.Functions.Value.Text(); ok {
		list, isList = strings.Split(text, ","), true
	}
	for _, name := range list {
		if name = strings.TrimSpace(name); name != "" {
			c.Suites = append(c.Suites, name)
		}
	}
	switch {
	case !isList:
		c.Standing = UnexpectedValue
	case len(c.Suites) == 0:
		c.Standing = EmptyList
	default:
		c.Standing = leaves(c.Suites)
	}
	return c
}

func leaves(suites []string) CipherStanding {
	var strong []string
	for _, id := range transport.Suites() {
		strong = append(strong, tls.CipherSuiteName(id))
	}
	standing := NoSuite
	for _, name := range suites {
		switch name = withoutCurve(name); {
		case slices.Contains(strong, name):
			return Strong
		case ofTLS12(name):
			standing = OnlyWeak
		}
	}
	return standing
}

// withoutCurve takes off what Windows before 10 appends to name a curve, as in
// TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256_P256. Case does not count.
func withoutCurve(name string) string {
	name = strings.ToUpper(name)
	for _, curve := range []string{"_P256", "_P384", "_P521"} {
		name = strings.TrimSuffix(name, curve)
	}
	// IANA names ChaCha20's suites with a hash that some tools leave out.
	if strings.HasSuffix(name, "_CHACHA20_POLY1305") {
		name += "_SHA256"
	}
	return name
}

// ofTLS12 says whether a suite can be used with TLS 1.2: the five of TLS 1.3
// name no key exchange ("_WITH_"), and those of SSL 2.0 begin with SSL_.
func ofTLS12(name string) bool {
	return strings.HasPrefix(name, "TLS_") && strings.Contains(name, "_WITH_") && !strings.Contains(name, "_NULL_")
}

// FIPS is the switch for certified algorithms only. It takes ChaCha20 and old
// hashes away and leaves TLS 1.2 with AES: worth knowing, never a cause alone.
type FIPS struct {
	Enabled  Reading
	On       bool
	Standing Standing
}

// ReadFIPS reads the switch (DOMAIN). Missing is off.
func ReadFIPS(r Registry) FIPS {
	f := FIPS{Enabled: Read(r, Place{Machine, Whole, `SYSTEM\CurrentControlSet\Control\Lsa\FIPSAlgorithmPolicy`, "Enabled"})}
	n, found, malformed := f.Enabled.number()
	switch {
	case f.Enabled.Err != nil:
		f.Standing = Unknown
	case malformed:
		f.Standing = Malformed
	case !found:
		f.Standing = ByDefault
	case n != 0:
		f.On, f.Standing = true, On
	default:
		f.Standing = Off
	}
	return f
}
