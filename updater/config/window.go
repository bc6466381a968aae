package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Window is the claim window: the days of each month, in Japan, on which
// koshin only checks. It is written days = "1-10".
type Window struct {
	Days Days `toml:"days"`
}

// Days is a span of days of the month, both included.
type Days struct{ First, Last int }

// UnmarshalText reads "1-10" or "5".
func (d *Days) UnmarshalText(text []byte) error {
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
func (d Days) String() string { return fmt.Sprintf("%d-%d", d.First, d.Last) }
