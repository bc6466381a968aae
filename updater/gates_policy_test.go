package updater

import (
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/policy"
)

// What the administrator says is stronger than what the operator or the publisher
// would like, and weaker than the floor where it is no plain no.
func TestPolicyGate(t *testing.T) {
	march := time.Date(2021, 3, 15, 1, 0, 0, 0, time.UTC) // ten o'clock in Japan, before the floor's day
	midnight := time.Date(2021, 3, 31, 14, 30, 0, 0, time.UTC)
	april := time.Date(2021, 4, 1, 1, 0, 0, 0, time.UTC)
	no := func(f *Facts) { f.Policy.Install = policy.Setting[bool]{From: "no"} }
	yes := func(f *Facts) { f.Policy.Install = policy.Setting[bool]{Value: true, From: "yes"} }
	target := func(v string) func(*Facts) {
		return func(f *Facts) {
			f.Policy.Target = policy.Setting[manifest.Version]{Value: version(t, v), From: "pin"}
		}
	}
	hours := func(start, length time.Duration) func(*Facts) {
		return func(f *Facts) {
			f.Policy.Suppressed = policy.Setting[policy.Hours]{Value: policy.Hours{Start: start * time.Hour, For: length * time.Hour}, From: "hours"}
		}
	}
	fault := func(f *Facts) { f.Policy.Faults = []policy.Fault{{Path: "bad", Err: policy.ErrType}} }
	deadline := func(f *Facts) { f.Manifest.Deadline = date(t, "2021-03-10") }
	window := func(f *Facts) { f.Window = Window{Usual: Span{First: 1, Last: 31}} }
	for _, row := range []struct {
		name, installed string
		now             time.Time
		edit            []func(*Facts)
		action          Action
		target          string
		verdict         GateVerdict
		says            Key
		until           string
	}{
		{"nothing is said", "2.2", march, nil, ActUpdate, "2.4", Open, GateOpen, ""},
		{"no", "2.2", march, []func(*Facts){no}, ActDeferred, "2.4", Closed, GatePolicyOff, ""},
		{"yes", "2.2", march, []func(*Facts){yes}, ActUpdate, "2.4", Open, GateOpen, ""},
		{"no, below the floor", "2.1", april, []func(*Facts){no}, ActDeferred, "2.4", Closed, GatePolicyOff, ""},
		{"nothing newer than", "2.2", march, []func(*Facts){target("2.3")}, ActUpdate, "2.3", Open, GateOpen, ""},
		{"newer stands there", "2.3", march, []func(*Facts){target("2.3")}, ActDeferred, "2.4", Closed, GatePolicyPin, ""},
		{"newest is meant", "2.2", march, []func(*Facts){target("2.4.0")}, ActUpdate, "2.4", Open, GateOpen, ""},
		{"below the floor, up to the target", "2.1", march, []func(*Facts){target("2.3")}, ActRequired, "2.3", Open, GateOpen, ""},
		{"target below the floor", "2.1", march, []func(*Facts){target("2.1")}, ActRequired, "2.4", Ignored, GatePolicyLow, ""},
		{"target below the floor of a ready client", "2.2", march, []func(*Facts){target("2.1")}, ActDeferred, "2.4", Closed, GatePolicyPin, ""},
		{"in the hours", "2.2", march, []func(*Facts){hours(9, 8)}, ActDeferred, "2.4", Closed, GatePolicyNow, "2021-03-15T08:00:00Z"},
		{"before the hours", "2.2", march, []func(*Facts){hours(11, 8)}, ActUpdate, "2.4", Open, GatePolicyNext, "2021-03-15T02:00:00Z"},
		{"in the hours, below the floor", "2.1", march, []func(*Facts){hours(9, 8)}, ActDeferred, "2.4", Closed, GatePolicyNow, "2021-03-15T08:00:00Z"},
		{"hours end with the last day", "2.1", midnight, []func(*Facts){hours(22, 8)}, ActDeferred, "2.4", Closed, GatePolicyNow, "2021-03-31T15:00:00Z"},
		{"after the last day", "2.1", april, []func(*Facts){hours(9, 8)}, ActRequired, "2.4", Ignored, GatePolicyPast, ""},
		{"after the deadline, below the floor", "2.1", march, []func(*Facts){hours(9, 8), deadline}, ActRequired, "2.4", Ignored, GatePolicyPast, ""},
		{"after the deadline, ready", "2.2", march, []func(*Facts){hours(9, 8), deadline}, ActDeferred, "2.4", Closed, GatePolicyNow, "2021-03-15T08:00:00Z"},
		{"damaged", "2.2", march, []func(*Facts){fault}, ActUpdate, "2.4", Unknown, GatePolicyBad, ""},
		{"damaged beside hours", "2.2", march, []func(*Facts){fault, hours(9, 8)}, ActDeferred, "2.4", Closed, GatePolicyNow, "2021-03-15T08:00:00Z"},
		{"no is said first", "2.1", april, []func(*Facts){target("2.1"), hours(9, 8), no}, ActDeferred, "2.4", Closed, GatePolicyOff, ""},
		{"a yes opens no other gate", "2.2", march, []func(*Facts){yes, target("9.0"), window}, ActDeferred, "2.4", Open, GateOpen, ""},
	} {
		f := Facts{
			Now: row.now, Manifest: story(t, build(t, "2.4"), build(t, "2.3"), build(t, "2.2")), Installed: version(t, row.installed),
			OS: "windows", Arch: "amd64", RunningKnown: true, Space: Space{State: Volume{Free: -1}, Install: Volume{Free: -1}},
		}
		for _, edit := range row.edit {
			edit(&f)
		}
		d := Decide(f)
		if d.Action != row.action || d.Target.Build.Version.String() != row.target {
			t.Errorf("%s: %s %s", row.name, d.Action, d.Target.Build.Version)
		}
		for _, g := range d.Gates {
			if g.Name != Policy {
				continue
			}
			until := ""
			if !g.Until.IsZero() {
				until = g.Until.UTC().Format(time.RFC3339)
			}
			if g.Verdict != row.verdict || g.Reason.Key != row.says || until != row.until {
				t.Errorf("%s: %s %s until %q", row.name, g.Verdict, g.Reason.Key, until)
			}
		}
	}
}

// The operator's consent to a proven outage opens the claim window, and nothing
// that the administrator has closed.
func TestNoConsentOpensPolicy(t *testing.T) {
	f := Facts{
		Now: time.Date(2021, 3, 5, 1, 0, 0, 0, time.UTC), Manifest: story(t, build(t, "2.2")), Installed: version(t, "2.1"),
		OS: "windows", Arch: "amd64", RunningKnown: true, Space: Space{State: Volume{Free: -1}, Install: Volume{Free: -1}},
		Window: Window{Usual: Span{First: 1, Last: 10}},
	}
	if d := Decide(f); !d.onlyWindow() {
		t.Error("the window alone stops it")
	}
	f.Policy.Install = policy.Setting[bool]{From: "no"}
	if d := Decide(f); d.onlyWindow() {
		t.Error("the policy stops it too")
	}
}
