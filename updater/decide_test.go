package updater

import (
	"testing"
	"time"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/busy"
	"github.com/koshin-updater/koshin/updater/line"
	"github.com/koshin-updater/koshin/updater/power"
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

func notNow(now time.Time) func(*Facts) {
	return func(f *Facts) { f.Busy.Lease = busy.Lease{From: now.Add(-time.Hour), For: 3 * time.Hour} }
}

func date(t *testing.T, text string) *manifest.Date {
	d, err := manifest.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return &d
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
		{"battery low, even below the floor", "2.1", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Power = power.State{Source: power.Battery, Percent: 29} }, ActDeferred, "2.3", BatteryLow, Closed},
		{"battery good", "2.2", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Power = power.State{Source: power.Battery, Percent: 30} }, ActUpdate, "2.3", "", ""},
		{"power unknown", "2.2", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Power = power.State{} }, ActUpdate, "2.3", BatteryLow, Unknown},
		{"metered", "2.2", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Line = line.Metered }, ActDeferred, "2.3", MeteredLine, Closed},
		{"metered, below the floor", "2.1", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Line = line.Metered }, ActRequired, "2.3", MeteredLine, Ignored},
		{"metered, loaded already", "2.2", []manifest.Build{build(t, "2.3")}, func(f *Facts) {
			f.Line = line.Metered
			f.Space.Loaded = map[string]int64{manifest.Digest{}.String(): 10e6}
		}, ActUpdate, "2.3", "", ""},
		{"line unknown", "2.2", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Line = "" }, ActUpdate, "2.3", MeteredLine, Unknown},
		{"not now", "2.2", []manifest.Build{build(t, "2.3")}, notNow(twentieth), ActDeferred, "2.3", BusyLease, Closed},
		{"not now, for three days", "2.2", []manifest.Build{build(t, "2.3")}, func(f *Facts) { notNow(twentieth)(f); f.Busy.Since = twentieth.Add(-72 * time.Hour) }, ActUpdate, "2.3", BusyLease, Ignored},
		{"not now, on the deadline", "2.2", []manifest.Build{build(t, "2.3")}, func(f *Facts) { notNow(twentieth)(f); f.Manifest.Deadline = date(t, "2021-05-20") }, ActDeferred, "2.3", BusyLease, Closed},
		{"not now, after the deadline", "2.2", []manifest.Build{build(t, "2.3")}, func(f *Facts) { notNow(twentieth)(f); f.Manifest.Deadline = date(t, "2021-05-19") }, ActUpdate, "2.3", BusyLease, Ignored},
		{"not now, below a floor that has come", "2.1", []manifest.Build{build(t, "2.3")}, notNow(twentieth), ActRequired, "2.3", BusyLease, Ignored},
		{"not now, below a floor to come", "2.1", []manifest.Build{build(t, "2.3")}, func(f *Facts) { notNow(twentieth)(f); f.Manifest.TLSReady.Since = *date(t, "2021-06-01") }, ActDeferred, "2.3", BusyLease, Closed},
		{"something that is no lease", "2.2", []manifest.Build{build(t, "2.3")}, func(f *Facts) { f.Busy.Refused = true }, ActUpdate, "2.3", BusyLease, Unknown},
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
				Now: twentieth, Window: Window{Usual: Span{First: 1, Last: 10}}, Power: power.State{Source: power.Mains}, Line: line.Free, Manifest: story(t, c.builds...), Installed: version(t, c.installed),
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
	w := Window{Usual: Span{First: 1, Last: 10}}
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
	if until, inside := (Window{Usual: Span{First: 1, Last: 31}, Months: map[Month]Span{{0, time.March}: {}}}).Until(february); !inside || until.UTC().Format(time.DateOnly) != "2021-02-28" {
		t.Errorf("a window to the 31st ends in February on %s", until.UTC())
	}
	if _, inside := (Window{}).Until(february); inside {
		t.Error("no window is never inside")
	}
}

