package doctor

import "strings"

// Reason is why a finding is as it is. Each belongs to one check and one
// verdict, and has a sentence and a remedy in the catalogue of the programs.
type Reason string

// Who sends the claims.
const (
	SelfSends        Reason = "submission-self"
	DelegatedSends   Reason = "submission-delegated"
	NotEnrolled      Reason = "submission-not-enrolled"      // there is no configuration
	ConfigUnusable   Reason = "submission-config-unusable"   // there is one, and something is wrong with it
	ConfigUnreadable Reason = "submission-config-unreadable" // this user may not read it
)

// The system.
const (
	WindowsSupported Reason = "windows-supported"
	WindowsTooOld    Reason = "windows-too-old"    // older than Windows 8.1, or than the build needs
	WindowsOldGap    Reason = "windows-old-suites" // 8.1: TLS 1.2, but few suites (DOMAIN section 4)
	ExplorerTooOld   Reason = "windows-old-explorer"
	NotWindows       Reason = "windows-other-system"
	WindowsUnseen    Reason = "windows-unseen"
)

// The clock.
const (
	ClockRight  Reason = "clock-right"
	ClockWrong  Reason = "clock-wrong"
	ClockUnseen Reason = "clock-unseen" // nobody told the time
)

// The client.
const (
	ClientReady         Reason = "client-ready"
	ClientNotReady      Reason = "client-not-ready" // below the TLS-ready build
	ClientMissing       Reason = "client-missing"   // not installed
	ClientMoved         Reason = "client-moved"
	ClientDamaged       Reason = "client-damaged"
	ClientUnreadable    Reason = "client-unreadable" // files, and no version
	ClientNoFloor       Reason = "client-no-floor"   // which build is TLS-ready is not known
	ClientBroken        Reason = "client-broken"     // it does not start, crashes or hangs
	ClientCannotConnect Reason = "client-cannot-connect"
	ClientNotNeeded     Reason = "client-not-needed" // somebody else sends
	ClientUnseen        Reason = "client-unseen"
)

// The tick "TLS 1.2の使用".
const (
	TickOn         Reason = "secure-protocols-on"
	TickDefault    Reason = "secure-protocols-default" // no value: on since Windows 8.1
	TickOff        Reason = "secure-protocols-off"
	TickPolicy     Reason = "secure-protocols-policy" // off, and fixed by an administrator
	TickSSL2       Reason = "secure-protocols-ssl2"   // on, and SSL 2.0 with it, which excludes it
	TickSSL2Policy Reason = "secure-protocols-ssl2-policy"
	TickValue      Reason = "secure-protocols-value"      // set to what Windows does not write there
	TickWrongUser  Reason = "secure-protocols-wrong-user" // not the profile of who is signed in
	TickNotHere    Reason = "secure-protocols-other-system"
	TickUnseen     Reason = "secure-protocols-unseen"
)

// The settings of the whole PC.
const (
	SchannelOn        Reason = "schannel-on"
	SchannelOff       Reason = "schannel-off"            // TLS 1.2\Client Enabled=0
	SchannelByDefault Reason = "schannel-off-by-default" // DisabledByDefault, and Enabled not 0
	WinHTTPOff        Reason = "schannel-winhttp"        // DefaultSecureProtocols without TLS 1.2
	CipherPolicy      Reason = "schannel-cipher-policy"  // a list without any suite for TLS 1.2
	CipherWeak        Reason = "schannel-weak-suites"    // a list without a strong one
	FIPSOn            Reason = "schannel-fips"
	SchannelValue     Reason = "schannel-value" // one is set to what Windows does not write there
	DotNetOff         Reason = "schannel-dotnet"
	SchannelNotHere   Reason = "schannel-other-system"
	SchannelUnseen    Reason = "schannel-unseen"
)

// The proxy.
const (
	ProxyNone        Reason = "proxy-none"
	ProxyWorks       Reason = "proxy-works"
	ProxyUnreachable Reason = "proxy-unreachable"
	ProxyAuth        Reason = "proxy-auth" // 407
	ProxyRefuses     Reason = "proxy-refuses"
	ProxySilent      Reason = "proxy-silent"  // it takes a connection and does not answer
	ProxyScript      Reason = "proxy-script"  // WPAD or PAC, of Windows
	ProxyDiffers     Reason = "proxy-differs" // koshin and Windows do not use the same
	ProxyUnseen      Reason = "proxy-unseen"
)

// The way to the host.
const (
	NetworkReached  Reason = "network-reached"
	NetworkProxied  Reason = "network-through-proxy" // the proxy looks names up and connects
	NetworkDNS      Reason = "network-dns"
	NetworkRefused  Reason = "network-refused"
	NetworkTimeout  Reason = "network-timeout"
	NetworkNoRoute  Reason = "network-no-route"
	NetworkFailed   Reason = "network-failed" // in another way
	NetworkNoTarget Reason = "network-no-target"
)

