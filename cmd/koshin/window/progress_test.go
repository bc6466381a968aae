package window

import (
	"testing"
	"time"

	"github.com/koshin-updater/koshin/updater"
)

// step is an event of a download, in seconds and kilobytes of a thousand.
type step struct{ second, kilobytes int64 }

func followed(steps ...step) run {
	var r run
	e := event(updater.PhaseDownload, 0, 0, 1_000_000)
	began := e.Time
	for _, s := range steps {
		e.Time, e.Bytes = began.Add(time.Duration(s.second)*time.Second), s.kilobytes*1000
		r = r.follow(e)
	}
	return r
}

// The time left is told by what the events say they have moved, and in how long.
func TestTimeLeft(t *testing.T) {
	even := func(from, to, each int64) (all []step) {
		for s := from; s <= to; s++ {
			all = append(all, step{s, (s - from) * each})
		}
		return all
	}
	const unknown = -time.Second
	rows := []struct {
		name  string
		steps []step
		later time.Duration // after the last event
		left  time.Duration
	}{
		{"nothing yet", nil, 0, unknown},
		{"one event", []step{{0, 0}}, 0, unknown},
		{"too soon to tell", []step{{0, 0}, {1, 100}}, 0, unknown},
		{"ten kilobytes a second", even(0, 10, 10), 0, 90 * time.Second},
		{"counted down between two events", even(0, 10, 10), 4 * time.Second, 86 * time.Second},
		{"nothing moves", even(0, 10, 10), 11 * time.Second, unknown},
		{"never more than nothing left", append(even(0, 10, 10), step{11, 999}), 5 * time.Second, 0},
		{"resumed: what was there is not counted", []step{{0, 500}, {10, 600}}, 0, 40 * time.Second},
		{"slower than it was", append(even(0, 20, 40), step{30, 805}, step{40, 810}), 0, 19 * 20 * time.Second},
		{"done", []step{{0, 0}, {10, 1000}}, 0, unknown},
		{"began anew", []step{{0, 0}, {10, 500}, {11, 10}}, 0, unknown},
		{"would take a week", []step{{0, 0}, {100, 0}, {119, 1}}, 0, unknown},
		{"stands still", []step{{0, 5}, {9, 5}}, 0, unknown},
	}
	for _, row := range rows {
		r := followed(row.steps...)
		r.now = r.now.Add(row.later)
		left, known := r.left()
		if !known {
			left = unknown
		}
		if left.Round(time.Second) != row.left {
			t.Errorf("%s: %s, want %s", row.name, left, row.left)
		}
	}
}

// Another phase, or another product, has a pace of its own.
func TestPaceIsOfOnePhase(t *testing.T) {
	r := followed(step{0, 0}, step{10, 500})
	if _, known := r.left(); !known {
		t.Fatal("the download's pace is not known")
	}
	for name, e := range map[string]Event{
		"phase":   event(updater.PhaseStage, 11*time.Second, 600_000, 1_000_000),
		"product": {Phase: updater.PhaseDownload, Product: "kani-nyuryoku", Time: r.now.Add(time.Second), Bytes: 600_000, Total: 1_000_000},
		"clock":   event(updater.PhaseDownload, 5*time.Second, 600_000, 1_000_000),
	} {
		if left, known := r.follow(e).left(); known {
			t.Errorf("another %s: %s left", name, left)
		}
	}
}

func TestPercent(t *testing.T) {
	for _, row := range [][3]int64{{0, 0, -1}, {0, 100, 0}, {99, 100, 99}, {100, 100, 100}, {999, 100, 100}, {1 << 62, 1<<62 + 1, 100}} {
		r := run{last: Event{Bytes: row[0], Total: row[1]}}
		if got := r.percent(); got != int(row[2]) {
			t.Errorf("%d of %d: %d %%", row[0], row[1], got)
		}
	}
}

// A shutdown is held back from the backup until the new build is kept or the old
// one is back, and not while a connection is only tested again.
func TestShutdownIsHeldForTheSwapOnly(t *testing.T) {
	held := func(phases ...updater.Phase) bool {
		m := told(t, "ja", Checked{}, Pressed{Check})
		m.at = working
		for _, p := range phases {
			m, _ = m.Told(Happened{event(p, 0, 0, 0)})
		}
		return m.View().HoldShutdown != ""
	}
	story := []updater.Phase{
		updater.PhaseRecover, updater.PhaseDetect, updater.PhaseTrust, updater.PhaseGates, updater.PhaseBaseline, updater.PhaseDownload, updater.PhaseVerify,
		updater.PhaseStage, updater.PhaseRehearse, updater.PhaseBackUp, updater.PhaseSwap, updater.PhaseConfirm, updater.PhaseCommit, updater.PhaseRecord,
	}
	for i, p := range story {
		if want := i >= 9 && i <= 12; held(story[:i+1]...) != want {
			t.Errorf("%s: held %t", p, !want)
		}
	}
	if held(updater.PhaseConfirm) {
		t.Error("held while a connection is only tested")
	}
	if !held(updater.PhaseBackUp, updater.PhaseSwap, updater.PhaseConfirm, updater.PhaseRollBack) || held(updater.PhaseRollBack, updater.PhaseRecord) {
		t.Error("a way back")
	}
	m := told(t, "ja", Checked{})
	m.at = working
	m, _ = m.Told(Happened{event(updater.PhaseSwap, 0, 0, 0)})
	m, _ = m.Told(Ended{Result: result(t, nil)})
	if m.View().HoldShutdown != "" {
		t.Error("held after the end")
	}
}
