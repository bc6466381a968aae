package updater

import (
	"fmt"
	"time"
)

// japan is the zone of the claim window, wherever the PC believes to be. Japan
// has had no summer time since 1951, so a fixed offset is exact.
var japan = time.FixedZone("JST", 9*60*60) //nolint:gochecknoglobals // a constant in all but syntax

// Window is the days of each month on which koshin only checks: claims are sent
// then, weekends and nights included, and a miss costs a month. The zero
// Window is never.
type Window struct{ First, Last int }

// Until says whether now is inside the window, and when the window ends.
func (w Window) Until(now time.Time) (end time.Time, inside bool) {
	t := now.In(japan)
	if w.First == 0 || t.Day() < w.First || t.Day() > w.Last {
		return time.Time{}, false
	}
	end = time.Date(t.Year(), t.Month(), w.Last+1, 0, 0, 0, 0, japan)
	if next := time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, japan); end.After(next) {
		end = next // a window to the 31st in a shorter month
	}
	return end, true
}

func (w Window) String() string {
	if w.First == 0 {
		return "-"
	}
	return fmt.Sprintf("%d-%d", w.First, w.Last)
}
