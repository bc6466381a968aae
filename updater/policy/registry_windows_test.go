package policy_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm/winstack/winstacktest"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
	"github.com/koshin-updater/koshin/updater/policy"
)

// elsewhere is this PC's registry with another key in the place of the policy:
// koshins of other tests must not hear of it.
type elsewhere struct{ ws.Registry }

func (e elsewhere) Names(p ws.Place) ([]string, error) {
	p.Key = strings.Replace(p.Key, policy.Key, trial, 1)
	return e.Registry.(ws.Lister).Names(p)
}

const trial = `SOFTWARE\Koshin test of policies`

func (e elsewhere) Read(p ws.Place) (ws.Value, error) {
	p.Key = strings.Replace(p.Key, policy.Key, trial, 1)
	return e.Registry.Read(p)
}

// In a real registry: keys and values as the Group Policy client writes them.
func TestRegistry(t *testing.T) {
	write := func(name string, v ws.Value) {
		p := at(name)
		p.Key = strings.Replace(p.Key, policy.Key, trial, 1)
		winsettingstest.Preserve(t, p)
		if err := ws.System().Write(p, v); err != nil {
			t.Fatal(err)
		}
	}
	write("AutoUpdateCheckPeriodMinutes", ws.Number(240))
	write("TargetChannel", ws.Text("pilot"))
	write("InstallAllowed", ws.Number(0))
	write("ReportFolder", ws.Text(`\\server\share\準備`))
	write("ProxyMode", ws.Number(1))
	write("InstallAllow", ws.Number(1))
	write(`TargetVersionByProduct\torikomi-soshin`, ws.Text("2.2"))
	write(`InstallAllowedByProduct\torikomi-soshin`, ws.Text("1"))
	v := policy.Read(elsewhere{ws.System()}, []manifest.ProductID{client})
	p := v.Product(client)
	if v.CheckPeriod.Value.Hours() != 4 || v.Channel.Value != manifest.Pilot || v.Install.Value || !v.Install.Set() ||
		v.ReportFolder.Value != `\\server\share\準備` || !p.Install.Value || p.Target.Value.String() != "2.2" {
		t.Errorf("%+v", v)
	}
	if f := v.Faults(); len(f) != 2 || f[1].Path != `HKLM\SOFTWARE\Policies\Koshin\InstallAllow` || !errors.Is(f[1].Err, policy.ErrName) {
		t.Errorf("%+v", f)
	}
	if f := v.Faults(); f[0].Path != `HKLM\SOFTWARE\Policies\Koshin\ProxyMode` || !errors.Is(f[0].Err, policy.ErrType) || f[0].Value != "0x1 (REG_DWORD)" {
		t.Errorf("%+v", f)
	}
}

// At its true place, with a value that changes nothing for anybody.
func TestRegistryAtItsPlace(t *testing.T) {
	winstacktest.Alone(t)
	place := at("AutoUpdateCheckPeriodMinutes")
	winsettingstest.Preserve(t, place)
	if err := ws.System().Write(place, ws.Text("daily")); err != nil {
		t.Fatal(err)
	}
	v := policy.Read(ws.System(), nil)
	if f := v.CheckPeriod.Fault; f == nil || f.Path != place.String() || !errors.Is(f.Err, policy.ErrType) || v.CheckPeriod.Set() {
		t.Errorf("%+v", v.CheckPeriod)
	}
}
