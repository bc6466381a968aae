package winsettings_test

import (
	"io/fs"
	"testing"

	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

func soft64(key, name string) ws.Place {
	return ws.Place{Hive: ws.Machine, View: ws.View64, Key: `SOFTWARE\` + key, Name: name}
}

func TestInternetExplorerVersion(t *testing.T) {
	t.Parallel()
	at := func(name string) ws.Place { return soft64(`Microsoft\Internet Explorer`, name) }
	svc, update, old := at("svcVersion"), at("svcUpdateVersion"), at("Version")
	for _, row := range []struct {
		v     values
		want  string
		major int
		from  ws.Place
	}{
		{values{svc: ws.Text("11.0.9600.18163"), update: ws.Text("11.0.27"), old: ws.Text("9.11.9600.18163")}, "11.0.9600.18163", 11, svc},
		{values{update: ws.Text("11.0.27"), old: ws.Text("9.11.9600.18163")}, "11.0.27", 11, update},
		{values{old: ws.Text("9.11.9600.18163")}, "9.11.9600.18163", 9, old},
		{values{svc: ws.Text("unknown"), old: ws.Text("8.0.7601.17514")}, "8.0.7601.17514", 8, old},
		{values{svc: ws.Number(11)}, "", 0, old},
		{nil, "", 0, old},
	} {
		ie := ws.ReadInternetExplorer(registryWith(row.v))
		if ie.Version != row.want || ie.Major != row.major || ie.From.Place != row.from {
			t.Errorf("%+v", ie)
		}
	}
	r := registryWith(values{old: ws.Text("9.11")})
	r.Fail = func(_ string, p ws.Place) error {
		if p == svc {
			return fs.ErrPermission
		}
		return nil
	}
	if ie := ws.ReadInternetExplorer(r); ie.Major != 9 {
		t.Errorf("%+v", ie)
	}
	r.Unset(old)
	if ie := ws.ReadInternetExplorer(r); ie.From.Err == nil {
		t.Error("why nothing is known is lost")
	}
}

func TestWindowsNames(t *testing.T) {
	t.Parallel()
	key := `Microsoft\Windows NT\CurrentVersion`
	r := registryWith(values{
		soft64(key, "UBR"): ws.Number(2861), soft64(key, "ProductName"): ws.Text("Windows 10 Pro"),
		soft64(key, "CurrentBuildNumber"): ws.Text("22631"),
	})
	for _, row := range []struct {
		kernel ws.Windows
		want   string
	}{
		{ws.Windows{Major: 6, Minor: 1, Build: 7601}, "Windows 7 (6.1.7601.2861)"},
		{ws.Windows{Major: 6, Minor: 2, Build: 9200}, "Windows 8 (6.2.9200.2861)"},
		{ws.Windows{Major: 6, Minor: 3, Build: 9600}, "Windows 8.1 (6.3.9600.2861)"},
		{ws.Windows{Major: 10, Build: 19045}, "Windows 10 (10.0.19045.2861)"},
		{ws.Windows{Major: 10, Build: 21999}, "Windows 10 (10.0.21999.2861)"},
		{ws.Windows{Major: 10, Build: 22000}, "Windows 11 (10.0.22000.2861)"},
		{ws.Windows{Major: 10, Build: 26100, Server: true}, "Windows Server (10.0.26100.2861)"},
		{ws.Windows{Major: 10}, "Windows 11 (10.0.22631.2861)"},
		{ws.Windows{Major: 12, Minor: 1, Build: 30000}, "Windows 12.1 (12.1.30000.2861)"},
		{ws.Windows{}, "Windows"},
	} {
		w := ws.ReadWindows(r, row.kernel)
		if w.String() != row.want {
			t.Errorf("%s, not %s", w, row.want)
		}
		if name, _ := w.ProductName.Value.Text(); name != "Windows 10 Pro" {
			t.Errorf("%+v", w.ProductName)
		}
	}
	if w := ws.ReadWindows(registryWith(nil), ws.Windows{Major: 10, Build: 19045}); w.String() != "Windows 10 (10.0.19045.0)" {
		t.Error(w)
	}
}

func TestEdgeMode(t *testing.T) {
	t.Parallel()
	at := func(hive ws.Hive, name string) ws.Place {
		return ws.Place{Hive: hive, Key: `SOFTWARE\Policies\Microsoft\Edge`, Name: name}
	}
	const level, list = "InternetExplorerIntegrationLevel", "InternetExplorerIntegrationSiteList"
	for _, row := range []struct {
		v    values
		on   bool
		from ws.Hive
	}{
		{nil, false, ws.Machine},
		{values{at(ws.Machine, level): ws.Number(1)}, true, ws.Machine},
		{values{at(ws.Machine, level): ws.Number(0), at(ws.User, level): ws.Number(1)}, false, ws.Machine},
		{values{at(ws.User, level): ws.Number(1)}, true, ws.User},
		{values{at(ws.Machine, level): ws.Number(2)}, false, ws.Machine},
	} {
		e := ws.ReadEdgeMode(registryWith(row.v))
		if e.On != row.on || e.Level.Found && e.Level.Place.Hive != row.from {
			t.Errorf("%+v", e)
		}
	}
	e := ws.ReadEdgeMode(registryWith(values{at(ws.User, list): ws.Text("https://u:secret@intra.example/sites.xml?key=secret")}))
	if got, _ := e.SiteList.Value.Text(); got != "https://intra.example/sites.xml" {
		t.Error(got)
	}
}
