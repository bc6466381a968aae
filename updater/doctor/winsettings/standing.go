package winsettings

// Standing is what settings say about TLS 1.2.
type Standing string

// The standings.
const (
	On           Standing = "on"             // said so
	ByDefault    Standing = "default"        // nothing is said, and TLS 1.2 is on by default here
	Off          Standing = "off"            // said so
	OffByDefault Standing = "off-by-default" // programs that do not ask for it do not get it
	// Clash is TLS 1.2 together with SSL 2.0: Schannel treats them as
	// exclusive, and which one a program gets depends on its Windows.
	Clash     Standing = "ssl2"
	Malformed Standing = "malformed" // of a type or length that nobody expects
	Unknown   Standing = "unknown"   // could not be read, or the default is not known
)
