package main

import (
	"testing"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// Whatever was true before and after: the exit code of an update, and of confirm,
// is the one that the words for its reason name.
func TestExitCodeOfVerdict(t *testing.T) {
	t.Parallel()
	words, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := &session{app: &app{words: words, language: messages.English}}
	said := map[confirm.Reason]bool{}
	check := func(verb string, r updater.Report) {
		reason := reasonOf(r)
		said[reason] = true
		if got, want := s.reportCode(verb, r), words.Verdict(messages.English, reason).Exit; got != want {
			t.Errorf("%s, %s: exit code %d, the words say %d (%+v)", verb, reason, got, want, r.After.State)
		}
	}
	for _, before := range []confirm.Client{confirm.Connected, confirm.CannotConnect, confirm.Broken, confirm.NoSelfTest, confirm.NotAsked, confirm.NotInstalled} {
		for _, after := range states() {
			judgement := confirm.Judge(confirm.State{Client: before}, after)
			outcome := updater.Updated
			if judgement.Action == confirm.RollBack {
				outcome = updater.RolledBack
			}
			check("update", updater.Report{Outcome: outcome, Judgement: &judgement, After: &confirm.Report{State: after, Verdict: after.Verdict()}})
		}
	}
	for _, after := range states() {
		report := confirm.Report{State: after, Verdict: after.Verdict(), Reason: after.Reason()}
		check("confirm", updater.Report{Outcome: updater.UpToDate, After: &report})
		if report.Verdict != confirm.Confirmed && s.reportCode("confirm", updater.Report{After: &report}) != exitcode.Unconfirmed {
			t.Errorf("confirm does not exit with 8: %+v", after)
		}
	}
	for _, reason := range confirm.Reasons() {
		if !said[reason] {
			t.Errorf("nothing leads to %s", reason)
		}
	}
}

// states are those that proofs can lead to: a reading goes with what it reads.
func states() []confirm.State {
	var all []confirm.State
	for _, client := range []confirm.Client{confirm.Connected, confirm.CannotConnect, confirm.Broken, confirm.NoSelfTest, confirm.NotAsked, confirm.NotInstalled} {
		for _, row := range []struct {
			probe    confirm.Probe
			readings []confirm.Reason
		}{
			{confirm.ProbeOK, []confirm.Reason{"", confirm.ReasonInterception, confirm.ReasonSystemTLS, confirm.ReasonWinINet, confirm.ReasonWinHTTP, confirm.ReasonWeakSuite, confirm.ReasonDoubt}},
			{confirm.ProbePartly, []confirm.Reason{confirm.ReasonNetwork, confirm.ReasonGoOnly, confirm.ReasonOneStack, confirm.ReasonInterception, confirm.ReasonSystemTLS}},
			{confirm.ProbeFailed, []confirm.Reason{confirm.ReasonNetwork, confirm.ReasonGoOnly, confirm.ReasonOneStack, confirm.ReasonInterception}},
		} {
			for _, reading := range row.readings {
				doubt := reading != "" && reading != confirm.ReasonNetwork && reading != confirm.ReasonGoOnly
				all = append(all, confirm.State{Client: client, Probe: row.probe, Doubt: doubt, Reading: reading})
			}
		}
	}
	return all
}
