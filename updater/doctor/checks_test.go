package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
	"github.com/koshin-updater/koshin/updater/session"
)

var now = time.Date(2021, 4, 1, 9, 0, 0, 0, time.UTC)

func v(t *testing.T, text string) manifest.Version {
	t.Helper()
	version, err := manifest.ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return version
}

// expect compares a finding's reason, and says that it has evidence.
func expect(t *testing.T, name string, f Finding, want Reason) {
	t.Helper()
	if f.Reason != want || f.Check != want.Check() || f.Verdict != want.Verdict() || len(f.Evidence) == 0 {
		t.Errorf("%s: %+v, want %s", name, f, want)
	}
	for _, fact := range f.Evidence {
		if fact.Key == "" || fact.Value == "" {
			t.Errorf("%s: an empty fact: %+v", name, fact)
		}
	}
}

func TestSubmission(t *testing.T) {
	t.Parallel()
	for _, state := range []Reason{SelfSends, DelegatedSends, NotEnrolled, ConfigUnusable, ConfigUnreadable} {
		expect(t, string(state), submission(Input{Setup: Setup{State: state, Detail: "koshin.toml:3"}}), state)
	}
	expect(t, "nothing said", submission(Input{}), NotEnrolled)
}

func TestClock(t *testing.T) {
	t.Parallel()
	off := func(d time.Duration) confirm.HostProof {
		s := d.Seconds()
		return confirm.HostProof{URL: "https://a.example/", ClockSkew: &s}
	}
	blind := confirm.HostProof{URL: "https://b.example/"}
	for name, row := range map[string]struct {
		hosts []confirm.HostProof
		built time.Time
		want  Reason
		skew  string
	}{
		"right":                 {[]confirm.HostProof{off(0)}, time.Time{}, ClockRight, "+00:00:00"},
		"five minutes":          {[]confirm.HostProof{off(5 * time.Minute)}, time.Time{}, ClockRight, "+00:05:00"},
		"a second more":         {[]confirm.HostProof{off(-5*time.Minute - time.Second)}, time.Time{}, ClockWrong, "-00:05:01"},
		"days":                  {[]confirm.HostProof{off(75*time.Hour + 5*time.Second)}, time.Time{}, ClockWrong, "+3d 03:00:05"},
		"one host is enough":    {[]confirm.HostProof{blind, off(0), off(time.Hour)}, time.Time{}, ClockWrong, "+01:00:00"},
		"one of two told it":    {[]confirm.HostProof{blind, off(0)}, time.Time{}, ClockRight, "+00:00:00"},
		"nobody told":           {[]confirm.HostProof{blind}, time.Time{}, ClockUnseen, ""},
		"no hosts":              {nil, time.Time{}, ClockUnseen, ""},
		"older than koshin":     {nil, now.Add(24 * time.Hour), ClockWrong, "-1d 00:00:00"},
		"the proof knows":       {[]confirm.HostProof{proof(confirm.StackProof{Cause: confirm.CauseClock})}, time.Time{}, ClockWrong, unseen},
		"koshin is older, fine": {[]confirm.HostProof{off(0)}, now.Add(-time.Hour), ClockRight, "+00:00:00"},
	} {
		f := clock(Input{Built: row.built}, now, row.hosts)
		expect(t, name, f, row.want)
		if got := f.Values()["skew"]; got != row.skew {
			t.Errorf("%s: skew %q, want %q", name, got, row.skew)
		}
	}
}

