package winstack

import (
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// The same number can mean different things: 12175 is "certificate or channel
// refused" in WinHTTP and "answer could not be decoded" in WinINet. So each
// stack has its own table, and only what Windows itself reports is shared.
// DOMAIN section 2; WinInet/wininet-errors.md and WinHttp/error-messages.md of
// the Windows SDK documentation.

// winHTTPSecureFailure is a certificate or a handshake that WinHTTP refuses;
// flags tell what it is.
const winHTTPSecureFailure = 12175

// winINetCodes are the errors of wininet.h.
var winINetCodes = map[uint32]confirm.Cause{
	12002: confirm.CauseTimeout,
	12007: confirm.CauseDNS,
	12017: confirm.CauseTimeout, // cancelled
	12028: confirm.CauseReset,
	12029: confirm.CauseRefused, // also a host that hangs up on every handshake
	12030: confirm.CauseReset,
	12031: confirm.CauseReset,
	12037: confirm.CauseExpired,
	12038: confirm.CauseWrongName,
	12040: confirm.CauseInsecureRedirect,
	12044: confirm.CauseClientCertificate,
	12045: confirm.CauseUnknownRoot,
	12055: confirm.CauseCertificate,
	12056: confirm.CauseRevocationUnreachable,
	12057: confirm.CauseRevocationUnreachable, // in Wine any unknown root, too
	12152: confirm.CauseHandshake,             // not HTTP
	12157: confirm.CauseHandshake,
	12159: confirm.CauseNoRoute,
	12163: confirm.CauseNoRoute,
	12164: confirm.CauseRefused,
	12165: confirm.CauseProxyUnreachable,
	12166: confirm.CauseProxyScript, // error in the PAC script
	12167: confirm.CauseProxyScript, // PAC script not found
	12168: confirm.CauseInsecureRedirect,
	12169: confirm.CauseCertificate,
	12170: confirm.CauseRevoked,
	12180: confirm.CauseProxyScript, // WPAD found nothing
	12185: confirm.CauseClientCertificate,
	12186: confirm.CauseClientCertificate,
}

// winHTTPCodes are the errors of winhttp.h. 12175 is told apart by its flags.
var winHTTPCodes = map[uint32]confirm.Cause{
	12002: confirm.CauseTimeout,
	12007: confirm.CauseDNS,
	12017: confirm.CauseTimeout,
	12029: confirm.CauseRefused,
	12030: confirm.CauseReset,
	12037: confirm.CauseExpired,
	12038: confirm.CauseWrongName,
	12044: confirm.CauseClientCertificate,
	12045: confirm.CauseUnknownRoot,
	12057: confirm.CauseRevocationUnreachable,
	12152: confirm.CauseHandshake,
	12157: confirm.CauseHandshake,
	12166: confirm.CauseProxyScript,
	12167: confirm.CauseProxyScript,
	12169: confirm.CauseCertificate,
	12170: confirm.CauseRevoked,
	12175: confirm.CauseHandshake,
	12177: confirm.CauseProxyScript, // the PAC script did not run
	12178: confirm.CauseProxyScript, // the PAC script is of another kind
	12179: confirm.CauseCertificate,
	12180: confirm.CauseProxyScript,
	12185: confirm.CauseClientCertificate,
	12186: confirm.CauseClientCertificate,
	12187: confirm.CauseProxyAuth, // the proxy asks for a client certificate
	12188: confirm.CauseProxyUnreachable,
}

// systemCodes are errors of Schannel, of certificate chains and of sockets, that
// both stacks hand on at times.
var systemCodes = map[uint32]confirm.Cause{
	0x80090302: confirm.CauseTLSVersion, // SEC_E_UNSUPPORTED_FUNCTION
	0x80090311: confirm.CauseHandshake,  // all versions that were to be offered are off: Wine
	0x80090322: confirm.CauseWrongName,
	0x80090325: confirm.CauseUnknownRoot,
	0x80090326: confirm.CauseHandshake,
	0x80090328: confirm.CauseExpired,
	0x80090331: confirm.CauseHandshake, // no common version or suite
	0x80092010: confirm.CauseRevoked,
	0x80092012: confirm.CauseRevocationUnreachable,
	0x80092013: confirm.CauseRevocationUnreachable,
	0x800b0101: confirm.CauseExpired,
	0x800b0109: confirm.CauseUnknownRoot,
	0x800b010a: confirm.CauseUnknownRoot,
	0x800b010c: confirm.CauseRevoked,
	0x800b010f: confirm.CauseWrongName,

	10050: confirm.CauseNoRoute,
	10051: confirm.CauseNoRoute,
	10053: confirm.CauseReset,
	10054: confirm.CauseReset,
	10060: confirm.CauseTimeout,
	10061: confirm.CauseRefused,
	10065: confirm.CauseNoRoute,
	11001: confirm.CauseDNS,
	11002: confirm.CauseDNS,
}

// causeOf reads a stack's error code.
func causeOf(stack manifest.Stack, code, flags uint32) confirm.Cause {
	table := winINetCodes
	if stack == manifest.StackWinHTTP {
		table = winHTTPCodes
		if cause := causeOfFlags(flags); code == winHTTPSecureFailure && cause != "" {
			return cause
		}
	}
	if cause, ok := table[code]; ok {
		return cause
	}
	if cause, ok := systemCodes[code]; ok {
		return cause
	}
	return confirm.CauseUnknown
}

// What WinHTTP tells its callback about a certificate,
// WINHTTP_CALLBACK_STATUS_FLAG_….
const (
	flagRevocationFailed = 0x1
	flagInvalid          = 0x2
	flagRevoked          = 0x4
	flagUnknownCA        = 0x8
	flagWrongName        = 0x10
	flagDate             = 0x20
	flagWrongUsage       = 0x40
	flagChannel          = 0x80000000
)

// causeOfFlags names the worst of several: a stranger's certificate is usually
// also for another name, and then it is the stranger that matters.
func causeOfFlags(flags uint32) confirm.Cause {
	for _, row := range []struct {
		flag  uint32
		cause confirm.Cause
	}{
		{flagRevoked, confirm.CauseRevoked},
		{flagUnknownCA, confirm.CauseUnknownRoot},
		{flagDate, confirm.CauseExpired},
		{flagWrongName, confirm.CauseWrongName},
		{flagRevocationFailed, confirm.CauseRevocationUnreachable},
		{flagInvalid | flagWrongUsage, confirm.CauseCertificate},
		{flagChannel, confirm.CauseHandshake},
	} {
		if flags&row.flag != 0 {
			return row.cause
		}
	}
	return ""
}
