package main

import (
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/koshin-updater/koshin/updater/doctor/mend"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
)

// TestAutoProxyIsThisUsers: the sources, and the proofs, go by the operator's
// Internet Options, and never by them where koshin is SYSTEM.
func TestAutoProxyIsThisUsers(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	t.Setenv("https_proxy", "")
	key := `Software\Microsoft\Windows\CurrentVersion\Internet Settings`
	r := new(winsettingstest.Registry).
		Set(ws.Place{Hive: ws.User, Key: key, Name: "ProxyEnable"}, ws.Number(1)).
		Set(ws.Place{Hive: ws.User, Key: key, Name: "ProxyServer"}, ws.Text("proxy.example:8080"))
	for user, want := range map[string]string{operator: "proxy.example:8080", "S-1-5-18": "", "S-1-5-20": ""} {
		dir := t.TempDir()
		must(t, writeTrial(dir))
		w := aWindows(r)
		w.myself = func() (mend.Who, error) { return mend.Who{User: user, Session: operator}, nil }
		a := &app{machine: machine{config: filepath.Join(dir, "koshin.toml"), windows: w}, configFile: filepath.Join(dir, "koshin.toml"), log: slog.New(slog.DiscardHandler)}
		c, err := a.loadConfig()
		must(t, err)
		o, err := a.options(c)
		must(t, err)
		got, err := o.Reach.Proxy(&http.Request{URL: &url.URL{Scheme: "https", Host: "www.example"}})
		must(t, err)
		if got == nil && want != "" || got != nil && got.Host != want {
			t.Errorf("%s goes by %v, want %q", user, got, want)
		}
		c.Source.Proxy = "none"
		o, err = a.options(c)
		must(t, err)
		if o.Reach.Proxy != nil {
			t.Error("none is none")
		}
	}
}
