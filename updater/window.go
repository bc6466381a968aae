package updater

import (
	"fmt"
	"time"
)

// japan is the zone of the claim window, wherever the PC believes to be. Japan
// has had no summer time since 1951, so a fixed offset is exact.
var japan = time.FixedZone("JST", 9*60*60) //nolint:gochecknoglobals // a constant in all but syntax

// Window is the days of each month on which koshin only checks: claims are sent
// then, weekends and nights included, and a miss costs a month. Some federations
// close at 18:00 on the last day, and some months differ (DOMAIN section 1). The
// zero Window is never.
type Window struct {
	Usual  Span
	Months map[Month]Span // months that differ; one of a year before one of every year
}

// Span is the window in one month, in Japan. The zero Span is none.
type Span struct {
	First, Last int           // days; a last day that the month does not have is its last
	Start       time.Duration // on the first day, since midnight
	End         time.Duration // on the last day, since midnight; zero is the midnight after it
}

// Month is May of 2021, or with Year 0 the May of every year.
type Month struct {
	Year  int
	Month time.Month
}

// Until says whether now is inside the window, and when the window ends. A
// window that goes on into the next month ends there; one without an end, as
// with all days of all months, has the zero end.
func (w Window) Until(now time.Time) (end time.Time, inside bool) {
	t := now.In(japan)
	begin, end, ok := w.in(t.Year(), t.Month())
	if !ok || now.Before(begin) || !now.Before(end) {
		return time.Time{}, false
	}
	for range monthsAhead {
		next, nextEnd, ok := w.in(end.Year(), end.Month()) // where it ends with the month, this is the next one
		if !ok || next.After(end) || !nextEnd.After(end) {
			return end, true
		}
		end = nextEnd
	}
	return time.Time{}, true
}

// Next is when the window begins after now; zero: not in the months to come.
func (w Window) Next(now time.Time) time.Time {
	t := now.In(japan)
	for i := range monthsAhead {
		first := time.Date(t.Year(), t.Month()+time.Month(i), 1, 0, 0, 0, 0, japan)
		if begin, _, ok := w.in(first.Year(), first.Month()); ok && begin.After(now) {
			return begin
		}
	}
	return time.Time{}
}

// monthsAhead is how far a beginning or an end is looked for: a year and the
// rest of this month.
const monthsAhead = 13

// in is the window in one month.
func (w Window) in(year int, month time.Month) (begin, end time.Time, ok bool) {
	s, differs := w.Months[Month{year, month}]
	if !differs {
		s, differs = w.Months[Month{0, month}]
	}
	if !differs {
		s = w.Usual
	}
	days := time.Date(year, month+1, 0, 0, 0, 0, 0, japan).Day()
	if s.First == 0 || s.First > days {
		return begin, end, false
	}
	begin = time.Date(year, month, s.First, 0, 0, 0, 0, japan).Add(s.Start)
	end = time.Date(year, month, min(s.Last, days)+1, 0, 0, 0, 0, japan)
	if s.End > 0 {
		end = time.Date(year, month, min(s.Last, days), 0, 0, 0, 0, japan).Add(s.End)
	}
	return begin, end, begin.Before(end)
}

func (s Span) String() string {
	if s.First == 0 {
		return "-"
	}
	return fmt.Sprintf("%d-%d", s.First, s.Last)
}
