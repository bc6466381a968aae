package winsettings_test

import (
	"errors"
	"io/fs"
	"testing"

	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

const schannelKey = `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client`

func whole(key, name string) ws.Place { return ws.Place{Hive: ws.Machine, Key: key, Name: name} }

// Rows of the rule in ReadSchannel; nil is missing.
func TestSchannel(t *testing.T) {
	t.Parallel()
	one, zero, all, text := ws.Number(1), ws.Number(0), ws.Number(0xFFFFFFFF), ws.Text("1")
	for _, row := range []struct {
		enabled, byDefault *ws.Value
		want               ws.Standing
	}{
		{nil, nil, ws.ByDefault},
		{&one, &zero, ws.On},
		{&all, &zero, ws.On},
		{&one, nil, ws.On},
		{nil, &zero, ws.ByDefault},
		{&one, &one, ws.OffByDefault},
		{&all, &all, ws.OffByDefault},
		{nil, &one, ws.OffByDefault},
		{&zero, nil, ws.Off},
		{&zero, &zero, ws.Off},
		{&zero, &one, ws.Off},
		{&zero, &text, ws.Off},
		{&text, nil, ws.Malformed},
		{&one, &text, ws.Malformed},
	} {
		v := values{}
		if row.enabled != nil {
			v[whole(schannelKey, "Enabled")] = *row.enabled
		}
		if row.byDefault != nil {
			v[whole(schannelKey, "DisabledByDefault")] = *row.byDefault
		}
		if s := ws.ReadSchannel(registryWith(v)); s.Standing != row.want {
			t.Errorf("%s; %s: %s, not %s", s.Enabled, s.DisabledByDefault, s.Standing, row.want)
		}
	}
	r := registryWith(values{whole(schannelKey, "Enabled"): ws.Number(1)})
	r.Fail = func(_ string, p ws.Place) error {
		if p.Name == "DisabledByDefault" {
			return fs.ErrPermission
		}
		return nil
	}
	if s := ws.ReadSchannel(r); s.Standing != ws.Unknown {
		t.Error(s.Standing)
	}
	r.Set(whole(schannelKey, "Enabled"), ws.Number(0))
	if s := ws.ReadSchannel(r); s.Standing != ws.Off {
		t.Error("Enabled = 0 decides alone:", s.Standing)
	}
}

// Each view is its own answer: a 32-bit client reads the other one.
func TestWinHTTP(t *testing.T) {
	t.Parallel()
	key := `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp`
	at := func(v ws.View) ws.Place {
		return ws.Place{Hive: ws.Machine, View: v, Key: key, Name: "DefaultSecureProtocols"}
	}
	for _, row := range []struct {
		v            values
		want64, want ws.Standing
	}{
		{nil, ws.ByDefault, ws.ByDefault},
		{values{at(ws.View64): ws.Number(0x800)}, ws.On, ws.ByDefault},
		{values{at(ws.View64): ws.Number(0xA80), at(ws.View32): ws.Number(0xA0)}, ws.On, ws.Off},
		{values{at(ws.View64): ws.Number(0xA0), at(ws.View32): ws.Number(0xA80)}, ws.Off, ws.On},
		{values{at(ws.View64): ws.Text("a"), at(ws.View32): ws.Number(0x808)}, ws.Malformed, ws.Clash},
	} {
		all := ws.ReadWinHTTP(registryWith(row.v))
		if len(all) != 2 || all[0].Standing != row.want64 || all[1].Standing != row.want {
			t.Errorf("%+v", all)
		}
	}
	all := ws.ReadWinHTTP(registryWith(nil))
	if got := all[1].Reading.String(); got != `HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp\DefaultSecureProtocols: not set` {
		t.Error(got)
	}
	r := registryWith(nil)
	r.Fail = func(string, ws.Place) error { return fs.ErrPermission }
	if all := ws.ReadWinHTTP(r); all[0].Standing != ws.Unknown || !errors.Is(all[0].Reading.Err, fs.ErrPermission) {
		t.Errorf("%+v", all)
	}
}

func TestDotNet(t *testing.T) {
	t.Parallel()
	at := func(name string) ws.Place {
		return ws.Place{Hive: ws.Machine, View: ws.View32, Key: `SOFTWARE\Microsoft\.NETFramework\v4.0.30319`, Name: name}
	}
	strong, system := at("SchUseStrongCrypto"), at("SystemDefaultTlsVersions")
	for _, row := range []struct {
		v    values
		want ws.Standing
	}{
		{nil, ws.Unknown},
		{values{strong: ws.Number(1)}, ws.On},
		{values{system: ws.Number(1)}, ws.On},
		{values{strong: ws.Number(1), system: ws.Number(1)}, ws.On},
		{values{strong: ws.Number(0)}, ws.Off},
		{values{strong: ws.Number(1), system: ws.Number(0)}, ws.Off},
		{values{strong: ws.Text("1")}, ws.Malformed},
	} {
		all := ws.ReadDotNet(registryWith(row.v))
		if len(all) != 4 {
			t.Fatalf("%d answers", len(all))
		}
		for i, one := range all {
			want := ws.Unknown
			if i == 3 {
				want = row.want
			}
			if one.Standing != want {
				t.Errorf("%s %s %s: %s", one.Runtime, one.StrongCrypto, one.SystemDefault, one.Standing)
			}
		}
	}
	r := registryWith(nil)
	r.Fail = func(string, ws.Place) error { return fs.ErrPermission }
	if all := ws.ReadDotNet(r); all[0].Standing != ws.Unknown {
		t.Errorf("%+v", all[0])
	}
}

func TestCiphers(t *testing.T) {
	t.Parallel()
	place := whole(`SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002`, "Functions")
	for _, row := range []struct {
		value ws.Value
		want  ws.CipherStanding
	}{
		{ws.Text("TLS_RSA_WITH_AES_128_CBC_SHA,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), ws.Strong},
		{ws.Text("tls_ecdhe_ecdsa_with_aes_256_gcm_sha384_p384 , x"), ws.Strong},
		{ws.Text("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305"), ws.Strong},
		{ws.Text("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256_P256"), ws.Strong},
		{ws.Value{Type: ws.TypeTexts, Data: ws.Text("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\x00").Data}, ws.Strong},
		{ws.Text("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256_P256,TLS_RSA_WITH_AES_128_GCM_SHA256"), ws.OnlyWeak},
		{ws.Text("TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384"), ws.NoSuite},
		{ws.Text("SSL_CK_RC4_128_WITH_MD5"), ws.NoSuite},
		{ws.Text("TLS_RSA_WITH_NULL_SHA256"), ws.NoSuite},
		{ws.Text(""), ws.EmptyList},
		{ws.Text(" , "), ws.EmptyList},
		{ws.Value{Type: ws.TypeTexts}, ws.EmptyList},
		{ws.Number(1), ws.UnexpectedValue},
	} {
		if c := ws.ReadCiphers(registryWith(values{place: row.value})); c.Standing != row.want {
			t.Errorf("%s: %s %q", row.value, c.Standing, c.Suites)
		}
	}
	if c := ws.ReadCiphers(registryWith(nil)); c.Standing != ws.NoPolicy {
		t.Error(c.Standing)
	}
	r := registryWith(nil)
	r.Fail = func(string, ws.Place) error { return fs.ErrPermission }
	if c := ws.ReadCiphers(r); c.Standing != ws.UnreadableList {
		t.Error(c.Standing)
	}
}

func TestFIPS(t *testing.T) {
	t.Parallel()
	place := whole(`SYSTEM\CurrentControlSet\Control\Lsa\FIPSAlgorithmPolicy`, "Enabled")
	for _, row := range []struct {
		v    values
		on   bool
		want ws.Standing
	}{
		{nil, false, ws.ByDefault},
		{values{place: ws.Number(0)}, false, ws.Off},
		{values{place: ws.Number(1)}, true, ws.On},
		{values{place: ws.Text("1")}, false, ws.Malformed},
	} {
		if f := ws.ReadFIPS(registryWith(row.v)); f.Standing != row.want || f.On != row.on {
			t.Errorf("%+v", f)
		}
	}
}