func TestClient(t *testing.T) {
	t.Parallel()
	ready, notReady := true, false
	product := func(state installer.State, version string, is *bool) Product {
		p := Product{ID: "a", Dir: "/opt/a", Installed: installer.Installed{State: state}, Ready: is, RunningOK: true, Running: []string{"a.exe"}}
		if version != "" {
			p.Installed.Version = v(t, version)
		}
		return p
	}
	test := func(outcome confirm.Client) *confirm.TestProof { return &confirm.TestProof{Outcome: outcome} }
	for name, row := range map[string]struct {
		p    Product
		test *confirm.TestProof
		want Reason
	}{
		"ready":                        {product(installer.Recorded, "2.2", &ready), test(confirm.Connected), ClientReady},
		"ready, edited":                {product(installer.Edited, "2.2", &ready), nil, ClientReady},
		"ready, by hand":               {product(installer.ByHand, "2.2", &ready), nil, ClientReady},
		"below the floor":              {product(installer.Recorded, "2.1", &notReady), test(confirm.CannotConnect), ClientNotReady},
		"no floor":                     {product(installer.Recorded, "2.1", nil), nil, ClientNoFloor},
		"no floor, and it fails":       {product(installer.Recorded, "2.1", nil), test(confirm.CannotConnect), ClientCannotConnect},
		"broken":                       {product(installer.Recorded, "2.2", &ready), test(confirm.Broken), ClientBroken},
		"cannot connect":               {product(installer.Recorded, "2.2", &ready), test(confirm.CannotConnect), ClientCannotConnect},
		"absent":                       {product(installer.Absent, "", nil), nil, ClientMissing},
		"moved":                        {product(installer.Moved, "2.2", &ready), nil, ClientMoved},
		"half deleted":                 {product(installer.Damaged, "2.2", &ready), nil, ClientDamaged},
		"no version can be read":       {product(installer.Unknown, "", nil), nil, ClientUnreadable},
		"somebody else installed it":   {product(installer.Unknown, "2.2", &ready), nil, ClientReady},
		"its folder could not be read": {Product{ID: "a", Dir: "/opt/a", Err: errors.New("no")}, nil, ClientUnseen},
	} {
		tests := map[string]*confirm.TestProof{"a": row.test}
		expect(t, name, client(Input{Products: []Product{row.p}}, tests), row.want)
		expect(t, name+", delegated", client(Input{Setup: Setup{State: DelegatedSends}, Products: []Product{row.p}}, tests), ClientNotNeeded)
	}
	expect(t, "nothing configured", client(Input{}, nil), ClientUnseen)

	// The worst of several decides, and the words speak of that one.
	both := []Product{product(installer.Recorded, "2.2", &ready), product(installer.Recorded, "2.1", &notReady)}
	both[1].ID = "b"
	f := client(Input{Products: both}, nil)
	expect(t, "two", f, ClientNotReady)
	if f.About != "b" || f.Values()["installed"] != "2.1" {
		t.Errorf("%+v", f)
	}
}

// windows is a PC with this registry.
func windowsPC(r *winsettingstest.Registry, kernel ws.Windows) Input {
	settings := ws.ReadAll(r, kernel)
	return Input{System: System{OS: windowsOS, Arch: "amd64", Settings: &settings}}
}

var (
	windows10  = ws.Windows{Major: 10, Build: 19045}
	tickPlace  = ws.Tick()
	policyPC   = ws.Place{Hive: ws.Machine, Key: `Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings`, Name: "SecureProtocols"}
	tls12      = `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client`
	enabled    = ws.Place{Hive: ws.Machine, Key: tls12, Name: "Enabled"}
	byDefault  = ws.Place{Hive: ws.Machine, Key: tls12, Name: "DisabledByDefault"}
	functions  = ws.Place{Hive: ws.Machine, Key: `SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002`, Name: "Functions"}
	fips       = ws.Place{Hive: ws.Machine, Key: `SYSTEM\CurrentControlSet\Control\Lsa\FIPSAlgorithmPolicy`, Name: "Enabled"}
	winHTTP32  = ws.Place{Hive: ws.Machine, View: ws.View32, Key: `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp`, Name: "DefaultSecureProtocols"}
	tickOfPC32 = ws.Place{Hive: ws.Machine, View: ws.View32, Key: tickPlace.Key, Name: "SecureProtocols"}
	tickOfPC64 = ws.Place{Hive: ws.Machine, View: ws.View64, Key: tickPlace.Key, Name: "SecureProtocols"}
	explorer   = ws.Place{Hive: ws.Machine, View: ws.View64, Key: `SOFTWARE\Microsoft\Internet Explorer`, Name: "svcVersion"}
	strong32   = ws.Place{Hive: ws.Machine, View: ws.View32, Key: `SOFTWARE\Microsoft\.NETFramework\v4.0.30319`, Name: "SchUseStrongCrypto"}
)

func registry() *winsettingstest.Registry { return new(winsettingstest.Registry) }

