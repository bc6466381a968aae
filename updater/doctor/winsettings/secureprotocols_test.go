package winsettings_test

import (
	"errors"
	"slices"
	"testing"

	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
)

const (
	settingsKey = `Software\Microsoft\Windows\CurrentVersion\Internet Settings`
	policyKey   = `Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings`
)

var (
	policyPC   = ws.Place{Hive: ws.Machine, Key: policyKey, Name: "SecureProtocols"}
	policyUser = ws.Place{Hive: ws.User, Key: policyKey, Name: "SecureProtocols"}
	tick       = ws.Tick()
	pc64       = ws.Place{Hive: ws.Machine, View: ws.View64, Key: settingsKey, Name: "SecureProtocols"}
	pc32       = ws.Place{Hive: ws.Machine, View: ws.View32, Key: settingsKey, Name: "SecureProtocols"}
	ladder     = []ws.Place{policyPC, policyUser, tick, pc64, pc32}
)

type values map[ws.Place]ws.Value

func registryWith(v values) *winsettingstest.Registry {
	r := &winsettingstest.Registry{}
	for place, value := range v {
		r.Set(place, value)
	}
	return r
}

// Every value of the field's description, and what it means.
func TestSecureProtocolsMeaning(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		value ws.Value
		bits  ws.Protocols
		want  ws.Standing
	}{
		{ws.Number(0x800), ws.TLS12, ws.On},
		{ws.Number(2560), ws.TLS11 | ws.TLS12, ws.On},
		{ws.Number(2688), ws.TLS10 | ws.TLS11 | ws.TLS12, ws.On},
		{ws.Number(10240), ws.TLS12 | ws.TLS13, ws.On},
		{ws.Number(0xA0), ws.SSL3 | ws.TLS10, ws.Off},
		{ws.Number(0x28), ws.SSL2 | ws.SSL3, ws.Off},
		{ws.Number(0), 0, ws.Off},
		{ws.Number(0x2000), ws.TLS13, ws.Off},
		{ws.Number(0x808), ws.SSL2 | ws.TLS12, ws.Clash},
		{ws.Number(0xAA8), ws.SSL2 | ws.SSL3 | ws.TLS10 | ws.TLS11 | ws.TLS12, ws.Clash},
		{ws.NumberAs(ws.TypeBinary, 0xA80), ws.TLS10 | ws.TLS11 | ws.TLS12, ws.On},
		{ws.NumberAs(ws.TypeBinary, 0xA0), ws.SSL3 | ws.TLS10, ws.Off},
		{ws.Value{Type: ws.TypeBinary, Data: []byte{0x80, 0x0A}}, 0, ws.Malformed},
		{ws.Value{Type: ws.TypeBinary, Data: make([]byte, 8)}, 0, ws.Malformed},
		{ws.Value{Type: ws.TypeNumber, Data: []byte{0x80}}, 0, ws.Malformed},
		{ws.Value{Type: ws.TypeLong, Data: make([]byte, 8)}, 0, ws.Malformed},
		{ws.Text("2688"), 0, ws.Malformed},
		{ws.Value{}, 0, ws.Malformed},
	} {
		s := ws.ReadSecureProtocols(registryWith(values{tick: row.value}), ws.ByDefault)
		if s.Standing != row.want || s.Protocols != row.bits || s.Effective.Place != tick || s.Policy() {
			t.Errorf("%s: %s %s %s", row.value, s.Standing, s.Protocols, s.Effective)
		}
	}
}

// The first place that is set counts, whatever the later ones say, and the
// answer names it.
func TestSecureProtocolsOrder(t *testing.T) {
	t.Parallel()
	for i, first := range ladder {
		v := values{first: ws.Number(0xA0)}
		for _, later := range ladder[i+1:] {
			v[later] = ws.Number(0xA80)
		}
		s := ws.ReadSecureProtocols(registryWith(v), ws.ByDefault)
		if s.Standing != ws.Off || s.Effective.Place != first || s.Policy() != (i < 2) || len(s.Readings) != len(ladder) {
			t.Errorf("%s: %s from %s, policy %v", first, s.Standing, s.Effective, s.Policy())
		}
	}
}

