package doctor

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
)

const (
	settingsKey = `Software\Microsoft\Windows\CurrentVersion\Internet Settings`
	policyKey   = `Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings`
	schannelKey = `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client`
)

func machineAt(view ws.View, key, name string) ws.Place {
	return ws.Place{Hive: ws.Machine, View: view, Key: key, Name: name}
}

type values map[ws.Place]ws.Value

// aWindows is a PC with Windows 10, Internet Explorer 11 and these values.
func aWindows(v values) Input {
	r := new(winsettingstest.Registry).Set(machineAt(ws.View64, `SOFTWARE\Microsoft\Internet Explorer`, "svcVersion"), ws.Text("11.0.19041.1"))
	for place, value := range v {
		r.Set(place, value)
	}
	s := ws.ReadAll(r, ws.Windows{Major: 10, Build: 19045})
	return Input{System: System{OS: windowsOS, Arch: "amd64", Settings: &s}}
}

// has says whether a finding shows this key with a value that begins so.
func has(f Finding, key, value string) bool {
	return slices.ContainsFunc(f.Evidence, func(fact Fact) bool { return fact.Key == key && strings.HasPrefix(fact.Value, value) })
}

// The setting that decides is the one that the words name.
func TestTickNamesItsSetting(t *testing.T) {
	t.Parallel()
	tickAt := ws.Tick()
	policyPC, policyUser := machineAt(ws.Whole, policyKey, "SecureProtocols"), ws.Place{Hive: ws.User, Key: policyKey, Name: "SecureProtocols"}
	pc64, pc32 := machineAt(ws.View64, settingsKey, "SecureProtocols"), machineAt(ws.View32, settingsKey, "SecureProtocols")
	off := ws.Number(0xA0)
	for name, row := range map[string]struct {
		v         values
		wrongUser bool
		reason    Reason
		fixable   bool
		setting   ws.Place // that the words name
	}{
		"nothing set":                 {nil, false, TickDefault, false, ws.Place{}},
		"ticked":                      {values{tickAt: ws.Number(0xA80)}, false, TickOn, false, tickAt},
		"off":                         {values{tickAt: off}, false, TickOff, true, tickAt},
		"off for the PC":              {values{pc64: off}, false, TickOff, true, pc64},
		"off by policy":               {values{policyPC: off, tickAt: ws.Number(0xA80)}, false, TickPolicy, false, policyPC},
		"off by policy for the user":  {values{policyUser: off}, false, TickPolicy, false, policyUser},
		"on by policy":                {values{policyPC: ws.Number(0x800), tickAt: off}, false, TickOn, false, policyPC},
		"with ssl 2":                  {values{tickAt: ws.Number(0x808)}, false, TickSSL2, true, tickAt},
		"with ssl 2, by policy":       {values{policyPC: ws.Number(0x808)}, false, TickSSL2Policy, false, policyPC},
		"a text":                      {values{tickAt: ws.Text("2688")}, false, TickValue, false, tickAt},
		"off in the 32-bit view":      {values{pc64: ws.Number(0xA80), pc32: off}, false, TickOff, true, pc32},
		"another user":                {values{tickAt: off}, true, TickWrongUser, false, ws.Place{}},
		"another user, PC's policy":   {values{policyPC: off}, true, TickPolicy, false, policyPC},
		"another user, user's policy": {values{policyUser: off}, true, TickWrongUser, false, ws.Place{}},
	} {
		in := aWindows(row.v)
		in.System.WrongUser = row.wrongUser
		f := tick(in)
		if f.Reason != row.reason || f.Fixable != row.fixable || !slices.Equal(f.Stacks, []manifest.Stack{manifest.StackWinINet}) || len(f.Evidence) == 0 {
			t.Errorf("%s: %+v", name, f)
		}
		if row.setting.Name != "" && f.Values()["setting"] != row.setting.String() {
			t.Errorf("%s: names %s", name, f.Values()["setting"])
		}
		if row.wrongUser && has(f, tickAt.String(), "0x") {
			t.Errorf("%s: shows the value of somebody else: %+v", name, f.Evidence)
		}
	}
}