func TestTick(t *testing.T) {
	t.Parallel()
	unreadable := registry().Set(tickPlace, ws.Number(0x800))
	unreadable.Fail = func(string, ws.Place) error { return errors.New("no access") }
	for name, row := range map[string]struct {
		r       *winsettingstest.Registry
		want    Reason
		fixable bool
		setting string
	}{
		"never touched":           {registry(), TickDefault, false, ""},
		"on":                      {registry().Set(tickPlace, ws.Number(0xA80)), TickOn, false, tickPlace.String()},
		"off":                     {registry().Set(tickPlace, ws.Number(0xA0)), TickOff, true, tickPlace.String()},
		"off by policy":           {registry().Set(policyPC, ws.Number(0x280)).Set(tickPlace, ws.Number(0x800)), TickPolicy, false, policyPC.String()},
		"on by policy":            {registry().Set(policyPC, ws.Number(0x800)).Set(tickPlace, ws.Number(0xA0)), TickOn, false, policyPC.String()},
		"with ssl 2":              {registry().Set(tickPlace, ws.Number(0x808)), TickSSL2, true, tickPlace.String()},
		"with ssl 2, by policy":   {registry().Set(policyPC, ws.Number(0x808)), TickSSL2Policy, false, policyPC.String()},
		"the PC's, one view only": {registry().Set(tickOfPC64, ws.Number(0x800)).Set(tickOfPC32, ws.Number(0xA0)), TickOff, true, tickOfPC32.String()},
		"a text":                  {registry().Set(tickPlace, ws.Text("2048")), TickValue, false, tickPlace.String()},
		"not readable":            {unreadable, TickUnseen, false, ""},
	} {
		f := tick(windowsPC(row.r, windows10))
		expect(t, name, f, row.want)
		if f.Fixable != row.fixable || f.Values()["setting"] != row.setting || len(f.Stacks) != 1 || f.Stacks[0] != manifest.StackWinINet {
			t.Errorf("%s: %+v", name, f)
		}
	}
	stranger := windowsPC(registry().Set(tickPlace, ws.Number(0xA0)), windows10)
	stranger.System.WrongUser = true
	expect(t, "another profile", tick(stranger), TickWrongUser)
	expect(t, "linux", tick(Input{System: System{OS: "linux"}}), TickNotHere)
	expect(t, "windows, unread", tick(Input{System: System{OS: windowsOS}}), TickUnseen)
}

func TestSchannel(t *testing.T) {
	t.Parallel()
	unreadable := registry()
	unreadable.Fail = func(_ string, p ws.Place) error {
		if p == enabled {
			return errors.New("no access")
		}
		return nil
	}
	for name, row := range map[string]struct {
		r       *winsettingstest.Registry
		want    Reason
		setting string
	}{
		"nothing set":         {registry(), SchannelOn, ""},
		"on":                  {registry().Set(enabled, ws.Number(1)).Set(byDefault, ws.Number(0)), SchannelOn, ""},
		"off":                 {registry().Set(enabled, ws.Number(0)), SchannelOff, enabled.String()},
		"off by default":      {registry().Set(enabled, ws.Number(1)).Set(byDefault, ws.Number(1)), SchannelByDefault, byDefault.String()},
		"no suite":            {registry().Set(functions, ws.Text("TLS_AES_128_GCM_SHA256")), CipherPolicy, functions.String()},
		"weak suites":         {registry().Set(functions, ws.Text("TLS_RSA_WITH_AES_128_CBC_SHA")), CipherWeak, functions.String()},
		"a strong suite":      {registry().Set(functions, ws.Text("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")), SchannelOn, ""},
		"WinHTTP, 32 bit":     {registry().Set(winHTTP32, ws.Number(0xA0)), WinHTTPOff, winHTTP32.String()},
		".NET, 32 bit":        {registry().Set(strong32, ws.Number(0)), DotNetOff, strong32.String()},
		"FIPS":                {registry().Set(fips, ws.Number(1)), FIPSOn, fips.String()},
		"a text":              {registry().Set(enabled, ws.Text("0")), SchannelValue, enabled.String()},
		"not readable":        {unreadable, SchannelUnseen, enabled.String()},
		"the worst is named":  {registry().Set(fips, ws.Number(1)).Set(winHTTP32, ws.Number(0x80)).Set(enabled, ws.Number(0)), SchannelOff, enabled.String()},
		"WinHTTP before FIPS": {registry().Set(fips, ws.Number(1)).Set(winHTTP32, ws.Number(0x80)), WinHTTPOff, winHTTP32.String()},
	} {
		f := schannel(windowsPC(row.r, windows10))
		expect(t, name, f, row.want)
		if f.Values()["setting"] != row.setting || len(f.Stacks) == 0 {
			t.Errorf("%s: %+v", name, f)
		}
	}
	expect(t, "linux", schannel(Input{System: System{OS: "linux"}}), SchannelNotHere)
	expect(t, "windows, unread", schannel(Input{System: System{OS: windowsOS}}), SchannelUnseen)
}