func TestSecureProtocolsMissing(t *testing.T) {
	t.Parallel()
	for _, missing := range []ws.Standing{ws.ByDefault, ws.Unknown} {
		s := ws.ReadSecureProtocols(registryWith(nil), missing)
		if s.Standing != missing || s.Effective.Found || s.Effective.Place != tick || s.Policy() {
			t.Errorf("%+v", s)
		}
	}
	for _, row := range []struct {
		windows ws.Windows
		ie      int
		want    ws.Standing
	}{
		{ws.Windows{Major: 6, Minor: 3, Build: 9600}, 11, ws.ByDefault},
		{ws.Windows{Major: 10, Build: 19045}, 11, ws.ByDefault},
		{ws.Windows{Major: 10, Build: 22631}, 0, ws.ByDefault},
		{ws.Windows{Major: 6, Minor: 3, Build: 9600}, 0, ws.Unknown},
		{ws.Windows{Major: 6, Minor: 2, Build: 9200}, 10, ws.Unknown},
		{ws.Windows{Major: 6, Minor: 1, Build: 7601}, 11, ws.Unknown},
		{ws.Windows{}, 11, ws.Unknown},
	} {
		if got := ws.Default(row.windows, ws.InternetExplorer{Major: row.ie}); got != row.want {
			t.Errorf("%s, IE %d: %s", row.windows, row.ie, got)
		}
	}
}

// A policy that may not be read could say anything, so nothing below it counts;
// one below the place that counts does not matter.
func TestSecureProtocolsUnreadable(t *testing.T) {
	t.Parallel()
	denied := errors.New("denied")
	for i, broken := range ladder {
		r := registryWith(values{tick: ws.Number(0xA80)})
		r.Fail = func(_ string, p ws.Place) error {
			if p == broken {
				return denied
			}
			return nil
		}
		want := ws.On
		if i <= slices.Index(ladder, tick) {
			want = ws.Unknown
		}
		s := ws.ReadSecureProtocols(r, ws.ByDefault)
		if s.Standing != want || (want == ws.Unknown) != errors.Is(s.Effective.Err, denied) {
			t.Errorf("%s: %s, %v", broken, s.Standing, s.Effective.Err)
		}
	}
}

// Where only the PC says something, 32-bit programs may be told something else.
func TestSecureProtocolsShadowed(t *testing.T) {
	t.Parallel()
	both := values{pc64: ws.Number(0xA80), pc32: ws.Number(0xA0)}
	s := ws.ReadSecureProtocols(registryWith(both), ws.ByDefault)
	if s.Standing != ws.On || len(s.Shadowed) != 1 || s.Shadowed[0].Place != pc32 {
		t.Errorf("%+v", s)
	}
	both[tick] = ws.Number(0xA80)
	if s := ws.ReadSecureProtocols(registryWith(both), ws.ByDefault); s.Shadowed != nil {
		t.Errorf("a user's own value counts in both views: %+v", s.Shadowed)
	}
	if s := ws.ReadSecureProtocols(registryWith(values{pc64: ws.Number(0xA80)}), ws.ByDefault); s.Shadowed != nil {
		t.Errorf("%+v", s.Shadowed)
	}
	only32 := registryWith(values{{Hive: ws.Machine, Key: settingsKey, Name: "SecureProtocols"}: ws.Number(0xA0)})
	only32.Only32 = true
	if s := ws.ReadSecureProtocols(only32, ws.ByDefault); s.Standing != ws.Off || len(s.Readings) != 4 || s.Shadowed != nil {
		t.Errorf("%+v", s)
	}
}

// Security_HKLM_only is reported and nothing more.
func TestSecurityHKLMOnly(t *testing.T) {
	t.Parallel()
	zones := ws.Place{Hive: ws.Machine, Key: policyKey, Name: "Security_HKLM_only"}
	s := ws.ReadSecureProtocols(registryWith(values{zones: ws.Number(1), tick: ws.Number(0xA0), pc64: ws.Number(0xA80)}), ws.ByDefault)
	if n, ok := s.ZonesOnly.Value.Number(); !ok || n != 1 || s.Effective.Place != tick || s.Standing != ws.Off {
		t.Errorf("%+v", s)
	}
}

func TestEvidence(t *testing.T) {
	t.Parallel()
	r := registryWith(values{tick: ws.Number(0xA80), pc32: ws.Text("x")})
	for place, want := range map[ws.Place]string{
		tick:     `HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings\SecureProtocols = 0xA80 (REG_DWORD)`,
		pc32:     `HKLM\Software\WOW6432Node\Microsoft\Windows\CurrentVersion\Internet Settings\SecureProtocols = "x" (REG_SZ)`,
		policyPC: `HKLM\Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings\SecureProtocols: not set`,
	} {
		if got := ws.Read(r, place).String(); got != want {
			t.Errorf("%s", got)
		}
	}
	if got := ws.Protocols(0xA88).String(); got != "0xA88 (SSL 2.0, TLS 1.0, TLS 1.1, TLS 1.2)" {
		t.Error(got)
	}
	long := ws.Value{Type: ws.TypeBinary, Data: make([]byte, 300)}
	if got := long.String(); got != "00000000000000000000000000000000… (REG_BINARY, 300 bytes)" {
		t.Error(got)
	}
}
