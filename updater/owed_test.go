package updater

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/line"
	"github.com/koshin-updater/koshin/updater/power"
)

func restartAllowed(b *manifest.Build) {
	for i := range b.Packages {
		b.Packages[i].RestartAllowed = true
	}
}

// What becomes of 2.3 that waits for the restart over 2.2, by what is true when
// the next koshin looks: "update" decides among all builds, "recover" about this
// one alone.
func TestOwedFate(t *testing.T) {
	t.Parallel()
	fifth := time.Date(2021, 5, 5, 3, 0, 0, 0, time.UTC)
	twentieth := time.Date(2021, 5, 20, 3, 0, 0, 0, time.UTC)
	client := []installer.Process{{PID: 7, Name: "client.exe"}}
	waiting := build(t, "2.3", restartAllowed)
	cases := []struct {
		name            string
		installed       string
		builds          []manifest.Build
		edit            func(*Facts, *Owed)
		update, recover fate
	}{
		{"nothing changed", "2.2", []manifest.Build{waiting}, nil, finish, finish},
		{"the client is open", "2.2", []manifest.Build{waiting}, func(f *Facts, _ *Owed) { f.Running = client }, finish, finish},
		{"installed by now", "2.3", []manifest.Build{waiting}, nil, drop, drop},
		{"a newer one by hand", "2.4", []manifest.Build{waiting}, nil, drop, drop},
		{"withdrawn", "2.2", []manifest.Build{build(t, "2.3", restartAllowed, withdrawn)}, nil, drop, drop},
		{"no longer in the channel", "2.2", []manifest.Build{build(t, "2.2")}, nil, drop, drop},
		{"a newer one is offered", "2.2", []manifest.Build{build(t, "2.4"), waiting}, nil, drop, finish},
		{"a newer one, not for this PC yet", "2.2", []manifest.Build{build(t, "2.4", rollout(0)), waiting}, nil, finish, finish},
		{"other bytes under its version", "2.2", []manifest.Build{waiting}, func(_ *Facts, o *Owed) { o.Package[0]++ }, drop, drop},
		{"no longer allowed", "2.2", []manifest.Build{build(t, "2.3")}, nil, drop, drop},
		{"held since", "2.2", []manifest.Build{waiting}, func(f *Facts, _ *Owed) { f.Holds = []Hold{{Version: version(t, "2.3")}} }, drop, drop},
		{"claims are sent", "2.2", []manifest.Build{waiting}, func(f *Facts, _ *Owed) { f.Now = fifth }, wait, wait},
		{"claims are sent, below the floor", "2.1", []manifest.Build{waiting}, func(f *Facts, _ *Owed) { f.Now = fifth }, wait, wait},
		{"claims are sent, and the client is open", "2.2", []manifest.Build{waiting}, func(f *Facts, _ *Owed) { f.Now, f.Running = fifth, client }, wait, wait},
		{"its share was taken back", "2.2", []manifest.Build{build(t, "2.3", restartAllowed, rollout(0))}, nil, wait, wait},
		{"no room left at all", "2.2", []manifest.Build{waiting}, func(f *Facts, _ *Owed) { f.Space.Install.Free = 1e6 }, wait, wait},
		{"room for the swap only", "2.2", []manifest.Build{waiting}, func(f *Facts, _ *Owed) { f.Space.Install.Free = diskMargin }, finish, finish},
		{"the PC was off for a month", "2.2", []manifest.Build{waiting}, func(f *Facts, o *Owed) { o.Checked = f.Now.Add(-maxOwed - time.Minute) }, drop, drop},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := Facts{
				Now: twentieth, Window: Window{Usual: Span{First: 1, Last: 10}}, Manifest: story(t, c.builds...), Installed: version(t, c.installed),
				OS: "windows", Arch: "amd64", OSVersion: version(t, "6.3"), Space: Space{State: Volume{Free: 1 << 40}, Install: Volume{Free: 1 << 40}}, RunningKnown: true, Installation: "a-pc",
				Staged: version(t, "2.3"),
			}
			o := Owed{Version: version(t, "2.3"), Checked: twentieth.Add(-24 * time.Hour)}
			if c.edit != nil {
				c.edit(&f, &o)
			}
			if got := o.fate(Decide(f), f.Now); got != c.update {
				t.Errorf("update: %s, want %s", got, c.update)
			}
			f.Only = o.Version
			if got := o.fate(Decide(f), f.Now); got != c.recover {
				t.Errorf("recover: %s, want %s", got, c.recover)
			}
		})
	}
}