func TestSystem(t *testing.T) {
	t.Parallel()
	ie11 := registry().Set(explorer, ws.Text("11.0.9600.1"))
	for name, row := range map[string]struct {
		r      *winsettingstest.Registry
		kernel ws.Windows
		need   string
		want   Reason
	}{
		"windows 10":             {ie11, windows10, "", WindowsSupported},
		"windows 11, no IE":      {registry(), ws.Windows{Major: 10, Build: 22631}, "10.0.19041", WindowsSupported},
		"windows 8.1":            {ie11, ws.Windows{Major: 6, Minor: 3, Build: 9600}, "", WindowsOldGap},
		"windows 7":              {ie11, ws.Windows{Major: 6, Minor: 1, Build: 7601}, "", WindowsTooOld},
		"older than the build":   {ie11, windows10, "10.0.22000", WindowsTooOld},
		"internet explorer 9":    {registry().Set(explorer, ws.Text("9.0.8112.1")), windows10, "", ExplorerTooOld},
		"nobody knows":           {registry(), ws.Windows{}, "", WindowsUnseen},
		"as new as the build is": {ie11, windows10, "10.0.19045", WindowsSupported},
	} {
		in := windowsPC(row.r, row.kernel)
		if row.need != "" {
			in.Products = []Product{{ID: "a", MinOS: v(t, row.need)}}
		}
		expect(t, name, system(in), row.want)
	}
	expect(t, "linux", system(Input{System: System{OS: "linux", Arch: "amd64"}}), NotWindows)
	expect(t, "windows, unread", system(Input{System: System{OS: windowsOS, Arch: "amd64"}}), WindowsUnseen)
}

func TestCertificate(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	own := func(ends time.Duration, key, sha1, sends bool) OwnCertificate {
		return OwnCertificate{NotBefore: now.Add(-365 * day), NotAfter: now.Add(ends), HasKey: key, SHA1: sha1, Sends: sends}
	}
	for name, row := range map[string]struct {
		all  []OwnCertificate
		err  error
		want Reason
	}{
		"none":                         {nil, nil, CertificateNone},
		"good":                         {[]OwnCertificate{own(365*day, true, false, true)}, nil, CertificateGood},
		"good beside an expired one":   {[]OwnCertificate{own(-day, true, false, true), own(365*day, true, false, true)}, nil, CertificateGood},
		"soon over":                    {[]OwnCertificate{own(30*day, true, false, true)}, nil, CertificateExpiring},
		"over":                         {[]OwnCertificate{own(-time.Second, true, false, true)}, nil, CertificateExpired},
		"no key":                       {[]OwnCertificate{own(365*day, false, false, true)}, nil, CertificateNoKey},
		"good before an expired one":   {[]OwnCertificate{own(365*day, true, false, true), own(-day, true, false, true)}, nil, CertificateGood},
		"over, and another has no key": {[]OwnCertificate{own(365*day, false, false, true), own(-day, true, false, true)}, nil, CertificateExpired},
		"SHA-1":                        {[]OwnCertificate{own(365*day, true, true, true)}, nil, CertificateSHA1},
		"not for sending":              {[]OwnCertificate{own(365*day, true, false, false)}, nil, CertificateNone},
		"no such store":                {nil, fmt.Errorf("x: %w", errors.ErrUnsupported), CertificateNotHere},
		"not readable":                 {nil, errors.New("no"), CertificateUnseen},
	} {
		in := Input{System: System{Certificates: func(context.Context) ([]OwnCertificate, error) { return row.all, row.err }}}
		f := certificate(t.Context(), in, now)
		expect(t, name, f, row.want)
		if f.Verdict == Fail {
			t.Errorf("%s: which certificate is for sending is not known, so none fails", name)
		}
	}
	expect(t, "linux", certificate(t.Context(), Input{}, now), CertificateNotHere)
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	for name, row := range map[string]struct {
		w     way
		cause confirm.Cause
		want  Reason
	}{
		"reached":    {way{addresses: []string{"127.0.0.1"}, dialed: "127.0.0.1:443"}, "", NetworkReached},
		"proxied":    {way{proxy: "proxy.example:8080", err: refused}, confirm.CauseProxyUnreachable, NetworkProxied},
		"no name":    {way{err: &net.DNSError{Err: "no such host", Name: "a.example", IsNotFound: true}}, confirm.CauseDNS, NetworkDNS},
		"dns silent": {way{err: &net.DNSError{Err: "timeout", Name: "a.example", IsTimeout: true}}, confirm.CauseTimeout, NetworkDNS},
		"refused":    {way{err: refused}, confirm.CauseRefused, NetworkRefused},
		"no route":   {way{err: &net.OpError{Op: "dial", Err: syscall.ENETUNREACH}}, confirm.CauseNoRoute, NetworkNoRoute},
		"silence":    {way{err: &net.OpError{Op: "dial", Err: context.DeadlineExceeded}}, confirm.CauseTimeout, NetworkTimeout},
		"else":       {way{err: errors.New("no")}, confirm.CauseUnknown, NetworkFailed},
	} {
		row.w.host = "a.example:443"
		h := proof(confirm.StackProof{Cause: row.cause})
		expect(t, name, network([]way{row.w}, []confirm.HostProof{h}), row.want)
	}
	expect(t, "no hosts", network(nil, nil), NetworkNoTarget)
}

