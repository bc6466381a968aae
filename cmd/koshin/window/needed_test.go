package window

import (
	"testing"

	"github.com/koshin-updater/koshin/updater"
)

func TestNeeded(t *testing.T) {
	fine, owed, over := updater.Status{}, updater.Status{Owed: &updater.Owed{}}, updater.Status{Over: true}
	ending := func(days int) updater.Status { return updater.Status{Ending: &updater.Ending{Days: days}} }
	ran := func(code int) *updater.Run { return &updater.Run{Code: code} }
	rows := []struct {
		name string
		seen Seen
		want Attention
	}{
		{"nothing is known", Seen{}, NoAttention},
		{"all is well", Seen{Products: []updater.Status{fine}, LastRun: ran(0)}, NoAttention},
		{"the last day is near", Seen{Products: []updater.Status{fine, ending(60)}, LastRun: ran(0)}, DeadlineIsNear},
		{"the last day is past", Seen{Products: []updater.Status{over}}, DeadlineIsNear},
		{"not now, and two weeks left", Seen{Products: []updater.Status{ending(8)}, Postponed: true}, NoAttention},
		{"not now, and a week left", Seen{Products: []updater.Status{ending(7)}, Postponed: true}, DeadlineIsNear},
		{"not now, and too late", Seen{Products: []updater.Status{over}, Postponed: true}, DeadlineIsNear},
		{"a restart is owed", Seen{Products: []updater.Status{owed}, LastRun: ran(10)}, RestartIsWanted},
		{"a restart is owed, not now", Seen{Products: []updater.Status{owed}, LastRun: ran(10), Postponed: true}, NoAttention},
		{"somebody else sends", Seen{Delegated: true, Products: []updater.Status{over, owed}, LastRun: ran(1)}, NoAttention},
		{"the deadline comes first", Seen{Products: []updater.Status{owed, over}, LastRun: ran(1)}, DeadlineIsNear},
		{"a failure before a restart", Seen{Products: []updater.Status{owed}, LastRun: ran(5), Postponed: true}, UpdateFailed},
	}
	for _, row := range rows {
		if got := Needed(row.seen); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
	calls := map[int]bool{0: false, 1: true, 2: true, 3: false, 4: true, 5: true, 6: false, 7: false, 8: true, 9: true, 10: false, 130: false}
	for code, want := range calls {
		if got := Needed(Seen{LastRun: ran(code)}) == UpdateFailed; got != want {
			t.Errorf("after exit code %d: called %t", code, got)
		}
	}
}
