package winsettings

// Settings is everything that koshin reads of Windows at once.
type Settings struct {
	Windows          Windows
	InternetExplorer InternetExplorer
	EdgeMode         EdgeMode
	SecureProtocols  SecureProtocols
	Schannel         Schannel
	WinHTTP          []Protocol // one a view
	DotNet           []DotNet   // two runtimes in each view
	Ciphers          Ciphers
	FIPS             FIPS
	WinINetProxy     Proxy
	WinHTTPProxy     []Proxy // one a view
}

// ReadAll reads everything. kernel is what the kernel says of itself: see
// Kernel. It never fails as a whole: what cannot be read is Unknown where it
// stands.
func ReadAll(r Registry, kernel Windows) Settings {
	s := Settings{
		Windows:          ReadWindows(r, kernel),
		InternetExplorer: ReadInternetExplorer(r),
		EdgeMode:         ReadEdgeMode(r),
		Schannel:         ReadSchannel(r),
		WinHTTP:          ReadWinHTTP(r),
		DotNet:           ReadDotNet(r),
		Ciphers:          ReadCiphers(r),
		FIPS:             ReadFIPS(r),
		WinINetProxy:     ReadWinINetProxy(r),
		WinHTTPProxy:     ReadWinHTTPProxy(r),
	}
	s.SecureProtocols = ReadSecureProtocols(r, Default(s.Windows, s.InternetExplorer))
	return s
}