// proof is one host, seen by Go and perhaps others.
func proof(strict confirm.StackProof, others ...confirm.StackProof) confirm.HostProof {
	strict.Stack = manifest.StackGo
	if strict.OK == nil {
		ok := strict.Cause == ""
		strict.OK = &ok
	}
	return confirm.HostProof{URL: "https://a.example/", Stacks: append([]confirm.StackProof{strict}, others...)}
}

// Every cause that a proof can name is one reason or another, and none of those
// that end before the handshake is blamed on it.
func TestHandshake(t *testing.T) {
	t.Parallel()
	reached := []way{{host: "a.example:443"}}
	blocked := []way{{host: "a.example:443", err: errors.New("no")}}
	for _, cause := range confirm.Causes() {
		f := handshake(reached, []confirm.HostProof{proof(confirm.StackProof{Cause: cause, Stage: confirm.StageHandshake})})
		known := f.Reason != TLSFailed || cause == confirm.CauseUnknown || cause == confirm.CauseRevocationUnreachable
		if !known || f.Verdict == OK || len(f.Evidence) == 0 {
			t.Errorf("%s: %+v", cause, f)
		}
	}
	behind, ahead := -3600.0*24, 3600.0*24
	for name, row := range map[string]struct {
		ways  []way
		proof confirm.StackProof
		skew  *float64
		want  Reason
	}{
		"works":                       {reached, confirm.StackProof{TLS: "TLS 1.2", Status: 200}, nil, TLSWorks},
		"a slow host":                 {reached, confirm.StackProof{Cause: confirm.CauseTimeout, Stage: confirm.StageRequest}, nil, TLSTimeout},
		"silence":                     {blocked, confirm.StackProof{Cause: confirm.CauseTimeout, Stage: confirm.StageConnect}, nil, TLSUnseen},
		"silence, nobody knows where": {blocked, confirm.StackProof{Cause: confirm.CauseTimeout}, nil, TLSUnseen},
		"silence of a proxy":          {reached, confirm.StackProof{Cause: confirm.CauseTimeout, Stage: confirm.StageProxy}, nil, TLSUnseen},
		"cut in the handshake":        {reached, confirm.StackProof{Cause: confirm.CauseReset, Stage: confirm.StageHandshake}, nil, TLSReset},
		"a clock ahead ends it":       {reached, confirm.StackProof{Cause: confirm.CauseClock}, &ahead, TLSExpired},
		"a clock behind: not begun":   {reached, confirm.StackProof{Cause: confirm.CauseClock}, &behind, TLSNotYetValid},
		"over, and the clock is fine": {reached, confirm.StackProof{Cause: confirm.CauseExpired}, nil, TLSExpired},
	} {
		h := proof(row.proof)
		h.ClockSkew = row.skew
		expect(t, name, handshake(row.ways, []confirm.HostProof{h}), row.want)
	}
	expect(t, "no hosts", handshake(nil, nil), TLSUnseen)
}

