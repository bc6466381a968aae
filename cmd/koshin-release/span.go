package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// span is a time on the command line: as Go writes it, such as 36h, or in days.
type span time.Duration

// maxSpan keeps sums of times far from overflowing.
const maxSpan = 10 * 365 * 24 * time.Hour

// Set reads it.
func (s *span) Set(text string) error {
	var d time.Duration
	var err error
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n uint64
		n, err = strconv.ParseUint(days, 10, 16)
		d = time.Duration(n) * 24 * time.Hour
	} else {
		d, err = time.ParseDuration(text)
	}
	if err != nil || d < 0 || d > maxSpan {
		return fmt.Errorf("%q is not a time such as 3d, 36h or 90s, of at most ten years", text)
	}
	*s = span(d)
	return nil
}

func (s *span) String() string {
	d := time.Duration(*s)
	if d > 0 && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
	if d == 0 {
		return "" // no default of its own
	}
	return d.String()
}

// Type is what --help calls it.
func (s *span) Type() string { return "time" }
