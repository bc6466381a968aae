package winsettings_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"reflect"
	"testing"

	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
)

// What is read through another process is what that one reads itself, and
// nothing of the own profile.
func TestProfile(t *testing.T) {
	t.Parallel()
	pc := values{policyPC: ws.Number(0x800), pc64: ws.Number(0xA0)}
	for name, user := range map[string]values{
		"empty":  nil,
		"a tick": {tick: ws.NumberAs(ws.TypeBinary, 0xA0), enable: ws.Number(1), server: ws.Text("p:8080"), record: connection(0x46, 9, "", "", "")},
		"policy": {policyUser: ws.Number(0x808)},
	} {
		for _, withPolicy := range []bool{false, true} {
			operators := registryWith(user)
			its := registryWith(values{tick: ws.Number(0x28), script: ws.Text("http://system/proxy.pac")})
			for _, r := range []*winsettingstest.Registry{operators, its} {
				r.Set(pc64, pc[pc64])
				if withPolicy {
					r.Set(policyPC, pc[policyPC])
				}
			}
			kernel := ws.Windows{Major: 10, Build: 19045}
			data, err := json.Marshal(ws.ReadProfile(operators, kernel))
			if err != nil {
				t.Fatal(err)
			}
			var profile ws.Profile
			if err := json.Unmarshal(data, &profile); err != nil {
				t.Fatal(err)
			}
			got, want := ws.ReadAll(ws.WithProfile(its, profile), kernel), ws.ReadAll(operators, kernel)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s, %v:\n%+v\n%+v", name, withPolicy, got, want)
			}
		}
	}
}

// What could not be read there, or was not asked for, is unknown here; and
// nothing is written.
func TestProfileUnseen(t *testing.T) {
	t.Parallel()
	operators := registryWith(values{tick: ws.Number(0xA80)})
	operators.Fail = func(_ string, p ws.Place) error {
		if p == tick {
			return fs.ErrPermission
		}
		return nil
	}
	kernel := ws.Windows{Major: 10, Build: 19045}
	its := registryWith(values{tick: ws.Number(0xA80)})
	for name, profile := range map[string]ws.Profile{"unreadable": ws.ReadProfile(operators, kernel), "nothing came": nil} {
		r := ws.WithProfile(its, profile)
		s := ws.ReadAll(r, kernel)
		if s.SecureProtocols.Standing != ws.Unknown || !errors.Is(s.SecureProtocols.Effective.Err, ws.ErrUnseen) {
			t.Errorf("%s: %+v", name, s.SecureProtocols)
		}
		if err := errors.Join(r.Write(tick, ws.Number(1))); !errors.Is(err, errors.ErrUnsupported) {
			t.Error(err)
		}
		if err := r.Delete(tick); !errors.Is(err, errors.ErrUnsupported) || len(its.Steps) != 0 {
			t.Error(err, its.Steps)
		}
	}
}
