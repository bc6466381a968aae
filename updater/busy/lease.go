// Package busy is the "not now" of whoever works at this PC: a lease, which is
// a moment and a length and nothing else. While it counts, koshin does not
// install.
//
// An operator without rights writes it with koshin busy, and a client that is
// about to send claims may write it by itself: one line in the file that [File]
// names, such as
//
//	2021-05-20T00:30:00Z 7200
//
// So the folder is the one place of koshin's that everybody may write in, and
// what lies there is taken from nobody: it is opened without following a link
// and without waiting, 64 bytes of it are read, and anything but that one line
// is refused. The worst that a stranger can write is a wait, and a wait has an
// end that is not his to choose ([Judge]): one lease is no longer than
// [Longest], leases renewed one after the other no longer than [Together], and
// none goes beyond the day that the publisher has named.
package busy

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The bounds.
const (
	// Longest is the longest lease: a day's work with its overtime.
	Longest = 12 * time.Hour
	// Shortest is the shortest that can be asked for.
	Shortest = time.Minute
	// Together is how long leases count that are renewed one after the other,
	// from the first one that kept an update back until a run of koshin that
	// finds none. Three days bridge a weekend and no claim window.
	Together = 72 * time.Hour
)

// What callers decide on.
var (
	// ErrLength: nobody can ask for so long, or for so short, a lease.
	ErrLength = errors.New("length of the lease is out of bounds")
	// ErrRefused: what lies in the place of the lease is none.
	ErrRefused = errors.New("not a lease")
)

// Lease is one "not now". The zero Lease is none.
type Lease struct {
	From time.Time // UTC, whole seconds
	For  time.Duration
}

// New is a lease from now on; [ErrLength] where it is out of bounds.
func New(now time.Time, length time.Duration) (Lease, error) {
	if length < Shortest || length > Longest {
		return Lease{}, fmt.Errorf("%w: %s, from %s to %s", ErrLength, length, Shortest, Longest)
	}
	return Lease{now.UTC().Truncate(time.Second), length.Truncate(time.Second)}, nil
}

// IsZero says whether there is no lease.
func (l Lease) IsZero() bool { return l.For == 0 }

// End is the first moment after the lease.
func (l Lease) End() time.Time { return l.From.Add(l.For) }

// maxText is more than the longest line, "2021-05-20T00:30:00Z 43200\n".
const maxText = 64

// String is the line that stands in the file.
func (l Lease) String() string {
	return fmt.Sprintf("%s %d\n", l.From.UTC().Format(time.RFC3339), int64(l.For/time.Second))
}

// Parse reads that line, exactly; anything else is [ErrRefused]. So is a lease
// that is too long, rather than cut short: nobody who follows the rules writes it.
func Parse(text string) (Lease, error) {
	refused := func(why string) (Lease, error) { return Lease{}, fmt.Errorf("%w: %s", ErrRefused, why) }
	if len(text) > maxText {
		return refused("too long")
	}
	moment, length, ok := strings.Cut(strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r"), " ")
	if !ok {
		return refused("no moment and length")
	}
	from, err := time.Parse(time.RFC3339, moment)
	if err != nil || from.UTC().Format(time.RFC3339) != moment {
		return refused("no moment in UTC")
	}
	seconds, err := strconv.ParseInt(length, 10, 32)
	if err != nil || strconv.FormatInt(seconds, 10) != length {
		return refused("no length in seconds")
	}
	lease := Lease{from, time.Duration(seconds) * time.Second}
	if lease.For < time.Second || lease.For > Longest {
		return refused("length out of bounds")
	}
	return lease, nil
}
