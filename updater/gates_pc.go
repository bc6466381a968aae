package updater

import (
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/line"
	"github.com/koshin-updater/koshin/updater/power"
)

// enoughBattery, in percent, is three times what Windows calls low: what is left
// after an update must still do for the work that the operator came for.
const enoughBattery = 30

func (f Facts) battery() Gate {
	left := f.Power.Percent
	switch {
	case f.Power.Source == power.Unknown:
		return Gate{Name: BatteryLow, Verdict: Unknown, Reason: note(GateBatteryAsk)}
	case f.Power.Source == power.Battery && left < enoughBattery:
		return Gate{Name: BatteryLow, Verdict: Closed, Reason: note(GateBattery, "percent", left, "need", enoughBattery)}
	case f.Power.Source == power.Battery:
		return Gate{Name: BatteryLow, Verdict: Open, Reason: note(GateBatteryOK, "percent", left)}
	}
	return open(BatteryLow)
}

// metered asks only about what is still to be loaded.
func (f Facts) metered(c manifest.Candidate, required bool) Gate {
	load := f.Space.needs(c.Package).download
	switch {
	case load == 0 || f.Line == line.Free || f.Staged.Equal(c.Build.Version):
		return open(MeteredLine)
	case f.Line == line.Unknown:
		return Gate{Name: MeteredLine, Verdict: Unknown, Reason: note(GateMeteredAsk)}
	case required:
		return Gate{Name: MeteredLine, Verdict: Ignored, Reason: note(GateIgnored)}
	}
	return Gate{Name: MeteredLine, Verdict: Closed, Reason: note(GateMetered, "size", megabytes(load))}
}
