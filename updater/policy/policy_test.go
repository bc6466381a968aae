package policy_test

import (
	"errors"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
	"github.com/koshin-updater/koshin/updater/policy"
)

const client = manifest.ProductID("torikomi-soshin")

// at is a value's place: "Name", or "Key\product".
func at(name string) ws.Place {
	p := ws.Place{Hive: ws.Machine, Key: policy.Key, Name: name}
	if key, product, ok := strings.Cut(name, `\`); ok {
		p.Key, p.Name = p.Key+`\`+key, product
	}
	return p
}

type values map[string]ws.Value

func read(v values) policy.Values {
	r := new(winsettingstest.Registry)
	for name, value := range v {
		r.Set(at(name), value)
	}
	return policy.Read(r, []manifest.ProductID{client, manifest.SelfID})
}

// share is a folder that is named from its root on this system.
func share() string {
	if runtime.GOOS == "windows" {
		return `\\server\share\koshin`
	}
	return "/srv/koshin"
}

// Each value that can be said, and where it came from.
func TestValues(t *testing.T) {
	t.Parallel()
	v := read(values{
		"AutoUpdateCheckPeriodMinutes": ws.Number(1440),
		"UpdatesSuppressedStartHour":   ws.Number(8), "UpdatesSuppressedStartMin": ws.Number(30), "UpdatesSuppressedDurationMin": ws.Number(600),
		"ProxyMode": ws.Text("fixed_servers"), "ProxyServer": ws.Text(" proxy.example:8080 "),
		"TargetChannel": ws.Text("pilot"), "InstallAllowed": ws.Number(0), "ReportFolder": ws.Text(share()),
		`InstallAllowedByProduct\torikomi-soshin`: ws.Text("1"),
		`TargetChannelByProduct\torikomi-soshin`:  ws.Text("stable"),
		`TargetVersionByProduct\torikomi-soshin`:  ws.Text("2.2"),
		`TargetVersionByProduct\koshin`:           ws.Text("1.4.2"),
	})
	if len(v.Faults()) != 0 {
		t.Error(v.Faults())
	}
	if v.CheckPeriod.Value != 24*time.Hour || v.Suppressed.Value.String() != "08:30-18:30" || v.Proxy.Value != "http://proxy.example:8080" ||
		v.Channel.Value != manifest.Pilot || v.Install.Value || v.ReportFolder.Value != share() {
		t.Errorf("%+v", v)
	}
	for path, from := range map[string]string{
		"AutoUpdateCheckPeriodMinutes": v.CheckPeriod.From, "UpdatesSuppressedStartHour": v.Suppressed.From, "ProxyServer": v.Proxy.From,
		"TargetChannel": v.Channel.From, "InstallAllowed": v.Install.From, "ReportFolder": v.ReportFolder.From,
	} {
		if from != at(path).String() {
			t.Errorf("%s came from %q", path, from)
		}
	}
	p, own, other := v.Product(client), v.Product(manifest.SelfID), v.Product("kani-nyuryoku")
	if !p.Install.Value || p.Channel.Value != manifest.Stable || p.Target.Value.String() != "2.2" || !p.Suppressed.Set() {
		t.Errorf("its own values stand above those for all: %+v", p)
	}
	if own.Install.Value || own.Target.Value.String() != "1.4.2" || own.Channel.Value != manifest.Pilot {
		t.Errorf("%+v", own)
	}
	if other.Install.Value || other.Target.Set() || other.ID != "kani-nyuryoku" || !other.Install.Set() {
		t.Errorf("what is said for all: %+v", other)
	}
}

// What nobody set says nothing, and neither does a system without a registry.
func TestNothingIsSaid(t *testing.T) {
	t.Parallel()
	for _, v := range []policy.Values{read(nil), read(values{"ReportFolder": ws.Text(""), "TargetChannel": ws.Text(" ")}), policy.Read(nil, []manifest.ProductID{client})} {
		p := v.Product(client)
		if v.CheckPeriod.Set() || v.Suppressed.Set() || v.Proxy.Set() || v.ReportFolder.Set() || p.Install.Set() || p.Channel.Set() || p.Target.Set() || v.Faults() != nil || p.Faults != nil {
			t.Errorf("%+v", v)
		}
	}
}

// What is damaged, of another type or outside its bounds is named with its path
// and counts as not set.
func TestFaults(t *testing.T) {
	t.Parallel()
	period, hour, minute, length := "AutoUpdateCheckPeriodMinutes", "UpdatesSuppressedStartHour", "UpdatesSuppressedStartMin", "UpdatesSuppressedDurationMin"
	long := ws.Text(strings.Repeat("1", 2000))
	for _, row := range []struct {
		v    values
		path string
		why  error
	}{
		{values{period: ws.Text("1440")}, period, policy.ErrType},
		{values{period: ws.NumberAs(ws.TypeBinary, 1440)}, period, policy.ErrType},
		{values{period: {Type: ws.TypeNumber, Data: []byte{1}}}, period, policy.ErrType},
		{values{period: ws.Number(0)}, period, policy.ErrValue},
		{values{period: ws.Number(59)}, period, policy.ErrValue},
		{values{period: ws.Number(7*24*60 + 1)}, period, policy.ErrValue},
		{values{hour: ws.Number(24), length: ws.Number(60)}, hour, policy.ErrValue},
		{values{hour: ws.Number(8), minute: ws.Number(60), length: ws.Number(60)}, minute, policy.ErrValue},
		{values{hour: ws.Number(8), length: ws.Number(16*60 + 1)}, length, policy.ErrValue},
		{values{hour: ws.Number(8), length: ws.Number(0)}, length, policy.ErrValue},
		{values{hour: ws.Number(8)}, length, policy.ErrPart},
		{values{length: ws.Number(60)}, hour, policy.ErrPart},
		{values{minute: ws.Number(30)}, hour, policy.ErrPart},
		{values{"ProxyMode": ws.Text("none")}, "ProxyMode", policy.ErrValue},
		{values{"ProxyMode": ws.Number(1)}, "ProxyMode", policy.ErrType},
		{values{"ProxyMode": ws.Text("fixed_servers")}, "ProxyServer", policy.ErrPart},
		{values{"ProxyServer": ws.Text("proxy.example:8080")}, "ProxyMode", policy.ErrPart},
		{values{"ProxyMode": ws.Text("fixed_servers"), "ProxyServer": ws.Text("proxy.example")}, "ProxyServer", policy.ErrValue},
		{values{"ProxyMode": ws.Text("fixed_servers"), "ProxyServer": ws.Text("https://proxy.example:8080")}, "ProxyServer", policy.ErrValue},
		{values{"ProxyMode": ws.Text("fixed_servers"), "ProxyServer": ws.Text("tanaka:geheim@proxy.example:8080")}, "ProxyServer", policy.ErrValue},
		{values{"ProxyMode": ws.Text("fixed_servers"), "ProxyServer": {Type: ws.TypeExpandText, Data: ws.Text("tanaka:geheim@proxy.example:8080").Data}}, "ProxyServer", policy.ErrType},
		{values{"TargetChannel": ws.Text("beta")}, "TargetChannel", policy.ErrValue},
		{values{"TargetChannel": ws.Text("Stable")}, "TargetChannel", policy.ErrValue},
		{values{"InstallAllowed": ws.Number(2)}, "InstallAllowed", policy.ErrValue},
		{values{"InstallAllowed": ws.Text("0")}, "InstallAllowed", policy.ErrType},
		{values{"ReportFolder": ws.Text("koshin")}, "ReportFolder", policy.ErrValue},
		{values{"ReportFolder": ws.Text("smb://server/share")}, "ReportFolder", policy.ErrValue},
		{values{"ReportFolder": ws.Text("/a\nb")}, "ReportFolder", policy.ErrValue},
		{values{"ReportFolder": long}, "ReportFolder", policy.ErrValue},
		{values{`InstallAllowedByProduct\torikomi-soshin`: ws.Text("no")}, `InstallAllowedByProduct\torikomi-soshin`, policy.ErrValue},
		{values{`InstallAllowedByProduct\torikomi-soshin`: ws.Number(0)}, `InstallAllowedByProduct\torikomi-soshin`, policy.ErrType},
		{values{`TargetChannelByProduct\torikomi-soshin`: ws.Text("x")}, `TargetChannelByProduct\torikomi-soshin`, policy.ErrValue},
		{values{`TargetVersionByProduct\torikomi-soshin`: ws.Text("newest")}, `TargetVersionByProduct\torikomi-soshin`, policy.ErrValue},
		{values{`TargetVersionByProduct\torikomi-soshin`: {Type: ws.TypeTexts, Data: ws.Text("2.2\x00").Data}}, `TargetVersionByProduct\torikomi-soshin`, policy.ErrType},
	} {
		v := read(row.v)
		faults := v.Faults()
		if len(faults) != 1 || faults[0].Path != at(row.path).String() || !errors.Is(faults[0].Err, row.why) {
			t.Errorf("%v: %+v", row.v, faults)
			continue
		}
		if text := faults[0].Value + faults[0].Err.Error(); strings.Contains(text, "geheim") || len(text) > 500 {
			t.Errorf("%v: says %s", row.v, text)
		}
		p := v.Product(client)
		if v.CheckPeriod.Set() || v.Suppressed.Set() || v.Proxy.Set() || v.ReportFolder.Set() || p.Install.Set() || p.Channel.Set() || p.Target.Set() {
			t.Errorf("%v counts: %+v", row.v, v)
		}
		gates := strings.HasPrefix(row.path, "Updates") || strings.HasPrefix(row.path, "InstallAllowed") || strings.HasPrefix(row.path, "TargetVersion")
		if (len(p.Faults) == 1) != gates {
			t.Errorf("%v: the gate is told of %+v", row.v, p.Faults)
		}
	}
}

// A name that nobody reads is named. A product that this PC does not have is none.
func TestUnknownNames(t *testing.T) {
	t.Parallel()
	v := read(values{
		"UpdateSuppressedStartHour": ws.Number(9), "InstallAllowedByProduct": ws.Number(0), "autoupdatecheckperiodminutes": ws.Number(1440),
		`TargetVersionByProduct\kani-nyuryoku`: ws.Text("2.2"),
	})
	var paths []string
	for _, f := range v.Faults() {
		if !errors.Is(f.Err, policy.ErrName) {
			t.Errorf("%+v", f)
		}
		paths = append(paths, strings.ToLower(f.Path))
	}
	want := []string{strings.ToLower(at("InstallAllowedByProduct").String()), strings.ToLower(at("UpdateSuppressedStartHour").String())}
	if !slices.Equal(paths, want) || len(v.Product(client).Faults) != 0 || v.CheckPeriod.Value != 24*time.Hour {
		t.Errorf("%q, %+v", paths, v)
	}
}

// What Windows does not give is named too.
func TestUnread(t *testing.T) {
	t.Parallel()
	r := &winsettingstest.Registry{Fail: func(string, ws.Place) error { return fs.ErrPermission }}
	v := policy.Read(r, []manifest.ProductID{client})
	for _, f := range v.Faults() {
		if !errors.Is(f.Err, policy.ErrUnread) || f.Path == "" {
			t.Errorf("%+v", f)
		}
	}
	if n := len(v.Faults()); n != len(policy.Names()) {
		t.Errorf("%d faults for %d names", n, len(policy.Names()))
	}
}

// Reading asks for the names of Names, and for nothing else.
func TestNoOtherNameIsRead(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	r := &winsettingstest.Registry{Fail: func(_ string, p ws.Place) error {
		asked[p.String()] = true
		return nil
	}}
	policy.Read(r, []manifest.ProductID{client})
	for _, n := range policy.Names() {
		name := n.Name
		if n.Each {
			name += `\` + string(client)
		}
		if !asked[at(name).String()] {
			t.Errorf("%s is never read", name)
		}
		delete(asked, at(name).String())
	}
	for path := range asked {
		t.Errorf("%s is read and has no name", path)
	}
}

func TestHours(t *testing.T) {
	t.Parallel()
	night := policy.Hours{Start: 22 * time.Hour, For: 8 * time.Hour}
	day := policy.Hours{Start: 8*time.Hour + 30*time.Minute, For: 9 * time.Hour}
	for _, row := range []struct {
		hours       policy.Hours
		now         string // in Japan
		until, next string // until "": not inside
	}{
		{day, "2021-03-15 08:29", "", "2021-03-15 08:30"},
		{day, "2021-03-15 08:30", "2021-03-15 17:30", "2021-03-16 08:30"},
		{day, "2021-03-15 17:29", "2021-03-15 17:30", "2021-03-16 08:30"},
		{day, "2021-03-15 17:30", "", "2021-03-16 08:30"},
		{night, "2021-03-31 22:00", "2021-04-01 06:00", "2021-04-01 22:00"},
		{night, "2021-04-01 05:59", "2021-04-01 06:00", "2021-04-01 22:00"},
		{night, "2021-04-01 06:00", "", "2021-04-01 22:00"},
	} {
		jst := time.FixedZone("", 9*60*60)
		parse := func(text string) (when time.Time) {
			if text != "" {
				when, _ = time.ParseInLocation("2006-01-02 15:04", text, jst)
			}
			return when
		}
		now := parse(row.now).UTC()
		until, inside := row.hours.Until(now)
		if inside != (row.until != "") || !until.Equal(parse(row.until)) {
			t.Errorf("%s at %s: until %s, %v", row.hours, row.now, until.In(jst), inside)
		}
		if next := row.hours.Next(now); !next.Equal(parse(row.next)) {
			t.Errorf("%s at %s: next %s", row.hours, row.now, next.In(jst))
		}
	}
	if night.String() != "22:00-06:00" {
		t.Error(night)
	}
}

func TestTooEarly(t *testing.T) {
	t.Parallel()
	now := time.Date(2021, 3, 15, 9, 0, 0, 0, time.UTC)
	const spread = 30 * time.Minute
	for _, row := range []struct {
		ago, period time.Duration
		want        bool
	}{
		{time.Hour, 0, false}, // nobody said a period
		{time.Minute, time.Hour, true},
		{29 * time.Minute, time.Hour, true},
		{30 * time.Minute, time.Hour, false},
		{4 * time.Hour, 24 * time.Hour, true},
		{24*time.Hour - spread, 24 * time.Hour, false}, // today's moment is drawn sooner than yesterday's
		{0, time.Hour, true},
		{-time.Minute, time.Hour, false}, // the clock was set back
		{-1000 * time.Hour, 24 * time.Hour, false},
	} {
		if got := policy.TooEarly(now, now.Add(-row.ago), row.period, spread); got != row.want {
			t.Errorf("%s after, period %s: %v", row.ago, row.period, got)
		}
	}
}
