package updater

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// What a run found out is what the next one reads, whatever of it there was.
func TestLatelyIsKept(t *testing.T) {
	now := time.Date(2026, 5, 7, 9, 0, 0, 0, time.UTC)
	u := New(Options{StateDir: t.TempDir(), Now: func() time.Time { return now }})
	version := func(text string) manifest.Version {
		v, err := manifest.ParseVersion(text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	product := Product{ID: "torikomi-soshin"}
	waits := Decision{Action: ActDeferred, Latest: version("2.2.0"), Gates: []Gate{{Name: ClaimWindow, Verdict: Closed, Until: now.Add(time.Hour)}, {Name: DiskSpace, Verdict: Open}, {Name: MeteredLine, Verdict: Unknown}}}
	decided := func(installed manifest.Version) *LatelyDecided {
		return &LatelyDecided{Time: now, Installed: installed, Latest: version("2.2.0"), Action: ActDeferred, Gates: []LatelyGate{{ClaimWindow, Closed, now.Add(time.Hour)}}}
	}
	proof := &confirm.Report{Verdict: confirm.Confirmed, Reason: confirm.ReasonAllGood}
	confirmed := &LatelyConfirmed{now, confirm.Confirmed, confirm.ReasonAllGood}
	steps := []struct {
		name string
		do   func()
		want Lately
	}{
		{"nothing", func() {}, Lately{}},
		{"a check of nothing installed", func() { u.RememberFinding(Finding{Product: product, Decision: waits}, "") },
			Lately{Decided: decided(manifest.Version{}), Ended: &LatelyEnded{Time: now, Verb: "check"}}},
		{"a check that reached nobody keeps what was known", func() { u.RememberFinding(Finding{Product: product, Err: os.ErrClosed}, "unreachable") },
			Lately{Decided: decided(manifest.Version{}), Ended: &LatelyEnded{Time: now, Verb: "check", Error: "unreachable"}}},
		{"an update that waits, with what it proved before", func() {
			u.RememberReport("update", Report{Product: product.ID, From: version("2.1.0"), Outcome: Deferred, Decision: waits, Before: proof}, "")
		}, Lately{Decided: decided(version("2.1.0")), Confirmed: confirmed, Ended: &LatelyEnded{now, "update", Deferred, ""}}},
		{"a dry run is a check", func() {
			u.RememberReport("update", Report{Product: product.ID, From: version("2.1.0"), Outcome: Deferred, DryRun: true, Decision: waits}, "")
		}, Lately{Decided: decided(version("2.1.0")), Confirmed: confirmed, Ended: &LatelyEnded{Time: now, Verb: "check"}}},
		{"a client that is not whole", func() {
			u.RememberReport("confirm", Report{Product: product.ID, After: proof, Err: ErrDamaged}, "folder-damaged")
		}, Lately{Decided: decided(version("2.1.0")), Confirmed: &LatelyConfirmed{now, confirm.Partial, confirm.ReasonAllGood}, Ended: &LatelyEnded{now, "confirm", "", "folder-damaged"}}},
		{"an update", func() {
			u.RememberReport("update", Report{Product: product.ID, From: version("2.1.0"), To: version("2.2.0"), Outcome: Updated, Decision: waits, After: proof}, "")
		}, Lately{Decided: &LatelyDecided{Time: now, Installed: version("2.2.0"), Latest: version("2.2.0"), Action: ActNone, Gates: []LatelyGate{}}, Confirmed: confirmed, Ended: &LatelyEnded{now, "update", Updated, ""}}},
		{"a way back, whose proof before says nothing of what stands now", func() {
			u.RememberReport("update", Report{Product: product.ID, Outcome: RolledBack, Before: &confirm.Report{Verdict: confirm.Unreachable}, Err: errors.New("x")}, "unexpected")
		}, Lately{Confirmed: confirmed, Ended: &LatelyEnded{now, "update", RolledBack, "unexpected"}}},
	}
	for _, s := range steps {
		s.do()
		if got := u.Lately(product.ID); !reflect.DeepEqual(got, s.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", s.name, got, s.want)
		}
	}
	for _, damaged := range []string{"", "{", `{"schema":"koshin/lately/2","ended":{"verb":"check"}}`} {
		if err := os.WriteFile(filepath.Join(u.options.StateDir, "lately", "torikomi-soshin.json"), []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := u.Lately(product.ID); got != (Lately{}) {
			t.Errorf("%q is taken for %+v", damaged, got)
		}
	}
}