// Of several settings the one that decides is named, and all are shown.
func TestSchannelNamesItsSetting(t *testing.T) {
	t.Parallel()
	enabled, byDefault := machineAt(ws.Whole, schannelKey, "Enabled"), machineAt(ws.Whole, schannelKey, "DisabledByDefault")
	ciphers := machineAt(ws.Whole, `SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002`, "Functions")
	fips := machineAt(ws.Whole, `SYSTEM\CurrentControlSet\Control\Lsa\FIPSAlgorithmPolicy`, "Enabled")
	http := func(v ws.View) ws.Place {
		return machineAt(v, `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp`, "DefaultSecureProtocols")
	}
	net := machineAt(ws.View32, `SOFTWARE\Microsoft\.NETFramework\v4.0.30319`, "SystemDefaultTlsVersions")
	for name, row := range map[string]struct {
		v       values
		reason  Reason
		setting ws.Place
	}{
		"nothing set":               {nil, SchannelOn, ws.Place{}},
		"off":                       {values{enabled: ws.Number(0)}, SchannelOff, enabled},
		"off by default":            {values{enabled: ws.Number(1), byDefault: ws.Number(1)}, SchannelByDefault, byDefault},
		"a text":                    {values{enabled: ws.Text("1")}, SchannelValue, enabled},
		"no suite":                  {values{ciphers: ws.Text("TLS_AES_128_GCM_SHA256")}, CipherPolicy, ciphers},
		"weak suites":               {values{ciphers: ws.Text("TLS_RSA_WITH_AES_128_CBC_SHA")}, CipherWeak, ciphers},
		"good suites":               {values{ciphers: ws.Text("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")}, SchannelOn, ws.Place{}},
		"winhttp, 64-bit":           {values{http(ws.View64): ws.Number(0xA0)}, WinHTTPOff, http(ws.View64)},
		"winhttp, 32-bit":           {values{http(ws.View64): ws.Number(0x800), http(ws.View32): ws.Number(0xA0)}, WinHTTPOff, http(ws.View32)},
		"fips":                      {values{fips: ws.Number(1)}, FIPSOn, fips},
		".NET":                      {values{net: ws.Number(0)}, DotNetOff, net},
		"the cause before the rest": {values{http(ws.View64): ws.Number(0xA0), fips: ws.Number(1), enabled: ws.Number(0)}, SchannelOff, enabled},
	} {
		f := schannel(aWindows(row.v))
		if f.Reason != row.reason || row.setting.Name != "" && f.Values()["setting"] != row.setting.String() {
			t.Errorf("%s: %s names %s", name, f.Reason, f.Values()["setting"])
		}
		for _, place := range []ws.Place{enabled, byDefault, ciphers, fips, http(ws.View64), http(ws.View32)} {
			if !slices.ContainsFunc(f.Evidence, func(fact Fact) bool { return fact.Key == place.String() }) {
				t.Errorf("%s: %s is not shown", name, place)
			}
		}
	}
}

func TestWindowsProxyFinding(t *testing.T) {
	t.Parallel()
	at := func(name string) ws.Place { return ws.Place{Hive: ws.User, Key: settingsKey, Name: name} }
	fixed := values{at("ProxyEnable"): ws.Number(1), at("ProxyServer"): ws.Text("http=a:1;https=Proxy.example:8080"), at("ProxyOverride"): ws.Text("*.intra.example;<local>;10.*")}
	script := values{at("AutoConfigURL"): ws.Text("http://u:secret@wpad.example/proxy.pac")}
	for name, row := range map[string]struct {
		v         values
		host      string
		koshin    string // its proxy
		wrongUser bool
		reason    Reason // of WinINet
	}{
		"neither":                        {nil, "www.example:443", "", false, ProxyNone},
		"the same":                       {fixed, "www.example:443", "proxy.example:8080", false, ProxyNone},
		"only Windows":                   {fixed, "www.example:443", "", false, ProxyDiffers},
		"another one":                    {fixed, "www.example:443", "other.example:8080", false, ProxyDiffers},
		"only koshin":                    {nil, "www.example:443", "other.example:8080", false, ProxyDiffers},
		"an exception":                   {fixed, "A.intra.example:443", "", false, ProxyNone},
		"an exception by number":         {fixed, "10.1.2.3:443", "", false, ProxyNone},
		"a local name":                   {fixed, "server:443", "", false, ProxyNone},
		"an address without a dot":       {fixed, "[2001:db8::1]:443", "", false, ProxyDiffers},
		"this PC itself":                 {fixed, "[::1]:443", "", false, ProxyNone},
		"an exception, and koshin's own": {fixed, "A.intra.example:443", "other.example:8080", false, ProxyDiffers},
		"a script":                       {script, "www.example:443", "", false, ProxyNone},
		"somebody else's":                {fixed, "www.example:443", "", true, ProxyUnseen},
	} {
		in := aWindows(row.v)
		in.System.WrongUser = row.wrongUser
		parts := windowsProxies(in, []way{{host: row.host, proxy: row.koshin}}, nil)
		if len(parts) != 3 || parts[0].Reason != row.reason || parts[1].About != "WinHTTP 64-bit" || parts[2].About != "WinHTTP 32-bit" {
			t.Errorf("%s: %+v", name, parts)
		}
		for _, fact := range parts[0].Evidence {
			if strings.Contains(fact.Value, "secret") || row.wrongUser && strings.Contains(fact.Value, "roxy.example") {
				t.Errorf("%s: %+v", name, fact)
			}
		}
	}
	r := new(winsettingstest.Registry)
	r.Fail = func(string, ws.Place) error { return fs.ErrPermission }
	s := ws.ReadAll(r, ws.Windows{Major: 10})
	for _, f := range windowsProxies(Input{System: System{OS: windowsOS, Settings: &s}}, nil, nil) {
		if f.Reason != ProxyUnseen {
			t.Errorf("%+v", f)
		}
	}
	if parts := windowsProxies(Input{System: System{OS: "linux"}}, nil, nil); parts != nil {
		t.Errorf("%+v", parts)
	}
}
