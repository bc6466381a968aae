package winstack

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// The codes of DOMAIN section 2, in both tables.
func TestCauses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		code          uint32
		inet, winHTTP confirm.Cause
	}{
		{12175, confirm.CauseUnknown, confirm.CauseHandshake}, // in WinINet the answer could not be decoded
		{12157, confirm.CauseHandshake, confirm.CauseHandshake},
		{12045, confirm.CauseUnknownRoot, confirm.CauseUnknownRoot},
		{12038, confirm.CauseWrongName, confirm.CauseWrongName},
		{12037, confirm.CauseExpired, confirm.CauseExpired},
		{12044, confirm.CauseClientCertificate, confirm.CauseClientCertificate},
		{12185, confirm.CauseClientCertificate, confirm.CauseClientCertificate},
		{12186, confirm.CauseClientCertificate, confirm.CauseClientCertificate},
		{12057, confirm.CauseRevocationUnreachable, confirm.CauseRevocationUnreachable},
		{12170, confirm.CauseRevoked, confirm.CauseRevoked},
		{12007, confirm.CauseDNS, confirm.CauseDNS},
		{12002, confirm.CauseTimeout, confirm.CauseTimeout},
		{12029, confirm.CauseRefused, confirm.CauseRefused},
		{12030, confirm.CauseReset, confirm.CauseReset},
		{12180, confirm.CauseProxyScript, confirm.CauseProxyScript},
		{12167, confirm.CauseProxyScript, confirm.CauseProxyScript},
		{12166, confirm.CauseProxyScript, confirm.CauseProxyScript},
		{12165, confirm.CauseProxyUnreachable, confirm.CauseUnknown},
		{12188, confirm.CauseUnknown, confirm.CauseProxyUnreachable},
		{0x80090331, confirm.CauseHandshake, confirm.CauseHandshake},
		{0x80090326, confirm.CauseHandshake, confirm.CauseHandshake},
		{0x80090325, confirm.CauseUnknownRoot, confirm.CauseUnknownRoot},
		{0x80090328, confirm.CauseExpired, confirm.CauseExpired},
		{0x80090322, confirm.CauseWrongName, confirm.CauseWrongName},
		{10061, confirm.CauseRefused, confirm.CauseRefused},
		{1, confirm.CauseUnknown, confirm.CauseUnknown},
	} {
		if got := causeOf(manifest.StackWinINet, row.code, 0); got != row.inet {
			t.Errorf("wininet %d: %s, want %s", row.code, got, row.inet)
		}
		if got := causeOf(manifest.StackWinHTTP, row.code, 0); got != row.winHTTP {
			t.Errorf("winhttp %d: %s, want %s", row.code, got, row.winHTTP)
		}
	}
}

// WinHTTP has one code for all certificates; its callback tells them apart.
func TestCausesOfFlags(t *testing.T) {
	t.Parallel()
	for flags, want := range map[uint32]confirm.Cause{
		0:                         confirm.CauseHandshake,
		flagUnknownCA:             confirm.CauseUnknownRoot,
		flagUnknownCA | flagDate:  confirm.CauseUnknownRoot,
		flagWrongName | flagDate:  confirm.CauseExpired,
		flagWrongName:             confirm.CauseWrongName,
		flagRevoked | flagInvalid: confirm.CauseRevoked,
		flagRevocationFailed:      confirm.CauseRevocationUnreachable,
		flagWrongUsage:            confirm.CauseCertificate,
		flagInvalid:               confirm.CauseCertificate,
		flagChannel:               confirm.CauseHandshake,
		0x100:                     confirm.CauseHandshake, // not one that we know
	} {
		if got := causeOf(manifest.StackWinHTTP, 12175, flags); got != want {
			t.Errorf("%#x: %s, want %s", flags, got, want)
		}
	}
	if got := causeOf(manifest.StackWinINet, 12175, flagUnknownCA); got != confirm.CauseUnknown {
		t.Errorf("wininet has no flags: %s", got)
	}
	if got := causeOf(manifest.StackWinHTTP, 12002, flagUnknownCA); got != confirm.CauseTimeout {
		t.Errorf("another code goes before the flags: %s", got)
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	now := time.Now()
	early := transporttest.Issue(t, ca, localca.Leaf{NotBefore: now.Add(time.Hour)}).Certificate
	good := transporttest.Issue(t, ca, localca.Leaf{}).Certificate
	yes, no := true, false
	code := func(n uint32) error { return fmt.Errorf("ask: %w", &codeError{"HttpSendRequestW", n}) }
	for name, row := range map[string]struct {
		seen sight
		err  error
		want confirm.Cause // "" for no fault
	}{
		"an answer":                    {sight{status: 200, secure: &yes, info: connection{protocol: "TLS 1.2"}, chain: good}, nil, ""},
		"over TLS 1.3":                 {sight{status: 200, info: connection{protocol: "TLS 1.3"}}, nil, ""},
		"over something":               {sight{status: 500}, nil, ""},
		"over TLS 1.1":                 {sight{status: 200, info: connection{protocol: "TLS 1.1"}}, nil, confirm.CauseTLSVersion},
		"over SSL 3.0":                 {sight{status: 200, info: connection{protocol: "SSL 3.0"}}, nil, confirm.CauseTLSVersion},
		"a proxy with a password":      {sight{status: 407, secure: &no}, nil, confirm.CauseProxyAuth},
		"a proxy that does not like":   {sight{status: 403, secure: &no}, nil, confirm.CauseProxyRefused},
		"a flag that is wrong":         {sight{status: 403, secure: &no, chain: good}, nil, ""},
		"no such stack":                {sight{}, fmt.Errorf("x: %w", errors.ErrUnsupported), confirm.CauseUnavailable},
		"an error without a code":      {sight{}, errors.New("x"), confirm.CauseUnknown},
		"expired":                      {sight{chain: good}, code(12037), confirm.CauseExpired},
		"not valid yet":                {sight{chain: early}, code(12037), confirm.CauseNotYetValid},
		"expired, not shown":           {sight{}, code(12037), confirm.CauseExpired},
		"revocation out of reach":      {sight{trust: 0x1000040}, code(12057), confirm.CauseRevocationUnreachable},
		"its own root, says the chain": {sight{trust: 0x1000040 | trustUntrustedRoot}, code(12057), confirm.CauseUnknownRoot},
		"no root, says the chain":      {sight{trust: trustPartialChain}, code(12057), confirm.CauseUnknownRoot},
	} {
		fault, failed := judge(manifest.StackWinINet, row.seen, row.err, now)
		if fault.cause != row.want || failed != (row.want != "") || failed && fault.err == nil {
			t.Errorf("%s: %+v, want %s", name, fault, row.want)
		}
		if row.err != nil && errors.As(row.err, new(*codeError)) != (fault.code != 0) {
			t.Errorf("%s: code %d", name, fault.code)
		}
	}
}