// The strict handshake, and the answer.
const (
	TLSWorks             Reason = "tls-works"
	TLSVersion           Reason = "tls-version"
	TLSHandshake         Reason = "tls-handshake"
	TLSWeakSuite         Reason = "tls-weak-suite"
	TLSOldSuites         Reason = "tls-old-suites" // none with forward secrecy: clients of today do not connect
	TLSClientCertificate Reason = "tls-client-certificate"
	TLSExpired           Reason = "tls-expired"
	TLSNotYetValid       Reason = "tls-not-yet-valid"
	TLSWrongName         Reason = "tls-wrong-name"
	TLSUnknownRoot       Reason = "tls-unknown-root"
	TLSIncomplete        Reason = "tls-chain-incomplete" // the host leaves its issuer's certificate out
	TLSRevoked           Reason = "tls-revoked"
	TLSCertificate       Reason = "tls-certificate" // bad in another way
	TLSReset             Reason = "tls-reset"
	TLSTimeout           Reason = "tls-timeout"
	TLSStatus            Reason = "tls-http-status"
	TLSRedirect          Reason = "tls-insecure-redirect"
	TLSPortal            Reason = "tls-captive-portal"
	TLSFailed            Reason = "tls-failed" // in another way
	TLSUnseen            Reason = "tls-unseen" // no connection to shake hands on
)

// Somebody between.
const (
	NotIntercepted     Reason = "interception-none"
	Intercepted        Reason = "interception-blocks"   // and this PC does not trust who signs
	InterceptedTrusted Reason = "interception-trusted"  // this PC trusts a root of its own
	InterceptionMaybe  Reason = "interception-possible" // an issuer that is not a public one, and that nobody here knows
	InterceptionUnseen Reason = "interception-unseen"
)

// The root certificate.
const (
	RootPresent Reason = "root-present"
	RootMissing Reason = "root-missing"
	RootOurs    Reason = "root-ca-file" // only koshin's ca_file has it; the client may not
	RootUnseen  Reason = "root-unseen"
)

// The operator's certificate.
const (
	CertificateGood     Reason = "certificate-good"
	CertificateExpiring Reason = "certificate-expiring" // within two months: a new one takes a month
	CertificateExpired  Reason = "certificate-expired"
	CertificateNoKey    Reason = "certificate-no-key"
	CertificateSHA1     Reason = "certificate-sha1"
	CertificateNone     Reason = "certificate-none"
	CertificateNotHere  Reason = "certificate-other-system"
	CertificateUnseen   Reason = "certificate-unseen"
)

// The stacks of Windows.
const (
	StacksAgree    Reason = "os-stacks-agree"
	StacksWinINet  Reason = "os-stacks-wininet" // only WinINet fails
	StacksWinHTTP  Reason = "os-stacks-winhttp" // only WinHTTP fails
	StacksBoth     Reason = "os-stacks-both"    // both fail, Go does not
	StacksOnlyGo   Reason = "os-stacks-go"      // only Go fails
	StacksOne      Reason = "os-stacks-one"     // of the three, only one of Windows' own connects
	StacksAllFail  Reason = "os-stacks-all"
	StacksNotHere  Reason = "os-stacks-other-system"
	StacksNobody   Reason = "os-stacks-nobody" // nobody is signed in to ask as
	StacksUnasked  Reason = "os-stacks-unasked"
	StacksNoTarget Reason = "os-stacks-no-target"
)

// verdicts say what each reason comes to. Whatever it does not list is a
// failure.
var verdicts = map[Reason]Verdict{
	SelfSends: OK, DelegatedSends: OK, NotEnrolled: Warn, ConfigUnreadable: Unknown,
	WindowsSupported: OK, WindowsOldGap: Warn, ExplorerTooOld: Warn, NotWindows: OK, WindowsUnseen: Unknown,
	ClockRight: OK, ClockUnseen: Unknown,
	ClientReady: OK, ClientMissing: Warn, ClientUnreadable: Warn, ClientNoFloor: Unknown, ClientNotNeeded: OK, ClientUnseen: Unknown,
	TickOn: OK, TickDefault: OK, TickValue: Warn, TickWrongUser: Unknown, TickNotHere: OK, TickUnseen: Unknown,
	SchannelOn: OK, WinHTTPOff: Warn, CipherWeak: Warn, FIPSOn: Warn, SchannelValue: Warn, DotNetOff: Warn, SchannelNotHere: OK, SchannelUnseen: Unknown,
	ProxyNone: OK, ProxyWorks: OK, ProxyScript: Warn, ProxyDiffers: Warn, ProxyUnseen: Unknown,
	NetworkReached: OK, NetworkProxied: OK, NetworkNoTarget: Unknown,
	TLSWorks: OK, TLSWeakSuite: Warn, TLSUnseen: Unknown,
	NotIntercepted: OK, InterceptionMaybe: Warn, InterceptedTrusted: Warn, InterceptionUnseen: Unknown,
	RootPresent: OK, RootUnseen: Unknown,
	CertificateGood: OK, CertificateExpiring: Warn, CertificateExpired: Warn, CertificateNoKey: Warn, CertificateSHA1: Warn,
	CertificateNone: Unknown, CertificateNotHere: Unknown, CertificateUnseen: Unknown,
	StacksAgree: OK, StacksNotHere: OK, StacksNobody: Unknown, StacksUnasked: Unknown, StacksNoTarget: Unknown,
}

// Verdict is what the reason comes to.
func (r Reason) Verdict() Verdict {
	if v, ok := verdicts[r]; ok {
		return v
	}
	return Fail
}

// Check is the one that the reason belongs to.
func (r Reason) Check() Check {
	for _, check := range Checks() {
		if strings.HasPrefix(string(r), string(check)+"-") {
			return check
		}
	}
	return ""
}

// found makes a finding of a reason and its evidence.
func found(r Reason, evidence ...Fact) Finding {
	return Finding{Check: r.Check(), Verdict: r.Verdict(), Reason: r, Evidence: evidence}
}
