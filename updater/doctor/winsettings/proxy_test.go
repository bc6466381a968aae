package winsettings_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

func userPlace(name string) ws.Place { return ws.Place{Hive: ws.User, Key: settingsKey, Name: name} }

var (
	enable   = userPlace("ProxyEnable")
	server   = userPlace("ProxyServer")
	override = userPlace("ProxyOverride")
	script   = userPlace("AutoConfigURL")
	record   = ws.Place{Hive: ws.User, Key: settingsKey + `\Connections`, Name: "DefaultConnectionSettings"}
)

// connection is a record as Windows writes it.
func connection(magic, flags uint32, texts ...string) ws.Value {
	data := binary.LittleEndian.AppendUint32(nil, magic)
	data = binary.LittleEndian.AppendUint32(data, 7) // a counter
	data = binary.LittleEndian.AppendUint32(data, flags)
	for _, text := range texts {
		data = binary.LittleEndian.AppendUint32(data, uint32(len(text)))
		data = append(data, text...)
	}
	return ws.Value{Type: ws.TypeBinary, Data: append(data, make([]byte, 32)...)}
}

func TestWinINetProxy(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		v        values
		want     string // server, script, detect
		standing ws.Standing
	}{
		"nothing":                    {nil, "|||false", ws.ByDefault},
		"switched off":               {values{enable: ws.Number(0), server: ws.Text("p:8080")}, "|||false", ws.ByDefault},
		"fixed":                      {values{enable: ws.Number(1), server: ws.Text("p:8080"), override: ws.Text("*.local;<local>")}, "p:8080|*.local;<local>||false", ws.On},
		"script":                     {values{script: ws.Text("http://p/proxy.pac")}, "||http://p/proxy.pac|false", ws.On},
		"detect":                     {values{record: connection(0x46, 9, "", "", "")}, "|||true", ws.On},
		"record alone":               {values{record: connection(0x46, 7, "p:1", "x", "http://p/a.pac")}, "p:1|x|http://p/a.pac|false", ws.On},
		"record without its flags":   {values{record: connection(0x46, 1, "p:1", "x", "http://p/a.pac")}, "|||false", ws.ByDefault},
		"values before the record":   {values{enable: ws.Number(1), server: ws.Text("q:2"), record: connection(0x46, 3, "p:1", "x", "")}, "q:2|||false", ws.On},
		"record cut off":             {values{enable: ws.Number(1), server: ws.Text("q:2"), record: {Type: ws.TypeBinary, Data: connection(0x46, 3, "p:1").Data[:17]}}, "q:2|||false", ws.Malformed},
		"record too short":           {values{record: {Type: ws.TypeBinary, Data: []byte{1}}}, "|||false", ws.Malformed},
		"record of another type":     {values{record: ws.Text("x")}, "|||false", ws.Malformed},
		"a length that is no length": {values{record: {Type: ws.TypeBinary, Data: append(make([]byte, 12), 255, 255, 255, 255, 1)}}, "|||false", ws.Malformed},
	} {
		p := ws.ReadWinINetProxy(registryWith(row.v))
		got := fmt.Sprintf("%s|%s|%s|%v", p.Server, p.Bypass, p.Script, p.Detect)
		if got != row.want || p.Standing != row.standing || (p.Err != nil) != (row.standing == ws.Malformed) {
			t.Errorf("%s: %s %s %v", name, got, p.Standing, p.Err)
		}
		if malformed, ok := errors.AsType[*ws.MalformedError](p.Err); row.standing == ws.Malformed && (!ok || malformed.Place != record) {
			t.Errorf("%s: %v", name, p.Err)
		}
	}
}

// Where policy makes the proxy the PC's own, the user's values do not count.
func TestProxyOfThePC(t *testing.T) {
	t.Parallel()
	per := whole(policyKey, "ProxySettingsPerUser")
	of := func(name string) ws.Place {
		return ws.Place{Hive: ws.Machine, View: ws.View64, Key: settingsKey, Name: name}
	}
	v := values{enable: ws.Number(1), server: ws.Text("user:1"), of("ProxyEnable"): ws.Number(1), of("ProxyServer"): ws.Text("pc:1")}
	for want, n := range map[string]uint32{"pc:1": 0, "user:1": 1} {
		v[per] = ws.Number(n)
		p := ws.ReadWinINetProxy(registryWith(v))
		if p.Server != want {
			t.Errorf("%d: %+v", n, p)
		}
	}
}

