package updater

import (
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// Ending is the day until which the installed build can connect. It is stronger
// than any "later": as long as it is near it is said, whatever the gates say.
type Ending struct {
	LastDay manifest.Date // in Japan
	Days    int           // from today; 0 is today
}

// warnDays before the last day the end begins to be said: two claim windows.
const warnDays = 60

// endingOf is nil unless the installed build is below the floor, the floor has
// yet to come, and it is near.
func endingOf(now time.Time, ready *bool, floor *manifest.Floor) *Ending {
	if ready == nil || *ready || floor == nil {
		return nil
	}
	today := now.In(japan)
	midnight := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, japan)
	days := int(startOf(floor.Since).Sub(midnight)/(24*time.Hour)) - 1
	if days < 0 || days > warnDays {
		return nil
	}
	return &Ending{LastDay: manifest.DateOf(floor.Since.Time().AddDate(0, 0, -1)), Days: days}
}

// over says that the installed build is below the floor, and its last day past.
func over(now time.Time, ready *bool, floor *manifest.Floor) bool {
	return ready != nil && !*ready && floor != nil && !now.Before(startOf(floor.Since))
}

// startOf is the first moment of a day in Japan.
func startOf(d manifest.Date) time.Time {
	t := d.Time()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, japan)
}