// Months differ, federations close early, and a window may go on into the next
// month.
func TestClaimWindowWithExceptions(t *testing.T) {
	w := Window{
		Usual: Span{First: 1, Last: 10, End: 18 * time.Hour},
		Months: map[Month]Span{
			{2021, time.May}:  {First: 1, Last: 12, Start: 9 * time.Hour},
			{0, time.May}:     {First: 2, Last: 3},
			{0, time.June}:    {First: 25, Last: 31},
			{0, time.July}:    {First: 1, Last: 5, End: time.Hour},
			{0, time.January}: {},
		},
	}
	const clock = "2006-01-02 15:04"
	for _, c := range []struct{ now, until, next string }{
		{"2021-04-10 17:59", "2021-04-10 18:00", "2021-05-01 09:00"},
		{"2021-04-10 18:00", "", "2021-05-01 09:00"},
		{"2021-05-01 08:59", "", "2021-05-01 09:00"},
		{"2021-05-12 23:59", "2021-05-13 00:00", "2021-06-25 00:00"},
		{"2022-05-03 12:00", "2022-05-04 00:00", "2022-06-25 00:00"}, // the May of other years
		{"2021-06-30 12:00", "2021-07-05 01:00", "2021-07-01 00:00"}, // to the end of June, and on
		{"2021-12-31 23:00", "", "2022-02-01 00:00"},                 // none in January
	} {
		now, err := time.ParseInLocation(clock, c.now, japan)
		if err != nil {
			t.Fatal(err)
		}
		until, inside := w.Until(now.UTC())
		if inside != (c.until != "") || inside && until.Format(clock) != c.until {
			t.Errorf("%s: inside %v, until %s", c.now, inside, until)
		}
		if next := w.Next(now.UTC()); next.Format(clock) != c.next {
			t.Errorf("%s: next %s, want %s", c.now, next, c.next)
		}
	}
	ever := Window{Usual: Span{First: 1, Last: 31}}
	if until, inside := ever.Until(time.Date(2021, 2, 10, 0, 0, 0, 0, japan)); !inside || !until.IsZero() {
		t.Errorf("a window without an end ends on %s", until)
	}
	if next := (Window{}).Next(time.Date(2021, 2, 10, 0, 0, 0, 0, japan)); !next.IsZero() {
		t.Errorf("no window begins on %s", next)
	}
}

// The day on which a build stops connecting is Japan's, and is said two claim
// windows before.
func TestEnding(t *testing.T) {
	floor := &manifest.Floor{Version: version(t, "2.2"), Since: *date(t, "2021-04-01")}
	no, yes := false, true
	for _, c := range []struct {
		now   string // in Japan
		ready *bool
		floor *manifest.Floor
		days  int // negative: nothing is said
	}{
		{"2021-01-29 23:59", &no, floor, -1},
		{"2021-01-30 00:00", &no, floor, 60},
		{"2021-03-30 12:00", &no, floor, 1},
		{"2021-03-31 00:00", &no, floor, 0},
		{"2021-03-31 23:59", &no, floor, 0},
		{"2021-04-01 00:00", &no, floor, -1},
		{"2021-03-30 12:00", &yes, floor, -1},
		{"2021-03-30 12:00", nil, floor, -1},
		{"2021-03-30 12:00", &no, nil, -1},
	} {
		now, err := time.ParseInLocation("2006-01-02 15:04", c.now, japan)
		if err != nil {
			t.Fatal(err)
		}
		e := endingOf(now.UTC(), c.ready, c.floor)
		if (e != nil) != (c.days >= 0) || e != nil && (e.Days != c.days || e.LastDay.String() != "2021-03-31") {
			t.Errorf("%s: %+v, want %d", c.now, e, c.days)
		}
		if got := over(now.UTC(), c.ready, c.floor); got != (c.now == "2021-04-01 00:00") {
			t.Errorf("%s: over %t", c.now, got)
		}
	}
}

// A gate says when it will change by itself, and only where that is known.
func TestUntil(t *testing.T) {
	now := time.Date(2021, 5, 20, 3, 0, 0, 0, time.UTC)
	f := Facts{
		Now: now, Window: Window{Usual: Span{First: 1, Last: 10}}, Manifest: story(t, build(t, "2.3", rollout(0))), Installed: version(t, "2.2"),
		OS: "windows", Arch: "amd64", Space: Space{State: Volume{Free: -1}, Install: Volume{Free: -1}}, Installation: "a-pc",
	}
	notNow(now)(&f)
	f.Manifest.Deadline = date(t, "2021-05-20")
	for _, g := range Decide(f).Gates {
		want := time.Time{}
		switch g.Name {
		case BusyLease:
			want = now.Add(2 * time.Hour)
		case ClaimWindow:
			want = time.Date(2021, 6, 1, 0, 0, 0, 0, japan)
		}
		if !g.Until.Equal(want) {
			t.Errorf("%s: until %s, want %s", g.Name, g.Until, want)
		}
	}
	f.Busy.Lease.For = 12 * time.Hour // until 23:00 in Japan, or the midnight of the deadline, or the floor
	f.Now = now.Add(time.Hour)
	f.Busy.Lease.From = f.Now
	for _, g := range Decide(f).Gates {
		if want := time.Date(2021, 5, 21, 0, 0, 0, 0, japan); g.Name == BusyLease && !g.Until.Equal(want) {
			t.Errorf("cut short to %s, want %s", g.Until, want)
		}
	}
}