// The open client's gate gives way only where the publisher allows it, and takes
// no other gate along.
func TestRestartAllowedOpensOneGate(t *testing.T) {
	t.Parallel()
	fifth := time.Date(2021, 5, 5, 3, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		build  manifest.Build
		now    time.Time
		action Action
		gates  map[GateName]GateVerdict
	}{
		{"not allowed", build(t, "2.3"), fifth.AddDate(0, 0, 15), ActDeferred, map[GateName]GateVerdict{ClientRunning: Closed}},
		{"allowed", build(t, "2.3", restartAllowed), fifth.AddDate(0, 0, 15), ActUpdate, map[GateName]GateVerdict{ClientRunning: Ignored}},
		{"allowed, claims are sent", build(t, "2.3", restartAllowed), fifth, ActDeferred, map[GateName]GateVerdict{ClientRunning: Ignored, ClaimWindow: Closed}},
		{"allowed, not its turn", build(t, "2.3", restartAllowed, rollout(0)), fifth.AddDate(0, 0, 15), ActDeferred, map[GateName]GateVerdict{ClientRunning: Ignored, RolloutShare: Closed}},
	} {
		d := Decide(Facts{
			Now: c.now, Window: Window{Usual: Span{First: 1, Last: 10}}, Manifest: story(t, c.build), Installed: version(t, "2.2"),
			OS: "windows", Arch: "amd64", OSVersion: version(t, "6.3"), Space: Space{State: Volume{Free: 1 << 40}, Install: Volume{Free: 1 << 40}}, RunningKnown: true, Installation: "a-pc",
			Running: []installer.Process{{PID: 7, Name: "client.exe", User: "tanaka"}}, Power: power.State{Source: power.Mains}, Line: line.Free,
		})
		if d.Action != c.action {
			t.Errorf("%s: %s, want %s", c.name, d.Action, c.action)
		}
		for _, g := range d.Gates {
			if want, other := c.gates[g.Name]; g.Verdict != want && (other || g.Verdict != Open) {
				t.Errorf("%s: gate %s is %s", c.name, g.Name, g.Verdict)
			}
			if g.Name == ClientRunning && g.Reason.Args["programs"] != "client.exe (pid 7, tanaka)" {
				t.Errorf("%s: %v", c.name, g.Reason)
			}
		}
	}
}

func TestOwedNote(t *testing.T) {
	t.Parallel()
	now := time.Date(2021, 5, 20, 3, 0, 0, 0, time.UTC)
	u := New(Options{StateDir: t.TempDir(), Now: func() time.Time { return now }})
	if err := os.MkdirAll(u.productState("torikomi-soshin"), 0o755); err != nil {
		t.Fatal(err)
	}
	o := Owed{Product: "torikomi-soshin", Version: version(t, "2.3"), From: version(t, "2.2"), State: installer.Recorded,
		Checked: now, Used: "client.exe (pid 7, tanaka)", Agreed: []QuestionKind{AskOutage}}
	first, err := u.saveOwed(o)
	if err != nil {
		t.Fatal(err)
	}
	now = now.AddDate(0, 0, 1)
	o.Checked = now
	if _, err := u.saveOwed(o); err != nil {
		t.Fatal(err)
	}
	got, ok := u.owed("torikomi-soshin")
	if !ok || !got.Since.Equal(first.Since) || !got.Checked.Equal(now) || got.Used != o.Used || len(got.Agreed) != 1 {
		t.Errorf("%+v", got)
	}
	o.Tree[0]++ // another build
	if _, err := u.saveOwed(o); err != nil {
		t.Fatal(err)
	}
	if got, _ := u.owed("torikomi-soshin"); !got.Since.Equal(now) {
		t.Errorf("another build waits since %v", got.Since)
	}
	if _, ok := u.owed("kani-nyuryoku"); ok {
		t.Error("nothing waits for the other product")
	}
	// A note that cannot be relied on is none.
	file := filepath.Join(u.productState("torikomi-soshin"), "restart.json")
	for _, damaged := range []string{"", "{", `{"schema":"koshin/restart/2","product":"torikomi-soshin","version":"2.3"}`,
		`{"schema":"koshin/restart/1","product":"kani-nyuryoku","version":"2.3"}`, `{"schema":"koshin/restart/1","product":"torikomi-soshin"}`} {
		if err := os.WriteFile(file, []byte(damaged), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, ok := u.owed("torikomi-soshin"); ok {
			t.Errorf("%q is taken for a note", damaged)
		}
	}
}
