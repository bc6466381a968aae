package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/confirm/winstack/winstacktest"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
	"github.com/koshin-updater/koshin/updater/policy"
)

// The program itself reads the policy of this PC. The values are such as change
// nothing for a koshin of another test.
func TestWindowsPolicy(t *testing.T) {
	winstacktest.Alone(t)
	period := ws.Place{Hive: ws.Machine, Key: policy.Key, Name: "AutoUpdateCheckPeriodMinutes"}
	minute := ws.Place{Hive: ws.Machine, Key: policy.Key, Name: "UpdatesSuppressedStartMin"}
	winsettingstest.Preserve(t, period, minute)
	for place, value := range map[ws.Place]ws.Value{period: ws.Number(60), minute: ws.Text("half past")} {
		must(t, ws.System().Write(place, value))
	}
	dir := t.TempDir()
	must(t, writeTrial(dir))
	var out, talk bytes.Buffer
	args := []string{"status", "--policy", "--json", "--config", filepath.Join(dir, "koshin.toml")}
	if code := runOn(t.Context(), thisMachine(), args, terminal.Streams{In: strings.NewReader(""), Out: &out, Err: &talk}); code != 0 {
		t.Fatalf("exit %d: %s", code, &talk)
	}
	var doc statusJSON
	must(t, json.Unmarshal(out.Bytes(), &doc))
	said := false
	for _, s := range doc.Policy.Settings {
		if s.Origin == config.ByPolicy {
			said = s.Name == config.CheckPeriod && *s.Value == "60" && s.Place == period.String()
		}
	}
	if f := doc.Policy.Faults; !said || len(f) != 1 || f[0].Path != minute.String() || f[0].Error.Code != "policy-type" {
		t.Errorf("%s", &out)
	}
}
