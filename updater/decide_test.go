package updater

import (
	"testing"
	"time"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
)

func version(t *testing.T, text string) manifest.Version {
	t.Helper()
	if text == "" {
		return manifest.Version{}
	}
	v, err := manifest.ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// story is a manifest with the floor 2.2 and the given builds.
func story(t *testing.T, builds ...manifest.Build) *manifest.Manifest {
	since, err := manifest.ParseDate("2021-04-01")
	if err != nil {
		t.Fatal(err)
	}
	return &manifest.Manifest{
		Product:  "torikomi-soshin",
		Channel:  manifest.Stable,
		TLSReady: &manifest.Floor{Version: version(t, "2.2"), Since: since},
		Builds:   builds,
	}
}

func build(t *testing.T, v string, edit ...func(*manifest.Build)) manifest.Build {
	b := manifest.Build{Version: version(t, v), Packages: []manifest.Package{{OS: "windows", Arch: "amd64", Size: 10e6, InstalledSize: 30e6}}}
	for _, e := range edit {
		e(&b)
	}
	return b
}

func rollout(percent int) func(*manifest.Build) {
	return func(b *manifest.Build) { b.Rollout = &manifest.Rollout{Percent: percent} }
}

func withdrawn(b *manifest.Build) { b.Withdrawn = &manifest.Withdrawn{Reason: "cannot print"} }

func needs(os string) func(*manifest.Build) {
	return func(b *manifest.Build) { b.MinOS, _ = manifest.ParseVersion(os) }
}

func TestDecide(t *testing.T) {
	fifth := time.Date(2021, 5, 5, 3, 0, 0, 0, time.UTC)
	twentieth := time.Date(2021, 5, 20, 3, 0, 0, 0, time.UTC)
	cases := []struct {
		name      string
		installed string
		builds    []manifest.Build
		edit      func(*Facts)
		action    Action
		target    string
		gate      GateName // the one that is not open
		verdict   GateVerdict
	}{
		{"up to date", "2.3", []manifest.Build{build(t, "2.3"), build(t, "2.2")}, nil, ActNone, "", "", ""},
		{"newer than all", "9.0", []manifest.Build{build(t, "2.3")}, nil, ActNone, "", "", ""},
		{"optional", "2.2.0", []manifest.Build{build(t, "2.3"), build(t, "2.2")}, nil, ActUpdate, "2.3", "", ""},
		{"below the floor", "2.1", []manifest.Build{build(t, "2.3"), build(t, "2.2")}, nil, ActRequired, "2.3", "", ""},
		{"no readable version", "", []manifest.Build{build(t, "2.3")}, nil, ActRequired, "2.3", "", ""},
		{"nothing for this system", "2.1", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Arch = "arm64" }, ActNone, "", "", ""},
		{"delegated", "2.1", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Delegated = true }, ActDelegated, "", Delegated, Closed},
		{"withdrawn, one below it is newer", "2.2", []manifest.Build{build(t, "2.4", withdrawn), build(t, "2.3")}, nil, ActUpdate, "2.3", Withdrawn, Closed},
		{"withdrawn, nothing else", "2.2", []manifest.Build{build(t, "2.4", withdrawn), build(t, "2.2")}, nil, ActDeferred, "", Withdrawn, Closed},
		{"the installed one is withdrawn", "2.3", []manifest.Build{build(t, "2.3", withdrawn), build(t, "2.2")}, nil, ActNone, "", "", ""},
		{"old system", "2.2", []manifest.Build{build(t, "2.3", needs("10.0"))}, nil, ActDeferred, "2.3", MinimumOS, Closed},
		{"old system, an older build fits", "2.1", []manifest.Build{build(t, "2.3", needs("10.0")), build(t, "2.2")}, nil, ActRequired, "2.2", "", ""},
		{"unknown system", "2.2", []manifest.Build{build(t, "2.3", needs("10.0"))}, func(f *Facts) { f.OSVersion = manifest.Version{} }, ActUpdate, "2.3", MinimumOS, Unknown},
		{"no room", "2.2", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Space.Install.Free = 50e6 }, ActDeferred, "2.3", DiskSpace, Closed},
		{"client open", "2.2", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Running = []installer.Process{{PID: 7, Name: "client.exe"}} }, ActDeferred, "2.3", ClientRunning, Closed},
		{"claim window", "2.1", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Now = fifth }, ActDeferred, "2.3", ClaimWindow, Closed},
		{"at fault before", "2.2", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Holds = []Hold{{Version: version(t, "2.3.0")}} }, ActHeld, "2.3", Held, Closed},
		{"at fault before, below the floor", "2.1", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Holds = []Hold{{Version: version(t, "2.3")}} }, ActHeld, "2.3", Held, Closed},
		{"at fault before, tried again", "2.2", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Holds = []Hold{{Version: version(t, "2.3")}}; f.Retry = true }, ActUpdate, "2.3", "", ""},
		{"at fault before, a newer one is there", "2.2", []manifest.Build{build(t, "2.4"), build(t, "2.3")}, func(f *Facts) { f.Holds = []Hold{{Version: version(t, "2.3")}} }, ActUpdate, "2.4", "", ""},
		{"newest at fault, a lower one helps", "2.1", []manifest.Build{build(t, "2.4"), build(t, "2.3")}, func(f *Facts) { f.Holds = []Hold{{Version: version(t, "2.4")}} }, ActRequired, "2.3", "", ""},
		{"held by hand", "2.2", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Holds = []Hold{{Version: version(t, "2.3"), ByHand: true}} }, ActHeld, "2.3", Held, Closed},
		{"held by hand, below the floor", "2.1", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Holds = []Hold{{Version: version(t, "2.3"), ByHand: true}} }, ActRequired, "2.3", Held, Ignored},
		{"not its turn", "2.2", []manifest.Build{build(t, "2.3", rollout(0))}, nil, ActDeferred, "2.3", RolloutShare, Closed},
		{"not its turn, below the floor", "2.1", []manifest.Build{build(t, "2.3", rollout(0))}, nil, ActRequired, "2.3", RolloutShare, Ignored},
		{"an optional build hides no other", "2.2", []manifest.Build{build(t, "2.4", rollout(0)), build(t, "2.3")}, nil, ActUpdate, "2.3", "", ""},
		{"a build below the floor is no way out", "2.0", []manifest.Build{build(t, "2.1")}, nil, ActNone, "", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := Facts{
				Now: twentieth, Window: Window{1, 10}, Manifest: story(t, c.builds...), Installed: version(t, c.installed),
				OS: "windows", Arch: "amd64", OSVersion: version(t, "6.3"), Space: Space{State: Volume{Free: 1 << 40}, Install: Volume{Free: 1 << 40}}, RunningKnown: true, Installation: "a-pc",
			}
			if c.edit != nil {
				c.edit(&f)
			}
			d := Decide(f)
			target := ""
			if d.Target != nil {
				target = d.Target.Build.Version.String()
			}
			if d.Action != c.action || target != c.target {
				t.Fatalf("%s %s, want %s %s", d.Action, target, c.action, c.target)
			}
			for _, g := range d.Gates {
				if want := map[bool]GateVerdict{true: c.verdict, false: Open}[g.Name == c.gate]; g.Verdict != want {
					t.Errorf("gate %s is %s, want %s", g.Name, g.Verdict, want)
				}
			}
		})
	}
}

func TestClaimWindowInJapan(t *testing.T) {
	w := Window{1, 10}
	cases := []struct {
		now    string
		inside bool
		until  string
	}{
		{"2021-04-30T14:59:59Z", false, ""},
		{"2021-04-30T15:00:00Z", true, "2021-05-10T15:00:00Z"}, // 1 May, 00:00 in Japan
		{"2021-05-10T14:59:59Z", true, "2021-05-10T15:00:00Z"},
		{"2021-05-10T15:00:00Z", false, ""},
	}
	for _, c := range cases {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		until, inside := w.Until(now)
		if inside != c.inside || inside && until.UTC().Format(time.RFC3339) != c.until {
			t.Errorf("%s: %v until %s", c.now, inside, until.UTC())
		}
	}
	february := time.Date(2021, 2, 10, 0, 0, 0, 0, time.UTC)
	if until, inside := (Window{1, 31}).Until(february); !inside || until.UTC().Format(time.DateOnly) != "2021-02-28" {
		t.Errorf("a window to the 31st ends in February on %s", until.UTC())
	}
	if _, inside := (Window{}).Until(february); inside {
		t.Error("no window is never inside")
	}
}
