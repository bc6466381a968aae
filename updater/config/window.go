package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Window is the claim window, in Japan, in which koshin only checks:
//
//	[window]
//	days = "1-10"
//	end = "18:00"          # on the last day; without it the midnight after
//
//	[[window.except]]      # a month that differs
//	month = "2021-05"      # or "05": May of every year
//	days = "1-12"
//
// An exception has the usual days and hours but for those that it names; days =
// "none" is a month without a window.
type Window struct {
	Days   Days     `toml:"days"`
	Start  Clock    `toml:"start,omitempty"` // on the first day
	End    Clock    `toml:"end,omitempty"`   // on the last day
	Except []Except `toml:"except,omitempty"`
}

// Except is a month whose window differs.
type Except struct {
	Month Month `toml:"month"`
	Days  *Days `toml:"days,omitempty"` // nil: the usual ones
	Start Clock `toml:"start,omitempty"`
	End   Clock `toml:"end,omitempty"`
}

// Days is a span of days of the month, both included. The zero Days, written
// "none", is no day.
type Days struct{ First, Last int }

// none is how no day is written.
const none = "none"

// UnmarshalText reads "1-10", "5" or "none".
func (d *Days) UnmarshalText(text []byte) error {
	if string(text) == none {
		*d = Days{}
		return nil
	}
	first, last, isSpan := strings.Cut(string(text), "-")
	if !isSpan {
		last = first
	}
	var errFirst, errLast error
	d.First, errFirst = strconv.Atoi(first)
	d.Last, errLast = strconv.Atoi(last)
	if errFirst != nil || errLast != nil || d.First < 1 || d.Last > 31 || d.First > d.Last {
		return fmt.Errorf("%q is not a span of days such as 1-10", text)
	}
	return nil
}

// String is the same text again.
func (d Days) String() string {
	if d == (Days{}) {
		return none
	}
	return fmt.Sprintf("%d-%d", d.First, d.Last)
}

// Clock is a time of day in Japan, written "18:00". The zero Clock is not set.
type Clock struct{ Text string }

// UnmarshalText reads "18:00", and "24:00" for the end of a day.
func (c *Clock) UnmarshalText(text []byte) error {
	c.Text = string(text)
	if _, err := time.Parse("15:04", c.Text); len(text) != len("15:04") || err != nil && c.Text != "24:00" {
		return fmt.Errorf("%q is not a time of day such as 18:00", text)
	}
	return nil
}

// Since is the time since the day's midnight; zero where it is not set.
func (c Clock) Since() time.Duration {
	hour, minute, _ := strings.Cut(c.Text, ":")
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
}

func (c Clock) String() string { return c.Text }

// MarshalText writes "18:00".
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.Text), nil }

// Month is one month, written "2021-05", or one of every year, written "05".
type Month struct{ Text string }

// UnmarshalText reads "2021-05" or "05".
func (m *Month) UnmarshalText(text []byte) error {
	m.Text = string(text)
	_, ofYear := time.Parse("2006-01", string(text))
	if _, ofAll := time.Parse("01", string(text)); ofYear != nil && ofAll != nil {
		return fmt.Errorf("%q is not a month such as 2021-05, or 05 for every year", text)
	}
	return nil
}

func (m Month) String() string { return m.Text }

// MarshalText writes "2021-05" or "05".
func (m Month) MarshalText() ([]byte, error) { return []byte(m.Text), nil }

// Split is the year, 0 for every one, and the month.
func (m Month) Split() (year int, month time.Month) {
	if t, err := time.Parse("2006-01", m.Text); err == nil {
		return t.Year(), t.Month()
	}
	t, _ := time.Parse("01", m.Text)
	return 0, t.Month()
}

// In is an exception with the usual days and hours filled in.
func (w Window) In(e Except) (days Days, start, end Clock) {
	days, start, end = w.Days, w.Start, w.End
	if e.Days != nil {
		days = *e.Days
	}
	if e.Start != (Clock{}) {
		start = e.Start
	}
	if e.End != (Clock{}) {
		end = e.End
	}
	return days, start, end
}

// String is all of it in one line: "1-10 (-18:00), 2021-05: 1-12".
func (w Window) String() string {
	text := span(w.Days, w.Start, w.End)
	for _, e := range w.Except {
		days, start, end := w.In(e)
		text += fmt.Sprintf(", %s: %s", e.Month, span(days, start, end))
	}
	return text
}

func span(d Days, start, end Clock) string {
	if d == (Days{}) || start == (Clock{}) && end == (Clock{}) {
		return d.String()
	}
	return fmt.Sprintf("%s (%s-%s)", d, start, end)
}

func (c *Config) completeWindow(fault func(string, string, ...any) error) error {
	w := c.Window
	if w == nil {
		return nil
	}
	if w.Days == (Days{}) {
		return fault("window.days", "is missing; leave the whole section out for no window")
	}
	if isEmpty(w.Days, w.Start, w.End) {
		return fault("window", "ends before it starts")
	}
	seen := map[Month]bool{}
	for i, e := range w.Except {
		key := fmt.Sprintf("window.except[%d]", i)
		switch {
		case e.Month == (Month{}):
			return fault(key+".month", "is missing")
		case seen[e.Month]:
			return fault(key+".month", "%s is there twice", e.Month)
		case isEmpty(w.In(e)):
			return fault(key, "ends before it starts")
		}
		seen[e.Month] = true
	}
	return nil
}

// isEmpty says whether a window of one day has its hours the wrong way round.
func isEmpty(d Days, start, end Clock) bool {
	return d != (Days{}) && d.First == d.Last && end != (Clock{}) && end.Since() <= start.Since()
}
