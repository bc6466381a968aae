package config_test

import (
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/config"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
	"github.com/koshin-updater/koshin/updater/policy"
)

// saying is a policy of values by name, or by key and product.
func saying(c *config.Config, values map[string]ws.Value) policy.Values {
	r := new(winsettingstest.Registry)
	for name, value := range values {
		p := ws.Place{Hive: ws.Machine, Key: policy.Key, Name: name}
		if key, product, ok := strings.Cut(name, `\`); ok {
			p.Key, p.Name = p.Key+`\`+key, product
		}
		r.Set(p, value)
	}
	return policy.Read(r, append(c.ProductIDs(), manifest.SelfID))
}

func setting(t *testing.T, c *config.Config, name string, product manifest.ProductID) config.Setting {
	t.Helper()
	all := c.Settings()
	i := slices.IndexFunc(all, func(s config.Setting) bool { return s.Name == name && s.Product == product })
	if i < 0 {
		t.Fatalf("no setting %s %s", name, product)
	}
	return all[i]
}

const pinned = `HKLM\SOFTWARE\Policies\Koshin\`

// Policy, then the file with its line, then the default.
func TestSettingsSayWhereTheyComeFrom(t *testing.T) {
	folder := "/srv/koshin"
	if runtime.GOOS == "windows" {
		folder = `\\server\share`
	}
	c, file, err := load(t, "\ufeff"+strings.Replace(good, "anchor =", "proxy = \"http://tanaka:geheim@proxy.example:8080\"\nanchor =", 1))
	if err != nil {
		t.Fatal(err)
	}
	const id = "torikomi-soshin"
	for _, want := range []config.Setting{
		{Name: "language", Value: "ja", Origin: config.ByFile, Place: file, Line: 1},
		{Name: "source.proxy", Value: "http://proxy.example:8080", Origin: config.ByFile, Place: file, Line: 6},
		{Name: "source.ca_file", Origin: config.ByDefault},
		{Name: "window.days", Value: "1-10", Origin: config.ByFile, Place: file, Line: 9},
		{Name: "report.folder", Origin: config.ByDefault},
		{Name: "check_period_minutes", Origin: config.ByDefault},
		{Name: "suppressed_hours", Origin: config.ByDefault},
		{Name: "product.dir", Product: id, Value: filepath.Join(filepath.Dir(file), "torikomi"), Origin: config.ByFile, Place: file, Line: 12},
		{Name: "product.channel", Product: id, Value: "stable", Origin: config.ByDefault},
		{Name: "install_allowed", Product: id, Value: "yes", Origin: config.ByDefault},
		{Name: "target_version", Product: id, Origin: config.ByDefault},
		{Name: "install_allowed", Product: "koshin", Value: "yes", Origin: config.ByDefault},
	} {
		if got := setting(t, c, want.Name, want.Product); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	c.Apply(saying(c, map[string]ws.Value{
		"ProxyMode": ws.Text("direct"), "ReportFolder": ws.Text(folder), "TargetChannel": ws.Text("pilot"), "InstallAllowed": ws.Number(0),
		"AutoUpdateCheckPeriodMinutes": ws.Number(1440), "UpdatesSuppressedStartHour": ws.Number(9), "UpdatesSuppressedDurationMin": ws.Number(60),
		`TargetVersionByProduct\koshin`: ws.Text("1.2"), `InstallAllowedByProduct\koshin`: ws.Text("1"),
	}))
	for _, want := range []config.Setting{
		{Name: "language", Value: "ja", Origin: config.ByFile, Place: file, Line: 1},
		{Name: "source.proxy", Value: "none", Origin: config.ByPolicy, Place: pinned + "ProxyMode"},
		{Name: "report.folder", Value: folder, Origin: config.ByPolicy, Place: pinned + "ReportFolder"},
		{Name: "check_period_minutes", Value: "1440", Origin: config.ByPolicy, Place: pinned + "AutoUpdateCheckPeriodMinutes"},
		{Name: "suppressed_hours", Value: "09:00-10:00", Origin: config.ByPolicy, Place: pinned + "UpdatesSuppressedStartHour"},
		{Name: "product.channel", Product: id, Value: "pilot", Origin: config.ByPolicy, Place: pinned + "TargetChannel"},
		{Name: "install_allowed", Product: id, Value: "no", Origin: config.ByPolicy, Place: pinned + "InstallAllowed"},
		{Name: "install_allowed", Product: "koshin", Value: "yes", Origin: config.ByPolicy, Place: pinned + `InstallAllowedByProduct\koshin`},
		{Name: "target_version", Product: "koshin", Value: "1.2", Origin: config.ByPolicy, Place: pinned + `TargetVersionByProduct\koshin`},
	} {
		if got := setting(t, c, want.Name, want.Product); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if c.Source.Proxy != "none" || c.ReportFolder() != folder || c.Products[0].Channel != manifest.Pilot {
		t.Errorf("%+v", c)
	}
}

// Whatever lies in the registry, where releases come from and what is believed of
// them stays as the file says it.
func TestNoPolicyChangesTrust(t *testing.T) {
	c, _, err := load(t, good)
	if err != nil {
		t.Fatal(err)
	}
	before := *c
	before.Products = slices.Clone(c.Products)
	everything := map[string]ws.Value{}
	for _, name := range []string{"Source", "SourceURLs", "source.urls", "URLs", "Anchor", "CAFile", "StateDir", "Verify", "Verification", "Window", "Submission", "Dir"} {
		everything[name] = ws.Text("https://elsewhere.example/")
		everything[name+`\torikomi-soshin`] = ws.Text("0")
	}
	for _, n := range policy.Names() {
		if value := ws.Text("https://elsewhere.example/"); n.Each {
			everything[n.Name+`\torikomi-soshin`] = value
		} else {
			everything[n.Name] = value
		}
	}
	c.Apply(saying(c, everything))
	if len(c.Policy.Faults()) == 0 {
		t.Error("nothing of it was refused")
	}
	c.Policy = policy.Values{}
	if !reflect.DeepEqual(*c, before) {
		t.Errorf("%+v\n%+v", *c, before)
	}
	c.Apply(saying(c, map[string]ws.Value{
		"ProxyMode": ws.Text("fixed_servers"), "ProxyServer": ws.Text("proxy.example:8080"), "TargetChannel": ws.Text("pilot"),
		"InstallAllowed": ws.Number(1), "AutoUpdateCheckPeriodMinutes": ws.Number(10080), `TargetVersionByProduct\torikomi-soshin`: ws.Text("9.0"),
	}))
	if len(c.Policy.Faults()) != 0 {
		t.Error(c.Policy.Faults())
	}
	c.Policy, c.Source.Proxy, c.Products = policy.Values{}, before.Source.Proxy, before.Products
	if !reflect.DeepEqual(*c, before) {
		t.Errorf("%+v\n%+v", *c, before)
	}
}

// Keys are found however they are written.
func TestLinesOfKeys(t *testing.T) {
	text := "source = {urls = ['https://updates.example/'], anchor = 'root.json', proxy = 'none'}\n# a remark\nwindow.days = '1-10'\n" +
		"product = [{id = 'a', dir = 'a'},\n  {id = 'b', dir = 'b',\n  channel = 'pilot'}]\n"
	c, file, err := load(t, text)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []config.Setting{
		{Name: "source.proxy", Value: "none", Origin: config.ByFile, Place: file, Line: 1},
		{Name: "window.days", Value: "1-10", Origin: config.ByFile, Place: file, Line: 3},
		{Name: "product.channel", Product: "a", Value: "stable", Origin: config.ByDefault},
		{Name: "product.channel", Product: "b", Value: "pilot", Origin: config.ByFile, Place: file, Line: 6},
		{Name: "submission", Value: "self", Origin: config.ByDefault},
	} {
		if got := setting(t, c, want.Name, want.Product); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

// The configuration that the design shows is taken as it stands there.
func TestTheDesignsExample(t *testing.T) {
	c, file, err := load(t, `language = "ja"
submission = "self"              # "delegated": nothing to do here
state_dir = ""                   # default %ProgramData%\Koshin\state, /var/lib/koshin
[source]
urls = ["https://updates.example/koshin/"]   # in order; also github:OWNER/REPO, a folder, a UNC path, file:///
anchor = "root.json"             # an anchor may be built into a publisher's own koshin, never into the public source
ca_file = ""                     # an extra root certificate beside the system's; also for the Go proofs of section 8
proxy = "auto"                   # "none", or http://host:port
[window]                         # claim window, JST: check only. No section, no window; enroll writes days = "1-10"
days = "1-10"
[[product]]
id = "torikomi-soshin"
dir = 'C:\Program Files\Torikomi'
channel = "stable"
`)
	if err != nil {
		t.Fatal(err)
	}
	if got := setting(t, c, "product.channel", "torikomi-soshin"); got.Line != 14 || got.Place != file {
		t.Errorf("%+v", got)
	}
	if got := setting(t, c, "state_dir", ""); got.Origin != config.ByDefault || got.Value != config.DefaultStateDir() {
		t.Errorf("%+v", got)
	}
	if c.StateDir != config.DefaultStateDir() || c.Source.CAFile != "" || c.Source.Proxy != "auto" {
		t.Errorf("%+v", c)
	}
}
