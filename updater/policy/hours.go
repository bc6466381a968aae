package policy

import (
	"fmt"
	"time"
)

// Hours are the hours of each day, in Japan, in which nothing is installed.
type Hours struct {
	Start time.Duration // since midnight, less than a day
	For   time.Duration // may go on past midnight; less than a day
}

// japan is the zone of all of koshin's hours, wherever the PC believes to be.
func japan() *time.Location { return time.FixedZone("JST", 9*60*60) }

// Until says whether now is inside the hours, and when they end.
func (h Hours) Until(now time.Time) (end time.Time, inside bool) {
	for _, day := range []int{-1, 0} {
		begin := h.begin(now, day)
		if end := begin.Add(h.For); !now.Before(begin) && now.Before(end) {
			return end, true
		}
	}
	return time.Time{}, false
}

// Next is when they begin after now.
func (h Hours) Next(now time.Time) time.Time {
	if begin := h.begin(now, 0); begin.After(now) {
		return begin
	}
	return h.begin(now, 1)
}

// begin is their beginning so many days from today. Japan has no summer time: a
// day has 24 hours.
func (h Hours) begin(now time.Time, days int) time.Time {
	t := now.In(japan())
	return time.Date(t.Year(), t.Month(), t.Day()+days, 0, 0, 0, 0, t.Location()).Add(h.Start)
}

// String is "09:00-17:30".
func (h Hours) String() string {
	clock := func(d time.Duration) string {
		minutes := int(d/time.Minute) % (24 * 60)
		return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
	}
	return clock(h.Start) + "-" + clock(h.Start+h.For)
}

// TooEarly says whether a daily run that begins now has nothing to ask yet, since
// the last one that had nothing left to do. spread is how much the moments of two
// runs differ by chance: a period of a day must not become one of a day and four
// hours because today's run began some minutes sooner. A last run in the future
// (the clock was set back) and a period of zero make no run too early.
func TooEarly(now, last time.Time, period, spread time.Duration) bool {
	return period > 0 && !last.After(now) && now.Before(last.Add(period-spread))
}