func TestWinHTTPProxy(t *testing.T) {
	t.Parallel()
	at := func(v ws.View) ws.Place {
		return ws.Place{Hive: ws.Machine, View: v, Key: `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections`, Name: "WinHttpSettings"}
	}
	all := ws.ReadWinHTTPProxy(registryWith(values{at(ws.View32): connection(0x18, 3, "http://me:secret@p:8080", "<local>")}))
	if len(all) != 2 || !all[0].Direct() || all[0].Standing != ws.ByDefault || all[1].Server != "http://p:8080" || all[1].Bypass != "<local>" {
		t.Errorf("%+v", all)
	}
	r := registryWith(nil)
	r.Fail = func(string, ws.Place) error { return fs.ErrPermission }
	if all := ws.ReadWinHTTPProxy(r); all[0].Standing != ws.Unknown || !errors.Is(all[0].Err, fs.ErrPermission) {
		t.Errorf("%+v", all)
	}
	if p := ws.ReadWinINetProxy(r); p.Standing != ws.Unknown {
		t.Errorf("%+v", p)
	}
}

func TestProxyForHTTPS(t *testing.T) {
	t.Parallel()
	for server, want := range map[string]string{
		"":                          "",
		"p:8080":                    "p:8080",
		"http=a:1;https=b:2":        "b:2",
		"http=a:1;HTTPS=b:2;c:3":    "b:2",
		"http=a:1;socks=s:1":        "",
		"http=a:1;c:3":              "c:3",
		"https=http://b:2;http=a:1": "http://b:2",
	} {
		if got := (ws.Proxy{Server: server}).HTTPS(); got != want {
			t.Errorf("%s: %q", server, got)
		}
	}
}

// No name, password or key of an address is ever in what the readers give.
func TestProxySecrets(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"p:8080":                    "p:8080",
		"user:secret@p:8080":        "p:8080",
		"http://user:secret@p:8080": "http://p:8080",
		"http=http://user:secret@p:1;https=u:secret@q:2": "http=http://p:1;https=q:2",
		"http://user:se@cret@p:8080":                     "http://p:8080",
		"http://user:se=secret@p:8080":                   "http://p:8080",
		"user:se=secret@p:8080":                          "p:8080",
		"user:secret@x://p:8080":                         "x://p:8080",
		"http=p:1 https=user:secret@q:2":                 "http=p:1;https=q:2",
	} {
		p := ws.ReadWinINetProxy(registryWith(values{enable: ws.Number(1), server: ws.Text(text)}))
		if p.Server != want {
			t.Errorf("%s: %s", text, p.Server)
		}
	}
	for text, want := range map[string]string{
		"http://p/proxy.pac":                 "http://p/proxy.pac",
		"http://user:secret@p/proxy.pac":     "http://p/proxy.pac",
		"http://p:81/proxy.pac?key=secret":   "http://p:81/proxy.pac",
		"http://p/proxy.pac#secret":          "http://p/proxy.pac",
		"http://user:sec/secret@p/proxy.pac": "http://p/proxy.pac",
		"user:secret@x://p/a.pac":            "x://p/a.pac",
		"a@b/secret@p/a.pac":                 "p/a.pac",
		"http://user@p":                      "http://p",
		`file://C:/proxy.pac`:                `file://C:/proxy.pac`,
		`http://p/office@city/proxy.pac`:     `http://p/office@city/proxy.pac`,
	} {
		p := ws.ReadWinINetProxy(registryWith(values{script: ws.Text(text)}))
		if p.Script != want {
			t.Errorf("%s: %s", text, p.Script)
		}
	}
}

// FuzzConnection: any record is read or refused, and a user of its addresses
// never comes out.
func FuzzConnection(f *testing.F) {
	f.Add(connection(0x46, 15, "u:secret@p:1", "x", "http://u:secret@p/a.pac").Data)
	f.Add(connection(0x18, 3, "p:1", "").Data[:20])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		p := ws.ReadWinINetProxy(registryWith(values{record: {Type: ws.TypeBinary, Data: data}}))
		if strings.Contains(p.Server, "@") {
			t.Errorf("%q", p.Server)
		}
		_, script, _ := strings.Cut("://"+p.Script, "://")
		if host, _, _ := strings.Cut(script, "/"); strings.Contains(host, "@") {
			t.Errorf("%q", p.Script)
		}
	})
}