func TestInterceptionAndRoot(t *testing.T) {
	t.Parallel()
	chain := []string{"aa", "bb"}
	for name, row := range map[string]struct {
		proof       confirm.StackProof
		interceptor string
		other       confirm.Cause
		between     Reason
		root        Reason
	}{
		"public":                   {confirm.StackProof{ChainSHA256: chain, Root: "CN=R", Issuer: "CN=I"}, "", "", NotIntercepted, RootPresent},
		"re-signed, trusted":       {confirm.StackProof{ChainSHA256: chain, Root: "CN=Box", LocalRoot: true}, "Box", "", InterceptedTrusted, RootPresent},
		"re-signed, unknown":       {confirm.StackProof{ChainSHA256: chain, Cause: confirm.CauseUnknownRoot, LocalRoot: true}, "Box", "", Intercepted, RootUnseen},
		"unknown, a private one":   {confirm.StackProof{ChainSHA256: chain, Cause: confirm.CauseUnknownRoot, LocalRoot: true, Issuer: "CN=I"}, "", "", InterceptionMaybe, RootMissing},
		"unknown, a public one":    {confirm.StackProof{ChainSHA256: chain, Cause: confirm.CauseUnknownRoot, Notes: []confirm.Note{confirm.NotePublicRoot}}, "", "", NotIntercepted, RootMissing},
		"no certificate":           {confirm.StackProof{Cause: confirm.CauseDNS}, "", "", InterceptionUnseen, RootUnseen},
		"only koshin has the root": {confirm.StackProof{ChainSHA256: chain, Root: "CN=Own"}, "", confirm.CauseUnknownRoot, NotIntercepted, RootOurs},
	} {
		no := false
		h := proof(row.proof)
		h.Interceptor = row.interceptor
		if row.other != "" {
			h.Stacks = append(h.Stacks, confirm.StackProof{Stack: manifest.StackWinINet, OK: &no, Cause: row.other})
		}
		expect(t, name, interception([]confirm.HostProof{h}), row.between)
		expect(t, name, root(Input{Reach: Reach{CAFile: "ca.pem"}}, []confirm.HostProof{h}), row.root)
		if f := interception([]confirm.HostProof{h}); row.interceptor != "" && f.Values()["issuer"] != row.interceptor {
			t.Errorf("%s: %+v", name, f)
		}
	}
	expect(t, "no hosts", interception(nil), InterceptionUnseen)
	expect(t, "no hosts", root(Input{}, nil), RootUnseen)
}

// The matrix of DOMAIN section 5, row by row.
func TestOSStacks(t *testing.T) {
	t.Parallel()
	in := Input{System: System{OS: windowsOS}}
	attempt := func(stack manifest.Stack, mark byte) confirm.StackProof {
		yes, no := true, false
		switch mark {
		case '+':
			return confirm.StackProof{Stack: stack, OK: &yes, TLS: "TLS 1.2", Status: 200}
		case '-':
			return confirm.StackProof{Stack: stack, OK: &no, Cause: confirm.CauseHandshake, Code: 12157}
		}
		return confirm.StackProof{Stack: stack, Cause: confirm.CauseUnavailable}
	}
	for marks, want := range map[string]Reason{ // Go, WinINet, WinHTTP
		"+++": StacksAgree, "+-+": StacksWinINet, "++-": StacksWinHTTP, "+--": StacksBoth,
		"-++": StacksOnlyGo, "---": StacksAllFail, "-+-": StacksOne, "--+": StacksOne,
		"+??": StacksUnasked, "-??": StacksUnasked, "++?": StacksAgree, "+?-": StacksWinHTTP, "-+?": StacksOnlyGo,
	} {
		h := proof(attempt(manifest.StackGo, marks[0]), attempt(manifest.StackWinINet, marks[1]), attempt(manifest.StackWinHTTP, marks[2]))
		f := osStacks(in, []confirm.HostProof{h})
		expect(t, marks, f, want)
		if len(f.Stacks) == 0 {
			t.Errorf("%s: which stack does it concern?", marks)
		}
	}
	// Who stands between does not hide what the stacks say.
	for marks, want := range map[string]Reason{"+++": StacksAgree, "+--": StacksBoth} {
		h := proof(attempt(manifest.StackGo, marks[0]), attempt(manifest.StackWinINet, marks[1]), attempt(manifest.StackWinHTTP, marks[2]))
		h.Interceptor, h.Stacks[1].Cause = "Box", confirm.CauseUnknownRoot
		expect(t, marks+" through a box", osStacks(in, []confirm.HostProof{h}), want)
	}
	nobody := confirm.StackProof{Stack: manifest.StackWinHTTP, Cause: confirm.CauseUnavailable, Err: fmt.Errorf("ask: %w", session.ErrNobody)}
	expect(t, "nobody signed in", osStacks(in, []confirm.HostProof{proof(confirm.StackProof{}, nobody)}), StacksNobody)
	expect(t, "no hosts", osStacks(in, nil), StacksNoTarget)
	expect(t, "linux", osStacks(Input{System: System{OS: "linux"}}, nil), StacksNotHere)
}

