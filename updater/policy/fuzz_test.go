package policy_test

import (
	"net/url"
	"path/filepath"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/koshin-updater/koshin/manifest"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
	"github.com/koshin-updater/koshin/updater/policy"
)

// FuzzRead: whatever lies in the registry, what counts is within its bounds, and
// what does not is a fault with a path and a text that can be shown.
func FuzzRead(f *testing.F) {
	for _, v := range []ws.Value{ws.Number(0), ws.Number(1440), ws.Text("2.2"), ws.Text("pilot"), ws.Text("proxy.example:8080"), ws.Text("a:b@c:1"), {Type: ws.TypeTexts, Data: []byte{0}}, {Type: 99}} {
		f.Add(uint32(v.Type), v.Data, byte(7))
	}
	f.Fuzz(func(t *testing.T, kind uint32, data []byte, which byte) {
		r := new(winsettingstest.Registry)
		r.Set(at("ProxyMode"), ws.Text("fixed_servers"))
		for i, n := range policy.Names() {
			name := n.Name
			if n.Each {
				name += `\` + string(client)
			}
			if which&(1<<(i%8)) != 0 {
				r.Set(at(name), ws.Value{Type: ws.Type(kind), Data: data})
			}
		}
		v := policy.Read(r, []manifest.ProductID{client})
		p := v.Product(client)
		if n := v.CheckPeriod.Value; v.CheckPeriod.Set() && (n < time.Hour || n > 7*24*time.Hour) {
			t.Errorf("period %s", n)
		}
		if h := v.Suppressed.Value; h.For < 0 || h.For > 16*time.Hour || h.Start < 0 || h.Start >= 24*time.Hour {
			t.Errorf("hours %+v", h)
		}
		if proxy := v.Proxy.Value; v.Proxy.Set() && proxy != "none" && proxy != "auto" {
			if u, err := url.Parse(proxy); err != nil || u.User != nil || u.Port() == "" {
				t.Errorf("proxy %q", proxy)
			}
		}
		if c := p.Channel.Value; p.Channel.Set() && c != manifest.Stable && c != manifest.Pilot {
			t.Errorf("channel %q", c)
		}
		if folder := v.ReportFolder.Value; v.ReportFolder.Set() && !filepath.IsAbs(folder) {
			t.Errorf("folder %q", folder)
		}
		for _, fault := range v.Faults() {
			if fault.Path == "" || fault.Err == nil || utf8.RuneCountInString(fault.Value) > 100 {
				t.Errorf("%+v", fault)
			}
		}
	})
}
