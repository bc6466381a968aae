package winsettings

// Protocol is one value with bits of protocols and what it means.
type Protocol struct {
	Reading   Reading
	Protocols Protocols
	Standing  Standing
}

// ReadWinHTTP reads what WinHTTP offers to programs that do not choose for
// themselves, one answer for each view: a 32-bit client reads WOW6432Node
// (DOMAIN, after KB3140245). Missing is the system's default, on since Windows
// 8.1; Schannel overrules it.
func ReadWinHTTP(r Registry) []Protocol {
	var all []Protocol
	for _, p := range software(r, `Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp`, "DefaultSecureProtocols") {
		one := Protocol{Reading: Read(r, p)}
		one.Protocols, one.Standing = standingOf(one.Reading, ByDefault)
		all = append(all, one)
	}
	return all
}
