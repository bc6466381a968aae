package main

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/line"
	"github.com/koshin-updater/koshin/updater/power"
	"github.com/koshin-updater/koshin/updater/schedule"
)

// stage is a share of the PCs from some time on, counted from the first morning.
type stage struct {
	from    time.Duration
	percent int
}

const nextDay = 24 * time.Hour

// plans are how a publisher hands a build out: everybody at once, or a step
// further each evening.
func plans() []struct {
	name   string
	stages []stage
} {
	return []struct {
		name   string
		stages []stage
	}{
		{"100 % at once", []stage{{0, 100}}},
		{"1, 10, 50, 100 %, a step a day", []stage{{0, 1}, {nextDay, 10}, {2 * nextDay, 50}, {3 * nextDay, 100}}},
		{"1, 5, 25, 50, 100 %, a step each two days", []stage{{0, 1}, {2 * nextDay, 5}, {4 * nextDay, 25}, {6 * nextDay, 50}, {8 * nextDay, 100}}},
	}
}

// simulated is the PCs of the simulation: their runs in the week, drawn once.
type simulated struct {
	installations []string
	runs          [][]time.Duration // since the first midnight
}

// rollouts plays a build that is at fault: how many PCs have met it before it is
// withdrawn. Which PC takes it is decided by the updater's own Decide.
func (b *measurement) rollouts(ctx context.Context, out io.Writer) error {
	pcs := newFleet(fleetSize, 10)
	fmt.Fprintf(out, "\n## A build at fault\n\nA simulation: %d PCs, on from before nine until after five, each with its random name and its moments in the %s\n"+
		"after 9, 13 and 17 o'clock. At midnight a build is promoted whose fault koshin cannot find by itself; so long after the\nfirst PC took it the publisher withdraws it. Each run of each PC is decided by `updater.Decide` on the manifest of that\n"+
		"moment. A build that cannot connect does less: each PC puts it back itself.\n\n", fleetSize, schedule.Within)
	fmt.Fprintln(out, "| handed out | PCs below the floor | withdrawn after | PCs that took it | of all |")
	fmt.Fprintln(out, "| --- | ---: | --- | ---: | ---: |")
	for _, plan := range plans() {
		for _, below := range []int{0, 10} {
			for _, after := range []time.Duration{time.Hour, 8 * time.Hour, 30 * time.Hour, 78 * time.Hour} {
				if below > 0 && after != 8*time.Hour {
					continue // one line shows it
				}
				took, err := pcs.play(ctx, plan.stages, below, after)
				if err != nil {
					return err
				}
				fmt.Fprintf(out, "| %s | %d %% | %.0f h | %d | %.2f %% |\n", plan.name, below, after.Hours(), took, 100*float64(took)/fleetSize)
			}
		}
	}
	fmt.Fprintln(out, "\nA PC below the floor does not wait for its turn (DESIGN section 7): a build that brings the floor reaches all that need it on the\nfirst day, whatever its share. What limits it is the channel `pilot`.")
	return nil
}

func newFleet(size, days int) *simulated {
	s := &simulated{}
	r := rand.New(rand.NewPCG(2021, 4))
	for range size {
		var name [16]byte
		binary.LittleEndian.PutUint64(name[:8], r.Uint64())
		binary.LittleEndian.PutUint64(name[8:], r.Uint64())
		s.installations = append(s.installations, hex.EncodeToString(name[:]))
		var runs []time.Duration
		for day := range days {
			for _, hour := range schedule.Hours() {
				if hour >= 9 && hour <= 17 {
					runs = append(runs, time.Duration(day)*nextDay+time.Duration(hour)*time.Hour+schedule.Moment(schedule.Within, r.Float64()))
				}
			}
		}
		s.runs = append(s.runs, runs)
	}
	return s
}

// play counts the PCs that take the build until it is withdrawn, so long after
// the first did. So many percent have a build below the floor.
func (s *simulated) play(ctx context.Context, stages []stage, below int, after time.Duration) (took int, err error) {
	facts, err := newFacts()
	if err != nil {
		return 0, err
	}
	moments := make([]time.Duration, 0, len(s.installations))
	for n, name := range s.installations {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		at, taken := facts.firstTaken(name, n%100 < below, s.runs[n], stages)
		if taken {
			moments = append(moments, at)
		}
	}
	if len(moments) == 0 {
		return 0, nil
	}
	end := slices.Min(moments) + after
	for _, at := range moments {
		if at < end {
			took++
		}
	}
	return took, nil
}

// turn is one PC's facts, beside what does not change.
type turn struct {
	facts    updater.Facts
	ready    manifest.Version // at the floor
	old      manifest.Version // below it
	percents map[int]*manifest.Manifest
}

func newFacts() (*turn, error) {
	t := &turn{percents: map[int]*manifest.Manifest{}}
	var bad manifest.Version
	for text, v := range map[string]*manifest.Version{"2.1.0": &t.old, "2.2.0": &t.ready, "2.3.0": &bad} {
		parsed, err := manifest.ParseVersion(text)
		if err != nil {
			return nil, err
		}
		*v = parsed
	}
	since, err := manifest.ParseDate("2021-04-01")
	if err != nil {
		return nil, err
	}
	for _, plan := range plans() {
		for _, stage := range plan.stages {
			t.percents[stage.percent] = &manifest.Manifest{
				Product: "client", Channel: manifest.Stable, TLSReady: &manifest.Floor{Version: t.ready, Since: since},
				Builds: []manifest.Build{{
					Version: bad, Rollout: &manifest.Rollout{Percent: stage.percent},
					Packages: []manifest.Package{{OS: "windows", Arch: "amd64", Size: 10e6, InstalledSize: 30e6}},
				}},
			}
		}
	}
	room := updater.Volume{Free: 1 << 40}
	t.facts = updater.Facts{
		Now: time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC), Power: power.State{Source: power.Mains}, Line: line.Free,
		OS: "windows", Arch: "amd64", Space: updater.Space{State: room, Install: room}, RunningKnown: true,
	}
	return t, nil
}

// firstTaken is the run in which a PC takes the build, if it does. Only what the
// share was at each run can differ, so runs of the same share are asked once.
func (t *turn) firstTaken(installation string, below bool, runs []time.Duration, stages []stage) (time.Duration, bool) {
	f := t.facts
	f.Installation, f.Installed = installation, t.ready
	if below {
		f.Installed = t.old
	}
	asked := -1
	for _, at := range runs {
		percent := 0
		for _, s := range stages {
			if at >= s.from {
				percent = s.percent
			}
		}
		if percent == asked {
			continue
		}
		asked = percent
		f.Manifest = t.percents[percent]
		if action := updater.Decide(f).Action; action == updater.ActUpdate || action == updater.ActRequired {
			return at, true
		}
	}
	return 0, false
}
