package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/busy"
	"github.com/koshin-updater/koshin/updater/line"
	"github.com/koshin-updater/koshin/updater/policy"
	"github.com/koshin-updater/koshin/updater/power"
	"github.com/koshin-updater/koshin/updater/schedule"
)

var writeMonth = flag.Bool("write-month", false, "write the goldens of the simulated month anew, to be read before they are committed")

// month is March 2021 on one PC: the last in which the old build connects. The
// clock is simulated, the facts are made up, and deciding and explaining are the
// program's own.
type month struct {
	facts  updater.Facts
	on     bool
	due    bool                        // today's run has not been yet
	faulty map[manifest.Version]string // builds that will fail here, and why
	period time.Duration               // between two runs, as the policy says; zero: every one asks
	last   time.Time                   // the run that had nothing left to do
	say    *session
	out    *bytes.Buffer
}

// event is what happens at one moment, in Japan.
type event struct {
	at   string
	what string // stands in the golden
	do   func(*month)
	look bool // somebody asks koshin explain
}

// pinned is where a value of the policy lies.
func pinned(name string) string { return `HKLM\` + policy.Key + `\` + name }

var zone = time.FixedZone("JST", 9*60*60)

func events(t *testing.T) []event {
	offer := func(v string, edit ...func(*manifest.Build)) func(*month) {
		return func(m *month) {
			b := manifest.Build{Version: parseVersion(t, v), Packages: []manifest.Package{{OS: "windows", Arch: "amd64", Size: 4_800_000, InstalledSize: 30e6}}}
			for _, e := range edit {
				e(&b)
			}
			m.facts.Manifest.Builds = append([]manifest.Build{b}, m.facts.Manifest.Builds...)
		}
	}
	withdraw := func(v string) func(*month) {
		return func(m *month) {
			for i, b := range m.facts.Manifest.Builds {
				if b.Version.Equal(parseVersion(t, v)) {
					m.facts.Manifest.Builds[i].Withdrawn = &manifest.Withdrawn{Reason: "cannot print"}
				}
			}
		}
	}
	notNow := func(length time.Duration) func(*month) {
		return func(m *month) {
			lease, err := busy.New(m.facts.Now, length)
			if err != nil {
				t.Fatal(err)
			}
			m.facts.Busy.Lease = lease
		}
	}
	target := func(m *month, v string) {
		m.facts.Policy.Target = policy.Setting[manifest.Version]{Value: parseVersion(t, v), From: pinned(`TargetVersionByProduct\torikomi-soshin`)}
	}
	switchOn, switchOff := func(m *month) { m.on = true }, func(m *month) { m.on = false }
	percent := func(n int) func(*manifest.Build) {
		return func(b *manifest.Build) { b.Rollout = &manifest.Rollout{Percent: n} }
	}
	return []event{
		{"01 08:30", "the month begins: 2.1 is installed, 2.2 is offered", offer("2.2"), false},
		{"02 17:00", "switched off", switchOff, false},
		{"04 08:50", "switched on", switchOn, false},
		{"05 17:00", "switched off for the weekend", switchOff, false},
		{"08 08:50", "switched on", switchOn, false},
		{"10 17:59", "a minute before the federation closes", nil, true},
		{"10 18:00", "the federation has closed", nil, true},
		{"10 18:30", "goes to sleep", switchOff, false},
		{"11 08:40", "the client is opened before the PC has had its run", func(m *month) { m.facts.Running = []installer.Process{{PID: 4711, Name: "client.exe", User: "tanaka"}} }, false},
		{"11 10:20", "wakes up: the run of 09:00 is made up for", switchOn, false},
		{"11 11:30", "the client is closed, and somebody says \"not now\" for two hours", func(m *month) { m.facts.Running = nil; notNow(2 * time.Hour)(m) }, true},
		{"11 12:45", "three quarters of an hour are left", nil, true},
		{"11 13:30", "the lease is over; 2.2 would cut the connection here", func(m *month) { m.faulty[parseVersion(t, "2.2")] = "build-at-fault" }, true},
		{"15 08:00", "2.3 is offered, to nobody yet; the PC is on battery", func(m *month) {
			offer("2.3", percent(0))(m)
			m.facts.Power = power.State{Source: power.Battery, Percent: 12}
		}, false},
		{"16 08:00", "back at the socket, on a telephone's line; not now", func(m *month) {
			m.facts.Power, m.facts.Line = power.State{Source: power.Mains}, line.Metered
			notNow(12 * time.Hour)(m)
		}, false},
		{"17 08:00", "not now", notNow(12 * time.Hour), false},
		{"18 08:00", "2.3 is withdrawn, 2.4 comes; not now", func(m *month) { withdraw("2.3")(m); offer("2.4")(m); notNow(12 * time.Hour)(m) }, false},
		{"18 20:00", "switched off, with nobody having let koshin work for three days", switchOff, false},
		{"19 08:00", "not now, and a disk that is full", func(m *month) { m.on = true; m.facts.Space.Install.Free = 40e6; notNow(12 * time.Hour)(m) }, false},
		{"19 19:00", "switched off", switchOff, false},
		{"22 08:00", "room again; nobody says anything, but 2.4 is withdrawn too", func(m *month) { m.on = true; m.facts.Space.Install.Free = 1 << 40; withdraw("2.4")(m) }, false},
		{"23 08:00", "the administrator wants no update from 08:00 to 18:00", func(m *month) {
			m.facts.Policy.Suppressed = policy.Setting[policy.Hours]{Value: policy.Hours{Start: 8 * time.Hour, For: 10 * time.Hour}, From: pinned("UpdatesSuppressedStartHour")}
		}, false},
		{"23 18:00", "the hours are over for today", nil, true},
		{"24 08:00", "the administrator takes the hours back, and writes the next value by hand", func(m *month) {
			m.facts.Policy.Suppressed = policy.Setting[policy.Hours]{}
			m.facts.Policy.Faults = []policy.Fault{{Path: pinned(`TargetVersionByProduct\torikomi-soshin`), Err: policy.ErrValue}}
		}, false},
		{"25 08:00", "2.5 comes; not now", func(m *month) { offer("2.5")(m); notNow(12 * time.Hour)(m) }, false},
		{"26 08:00", "not now, on the day of the deadline", notNow(12 * time.Hour), false},
		{"26 22:00", "not now for twelve hours more, of which two count", notNow(12 * time.Hour), true},
		{"26 22:30", "goes to sleep", switchOff, false},
		{"27 08:30", "wakes up, and the lease has not ended by itself", switchOn, true},
		{"27 08:45", "the administrator allows nothing newer than 2.4, by the template", func(m *month) {
			m.facts.Policy.Faults = nil
			target(m, "2.4")
		}, false},
		{"27 10:00", "the administrator's version is one from before the floor", func(m *month) { target(m, "2.1") }, true},
		{"27 11:00", "the administrator allows no update at all", func(m *month) {
			m.facts.Policy.Install = policy.Setting[bool]{From: pinned("InstallAllowed")}
		}, true},
		{"28 08:00", "the administrator allows 2.5, and wants to be asked every other day", func(m *month) {
			m.facts.Policy.Install = policy.Setting[bool]{}
			target(m, "2.5")
			m.period = 48 * time.Hour
		}, false},
		{"29 08:00", "2.6 is offered, to nobody yet; the administrator names no version any more", func(m *month) {
			m.facts.Policy.Target = policy.Setting[manifest.Version]{}
			offer("2.6", percent(0))(m)
		}, false},
		{"29 12:00", "the operator asks, which is never too early", nil, true},
		{"30 08:00", "2.6 is offered to everybody; the line is the telephone's still", func(m *month) { m.facts.Manifest.Builds[0].Rollout = nil }, false},
		{"31 08:00", "at home again; 2.7 comes, for a newer Windows", func(m *month) {
			m.facts.Line = line.Free
			offer("2.7", func(b *manifest.Build) { b.MinOS = parseVersion(t, "10.0") })(m)
		}, false},
	}
}

func TestSimulatedMonth(t *testing.T) {
	words, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []messages.Language{messages.Japanese, messages.English} {
		t.Run(string(language), func(t *testing.T) {
			m := newMonth(t, words, language)
			m.live(t)
			golden := filepath.Join("testdata", "month", string(language)+".golden")
			if *writeMonth {
				if err := os.WriteFile(golden, m.out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			compareLines(t, m.out.Bytes(), bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n")))
		})
	}
}

func newMonth(t *testing.T, words *messages.Catalogue, language messages.Language) *month {
	out := new(bytes.Buffer)
	deadline := parseDate(t, "2021-03-26")
	return &month{
		on: true, faulty: map[manifest.Version]string{}, out: out,
		say: &session{app: &app{Streams: terminal.Streams{Out: out, Err: out}, words: words, language: language}},
		facts: updater.Facts{
			Window: updater.Window{Usual: updater.Span{First: 1, Last: 10, End: 18 * time.Hour}},
			Manifest: &manifest.Manifest{
				Product: "torikomi-soshin", Title: manifest.Text{JA: "取込送信システム", EN: "Import and send"},
				TLSReady: &manifest.Floor{Version: parseVersion(t, "2.2"), Since: parseDate(t, "2021-04-01")}, Deadline: &deadline,
			},
			Installed: parseVersion(t, "2.1"), Present: true, OS: "windows", Arch: "amd64", OSVersion: parseVersion(t, "6.3"),
			Space:        updater.Space{State: updater.Volume{Path: `C:\ProgramData\Koshin`, Free: 1 << 40}, Install: updater.Volume{Path: `C:\Program Files`, Free: 1 << 40}, Same: true, Data: 2e6},
			RunningKnown: true, Installation: "a-pc", Power: power.State{Source: power.Mains}, Line: line.Free,
		},
	}
}

// live goes through the month minute by minute. The daily run is due at 09:00;
// where the PC is off or asleep then, as soon as it is on, and the next day's
// takes the place of one that never came.
func (m *month) live(t *testing.T) {
	at := map[string]event{}
	for _, e := range events(t) {
		at[e.at] = e
	}
	for now := time.Date(2021, 3, 1, 0, 0, 0, 0, zone); now.Month() == time.March; now = now.Add(time.Minute) {
		m.facts.Now = now.UTC() // a PC's clock; where it stands in Japan is koshin's work
		e, happens := at[now.Format("02 15:04")]
		if happens {
			fmt.Fprintf(m.out, "# %s %s\n\n", now.Format("2 January 15:04"), e.what)
			delete(at, e.at)
			if e.do != nil {
				e.do(m)
			}
		}
		switch now.Format("15:04") {
		case "09:00":
			m.due = true
		case "23:59":
			if m.due {
				fmt.Fprintf(m.out, "# %s no run: the PC was off all day\n\n", now.Format("2 January"))
			}
		}
		if m.on && m.due {
			m.due = false
			if policy.TooEarly(m.facts.Now, m.last, m.period, schedule.Within) {
				fmt.Fprintf(m.out, "# %s the daily run ends at once: the check period is not over\n\n", now.Format("2 January 15:04"))
			} else {
				m.run("the daily run")
			}
		}
		if e.look {
			m.run("")
		}
	}
	for _, e := range at {
		t.Errorf("%s never happened", e.at)
	}
}

// run is koshin explain and, in the daily run, what update would do next.
func (m *month) run(daily string) {
	d := updater.Decide(m.facts)
	f := updater.Finding{Product: updater.Product{ID: m.facts.Manifest.Product}, Title: m.facts.Manifest.Title, Decision: d}
	f.Installed.Version = m.facts.Installed
	if daily != "" {
		fmt.Fprintf(m.out, "# %s %s\n\n", m.facts.Now.In(zone).Format("2 January 15:04"), daily)
	}
	m.say.explain(f)
	if daily == "" {
		return // only asked
	}
	m.facts.Busy.Since = m.facts.BusySince(d)
	if d.Action == updater.ActNone {
		m.last = m.facts.Now
	}
	if d.Action != updater.ActUpdate && d.Action != updater.ActRequired {
		return
	}
	target := d.Target.Build.Version
	for v, reason := range m.faulty {
		if v.Equal(target) {
			m.facts.Holds = append(m.facts.Holds, updater.Hold{Version: target, Reason: reason, Since: m.facts.Now})
			fmt.Fprintf(m.out, "# %s was installed, was at fault, and was rolled back\n\n", target)
			return
		}
	}
	m.facts.Installed, m.last = target, m.facts.Now
	fmt.Fprintf(m.out, "# %s was installed\n\n", target)
}

// compareLines names the first line that differs, and the gates around it.
func compareLines(t *testing.T, got, want []byte) {
	t.Helper()
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || !bytes.Equal(g[i], w[i]) {
			t.Fatalf("line %d differs:\n%s\nwant\n%s", i+1, bytes.Join(g[max(0, min(i-3, len(g))):min(i+4, len(g))], []byte("\n")), bytes.Join(w[max(0, min(i-3, len(w))):min(i+4, len(w))], []byte("\n")))
		}
	}
}

func parseVersion(t *testing.T, text string) manifest.Version {
	t.Helper()
	v, err := manifest.ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func parseDate(t *testing.T, text string) manifest.Date {
	t.Helper()
	d, err := manifest.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
