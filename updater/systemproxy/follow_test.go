package systemproxy

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

const settingsKey = `Software\Microsoft\Windows\CurrentVersion\Internet Settings`

func inUser(name string) ws.Place { return ws.Place{Hive: ws.User, Key: settingsKey, Name: name} }

// setting is Internet Options with these values.
func setting(values map[string]ws.Value) ws.Proxy {
	r := new(winsettingstest.Registry)
	for name, v := range values {
		r.Set(inUser(name), v)
	}
	return Choose(r, true)
}

// connection is a record as Windows keeps it, with these flags.
func connection(flags byte, proxy string) ws.Value {
	data := append([]byte{0x46, 0, 0, 0, 1, 0, 0, 0, flags, 0, 0, 0, byte(len(proxy)), 0, 0, 0}, proxy...)
	return ws.Value{Type: ws.TypeBinary, Data: append(data, 0, 0, 0, 0, 0, 0, 0, 0)}
}

func to(t *testing.T, p transport.ProxyFunc, host string) (string, error) {
	t.Helper()
	if p == nil {
		return "", nil
	}
	u, err := p((&http.Request{URL: &url.URL{Scheme: "https", Host: host, Path: "/secret"}}).WithContext(t.Context()))
	if u == nil {
		return "", err
	}
	return u.String(), err
}

// TestFollow keeps WinINet's order: what is detected, what is named, what is
// fixed, with its exceptions.
func TestFollow(t *testing.T) {
	t.Parallel()
	on, fixed := ws.Number(1), ws.Text("http=a:1;https=fixed.example:8080")
	failed := errors.New("no script")
	for name, row := range map[string]struct {
		values map[string]ws.Value
		host   string
		script map[string]string // answers by address; missing: fails
		want   string
		asked  []string
		wrong  bool // it cannot be used
	}{
		"nothing is set":              {values: nil, host: "www.example"},
		"switched off":                {values: map[string]ws.Value{"ProxyServer": fixed}, host: "www.example"},
		"fixed":                       {values: map[string]ws.Value{"ProxyEnable": on, "ProxyServer": fixed}, host: "www.example", want: "http://fixed.example:8080"},
		"one for all":                 {values: map[string]ws.Value{"ProxyEnable": on, "ProxyServer": ws.Text("all.example")}, host: "www.example:8443", want: "http://all.example:80"},
		"for http only":               {values: map[string]ws.Value{"ProxyEnable": on, "ProxyServer": ws.Text("http=a:1")}, host: "www.example"},
		"an exception":                {values: map[string]ws.Value{"ProxyEnable": on, "ProxyServer": fixed, "ProxyOverride": ws.Text("*.intra.example;<local>")}, host: "a.intra.example"},
		"this PC":                     {values: map[string]ws.Value{"ProxyEnable": on, "ProxyServer": fixed}, host: "127.0.0.1:8443"},
		"this PC, by wish":            {values: map[string]ws.Value{"ProxyEnable": on, "ProxyServer": fixed, "ProxyOverride": ws.Text("<-loopback>")}, host: "127.0.0.1:8443", want: "http://fixed.example:8080"},
		"a name and a password":       {values: map[string]ws.Value{"ProxyEnable": on, "ProxyServer": ws.Text("http://me:secret@p.example:1")}, host: "www.example", want: "http://p.example:1"},
		"socks":                       {values: map[string]ws.Value{"ProxyEnable": on, "ProxyServer": ws.Text("socks5://s:1")}, host: "www.example", wrong: true},
		"a script":                    {values: map[string]ws.Value{"AutoConfigURL": ws.Text("http://pac/?key")}, host: "www.example", script: map[string]string{"http://pac/?key": "s:3128;other:1"}, want: "http://s:3128", asked: []string{"http://pac/?key https://www.example/"}},
		"a script says directly":      {values: map[string]ws.Value{"AutoConfigURL": ws.Text("http://pac/"), "ProxyEnable": on, "ProxyServer": fixed}, host: "www.example", script: map[string]string{"http://pac/": ""}, asked: []string{"http://pac/ https://www.example/"}},
		"a script by schemes":         {values: map[string]ws.Value{"AutoConfigURL": ws.Text("http://pac/")}, host: "www.example", script: map[string]string{"http://pac/": "http=a:1 https=b:2"}, want: "http://b:2", asked: []string{"http://pac/ https://www.example/"}},
		"a script with a password":    {values: map[string]ws.Value{"AutoConfigURL": ws.Text("http://pac/")}, host: "www.example", script: map[string]string{"http://pac/": "http://me:secret@s:1/"}, want: "http://s:1", asked: []string{"http://pac/ https://www.example/"}},
		"a script that fails":         {values: map[string]ws.Value{"AutoConfigURL": ws.Text("http://pac/?key")}, host: "www.example", asked: []string{"http://pac/?key https://www.example/"}},
		"a script that talks rubbish": {values: map[string]ws.Value{"AutoConfigURL": ws.Text("http://pac/"), "ProxyEnable": on, "ProxyServer": fixed}, host: "www.example", script: map[string]string{"http://pac/": "ftp://%zz"}, want: "http://fixed.example:8080", asked: []string{"http://pac/ https://www.example/"}},
		"detected before named before fixed": {
			values: map[string]ws.Value{"AutoConfigURL": ws.Text("http://pac/"), `DefaultConnectionSettings`: connection(8|2, "fixed.example:8080")},
			host:   "www.example", want: "http://fixed.example:8080", asked: []string{" https://www.example/", "http://pac/ https://www.example/"},
		},
		"the script sees no loopback": {values: map[string]ws.Value{"AutoConfigURL": ws.Text("http://pac/")}, host: "[::1]:1", script: map[string]string{"http://pac/": "s:1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := new(winsettingstest.Registry)
			for n, v := range row.values {
				p := inUser(n)
				if n == "DefaultConnectionSettings" {
					p.Key += `\Connections`
				}
				r.Set(p, v)
			}
			var asked []string
			script := func(_ context.Context, from, address string) (string, error) {
				asked = append(asked, from+" "+address)
				list, ok := row.script[from]
				if !ok {
					return "", failed
				}
				return list, nil
			}
			var log strings.Builder
			p := Follow(Choose(r, true), script, slog.New(slog.NewTextHandler(&log, nil)))
			for range 2 { // the second time from memory
				got, err := to(t, p, row.host)
				if got != row.want || (err != nil) != row.wrong || row.wrong && !errors.Is(err, transport.ErrProxySetting) {
					t.Errorf("goes by %q, %v; want %q", got, err, row.want)
				}
			}
			if !slices.Equal(asked, row.asked) {
				t.Errorf("asked %q, want %q", asked, row.asked)
			}
			if strings.Contains(log.String(), "key") {
				t.Errorf("logged: %s", log.String())
			}
		})
	}
}