func TestProxy(t *testing.T) {
	t.Parallel()
	direct := way{host: "a.example:443"}
	through := way{host: "a.example:443", proxy: "proxy.example:8080", dialed: "192.0.2.1:8080"}
	dead := way{host: "a.example:443", proxy: "proxy.example:8080", err: errors.New("no")}
	server := func(address string) *winsettingstest.Registry {
		place := func(name string) ws.Place { return ws.Place{Hive: ws.User, Key: tickPlace.Key, Name: name} }
		return registry().Set(place("ProxyEnable"), ws.Number(1)).Set(place("ProxyServer"), ws.Text(address))
	}
	for name, row := range map[string]struct {
		w     way
		cause confirm.Cause
		r     *winsettingstest.Registry
		want  Reason
	}{
		"none":                     {direct, "", nil, ProxyNone},
		"works":                    {through, "", nil, ProxyWorks},
		"not there":                {dead, confirm.CauseProxyUnreachable, nil, ProxyUnreachable},
		"wants a password":         {through, confirm.CauseProxyAuth, nil, ProxyAuth},
		"says no":                  {through, confirm.CauseProxyRefused, nil, ProxyRefuses},
		"a setting of no use":      {way{host: "a.example:443", setting: errors.New("no")}, "", nil, ProxyUnreachable},
		"windows: the same":        {through, "", server("http://proxy.example:8080"), ProxyWorks},
		"windows: another":         {through, "", server("other.example:3128"), ProxyDiffers},
		"windows: koshin has none": {direct, "", server("proxy.example:8080"), ProxyDiffers},
		"windows: none, as koshin": {direct, "", registry(), ProxyNone},
	} {
		in := Input{}
		if row.r != nil {
			in = windowsPC(row.r, windows10)
		}
		in.Reach.Setting = "auto"
		h := proof(confirm.StackProof{Cause: row.cause})
		h.Proxy = row.w.proxy
		f := proxy(in, []way{row.w}, []confirm.HostProof{h})
		expect(t, name, f, row.want)
		if row.want == ProxyWorks && f.Values()["proxy"] != "proxy.example:8080" {
			t.Errorf("%s: %+v", name, f)
		}
	}
	script := proof(confirm.StackProof{}, confirm.StackProof{Stack: manifest.StackWinHTTP, Cause: confirm.CauseProxyScript})
	f := proxy(windowsPC(registry(), windows10), []way{direct}, []confirm.HostProof{script})
	expect(t, "a script that cannot be used", f, ProxyScript)
	if len(f.Stacks) != 1 || f.Stacks[0] != manifest.StackWinHTTP {
		t.Errorf("%+v", f)
	}
}

// What is masked is masked wherever it stands.
func TestClean(t *testing.T) {
	t.Parallel()
	in := Input{Clean: func(s string) string { return strings.ReplaceAll(s, "tanaka", "***") }}
	all := []Finding{{About: "tanaka-pc", Evidence: []Fact{{Of: "tanaka", Key: `C:\Users\tanaka`, Value: "by tanaka"}}}}
	in.clean(all)
	if text := fmt.Sprint(all); strings.Contains(text, "tanaka") {
		t.Error(text)
	}
}
