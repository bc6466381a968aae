package confirm

// Cause is why one stack's attempt at one host failed, in one word that people,
// scripts and the verdict can decide on. Each stack has its own way to fail:
// Go's errors become causes here, the codes of WinINet and WinHTTP in package
// winstack. The zero value is "nothing failed".
type Cause string

// The causes, in the order in which a connection can meet them.
const (
	CauseDNS              Cause = "dns"               // the name has no address, or nobody could be asked for it
	CauseNoRoute          Cause = "no-route"          // this PC has no way to that address
	CauseRefused          Cause = "refused"           // nobody listens there, or a firewall says no
	CauseTimeout          Cause = "timeout"           // silence, or an answer that did not come in time
	CauseReset            Cause = "reset"             // the connection was cut before there was an answer
	CauseProxyScript      Cause = "proxy-script"      // WPAD or PAC: not found, unreachable or in error
	CauseProxyUnreachable Cause = "proxy-unreachable" // the proxy could not be connected to
	CauseProxyAuth        Cause = "proxy-auth"        // the proxy wants a name and a password (407)
	CauseProxyRefused     Cause = "proxy-refused"     // the proxy answered, and would not connect
	CauseCaptivePortal    Cause = "captive-portal"    // somebody on the way answered with a page of his own

	CauseTLSVersion        Cause = "tls-version"        // the host does not speak TLS 1.2: older or newer only
	CauseHandshake         Cause = "handshake"          // the handshake came to nothing, such as no common suite
	CauseWeakSuite         Cause = "weak-suite"         // TLS 1.2, but none of the AEAD suites with forward secrecy
	CauseClientCertificate Cause = "client-certificate" // the host wants a client certificate

	CauseExpired               Cause = "expired"                // the certificate's time is over
	CauseNotYetValid           Cause = "not-yet-valid"          // the certificate's time has not begun
	CauseClock                 Cause = "clock"                  // a good certificate, but this PC's clock is wrong
	CauseWrongName             Cause = "wrong-name"             // the certificate is another host's
	CauseUnknownRoot           Cause = "unknown-root"           // nobody whom this PC trusts issued it
	CauseRevoked               Cause = "revoked"                // its issuer took it back
	CauseRevocationUnreachable Cause = "revocation-unreachable" // whether he did could not be asked
	CauseCertificate           Cause = "certificate"            // it is bad in another way

	CauseHTTPStatus       Cause = "http-status"       // an answer other than the one that the manifest expects
	CauseInsecureRedirect Cause = "insecure-redirect" // the answer leads to an address without TLS

	CauseUnavailable Cause = "unavailable" // this stack cannot be asked here or now: no failure
	CauseUnknown     Cause = "unknown"     // none of these; the error has the words
)

// Causes lists all of them, for whoever has to have words for each.
func Causes() []Cause {
	return []Cause{
		CauseDNS, CauseNoRoute, CauseRefused, CauseTimeout, CauseReset,
		CauseProxyScript, CauseProxyUnreachable, CauseProxyAuth, CauseProxyRefused, CauseCaptivePortal,
		CauseTLSVersion, CauseHandshake, CauseWeakSuite, CauseClientCertificate,
		CauseExpired, CauseNotYetValid, CauseClock, CauseWrongName, CauseUnknownRoot,
		CauseRevoked, CauseRevocationUnreachable, CauseCertificate,
		CauseHTTPStatus, CauseInsecureRedirect,
		CauseUnavailable, CauseUnknown,
	}
}