// TestAScriptThatHangs keeps nobody longer than he waits, and is no memory.
func TestAScriptThatHangs(t *testing.T) {
	t.Parallel()
	forever := make(chan struct{})
	defer close(forever)
	var answers atomic.Bool
	p := Follow(setting(map[string]ws.Value{"AutoConfigURL": ws.Text("http://pac/")}), func(context.Context, string, string) (string, error) {
		if !answers.Load() {
			<-forever
		}
		return "s:1", nil
	}, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := (&http.Request{URL: &url.URL{Scheme: "https", Host: "www.example"}}).WithContext(ctx)
	if u, err := p(r); !errors.Is(err, context.Canceled) || u != nil {
		t.Errorf("%v, %v", u, err)
	}
	answers.Store(true)
	if got, err := to(t, p, "www.example"); got != "http://s:1" || err != nil {
		t.Errorf("afterwards %q, %v", got, err)
	}
	if got, err := to(t, Follow(setting(map[string]ws.Value{"AutoConfigURL": ws.Text("http://pac/")}), nil, slog.New(slog.DiscardHandler)), "www.example"); got != "" || err != nil {
		t.Errorf("nobody to run it: %q, %v", got, err)
	}
}

// TestChoose: a person's own options, WinHTTP's for a service, and those of the
// whole PC for both where a policy says so.
func TestChoose(t *testing.T) {
	t.Parallel()
	wholePC := ws.Place{Hive: ws.Machine, Key: `Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings`, Name: "ProxySettingsPerUser"}
	machine := func(name string) ws.Place {
		return ws.Place{Hive: ws.Machine, View: ws.View64, Key: settingsKey, Name: name}
	}
	netsh := ws.Place{Hive: ws.Machine, View: ws.View64, Key: `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections`, Name: "WinHttpSettings"}
	mine := map[ws.Place]ws.Value{inUser("ProxyEnable"): ws.Number(1), inUser("ProxyServer"): ws.Text("mine:1")}
	everybodys := map[ws.Place]ws.Value{wholePC: ws.Number(0), machine("ProxyEnable"): ws.Number(1), machine("ProxyServer"): ws.Text("all:2")}
	services := map[ws.Place]ws.Value{netsh: connection(2, "netsh:3")}
	for name, row := range map[string]struct {
		values          []map[ws.Place]ws.Value
		person, service string
	}{
		"nothing":                {nil, "", ""},
		"the user's":             {[]map[ws.Place]ws.Value{mine}, "mine:1", ""},
		"the user's and netsh's": {[]map[ws.Place]ws.Value{mine, services}, "mine:1", "netsh:3"},
		"the whole PC's":         {[]map[ws.Place]ws.Value{mine, everybodys}, "all:2", "all:2"},
		"all three":              {[]map[ws.Place]ws.Value{mine, everybodys, services}, "all:2", "netsh:3"},
	} {
		r := new(winsettingstest.Registry)
		for _, values := range row.values {
			for p, v := range values {
				r.Set(p, v)
			}
		}
		if got := Choose(r, true).HTTPS(); got != row.person {
			t.Errorf("%s: a person goes by %q", name, got)
		}
		if got := Choose(r, false).HTTPS(); got != row.service {
			t.Errorf("%s: a service goes by %q", name, got)
		}
	}
	r := new(winsettingstest.Registry)
	r.Fail = func(string, ws.Place) error { return fs.ErrPermission }
	if p := Follow(Choose(r, true), nil, slog.New(slog.DiscardHandler)); p != nil {
		t.Error("a registry that cannot be read names a proxy")
	}
}

// TestAutoGoesThatWay with the program's own client, TLS 1.2 through the proxy,
// unless the environment names one.
func TestAutoGoesThatWay(t *testing.T) {
	ca := transporttest.Authority(t)
	host := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	works, refuses := transporttest.Proxy(t, http.StatusOK), transporttest.Proxy(t, http.StatusForbidden)
	ask := func(server string) error {
		p := setting(map[string]ws.Value{"ProxyEnable": ws.Number(1), "ProxyServer": ws.Text(server), "ProxyOverride": ws.Text("<-loopback>")})
		client, err := transport.NewClient(transport.Options{Proxy: "auto", System: Follow(p, nil, slog.New(slog.DiscardHandler)), CAFile: transporttest.CAFile(t, ca)})
		if err != nil {
			t.Fatal(err)
		}
		defer client.CloseIdleConnections()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, host, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err == nil {
			err = answer.Body.Close()
		}
		return err
	}
	t.Setenv("HTTPS_PROXY", "")
	t.Setenv("https_proxy", "")
	if err := ask(strings.TrimPrefix(works, "http://")); err != nil {
		t.Error(err)
	}
	if err := ask(refuses); !errors.Is(err, transport.ErrProxy) {
		t.Errorf("through a proxy that refuses: %v", err)
	}
	t.Setenv("HTTPS_PROXY", works) // to this PC itself the environment goes directly
	if err := ask(refuses); err != nil {
		t.Errorf("the environment was named: %v", err)
	}
}

// FuzzFirst: whatever a script says, it is no way, or the address of an http
// proxy and nothing else.
func FuzzFirst(f *testing.F) {
	for _, list := range []string{"", "proxy:8080", "a:1;b:2", "http=a:1;https=b:2", "http://me:secret@p:1/x?y#z", "socks5://s:1", "[::1]:80", "https=", "a b c", "%zz"} {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, list string) {
		u, err := first(list)
		if err != nil && u != nil {
			t.Errorf("%v and %v", u, err)
		}
		if u != nil && (u.Scheme != "http" || u.Hostname() == "" || u.Port() == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "") {
			t.Errorf("%q: %#v", list, u)
		}
	})
}
