package watch

import (
	"context"
	"io"
	"log/slog"
	"time"
)

// Source is where a repository is read from; updater/transport has them. Fetch and
// Size bring their own patience, Open does not.
type Source interface {
	// Fetch reads a whole small file; not there: fs.ErrNotExist; longer than limit:
	// manifest.ErrTooLarge.
	Fetch(ctx context.Context, path string, limit int64) ([]byte, error)
	// Size is the length of a file as a reader would get it.
	Size(ctx context.Context, path string) (int64, error)
	// Open streams a file from byte offset on, or from its beginning: start says.
	Open(ctx context.Context, path string, offset int64) (body io.ReadCloser, start int64, err error)
	String() string
}

// Options say how to look.
type Options struct {
	Anchor     []byte        // a root.json; nil: the state's, else the first root that is there
	State      *State        // what an earlier look left, and where this one leaves it; nil: nothing
	Deep       bool          // read every byte of every package
	Timeout    time.Duration // for everything; 0: [DefaultTimeout], with Deep [DefaultDeepTimeout]
	Patience   time.Duration // for the next bytes of a package; 0: [DefaultPatience]
	Thresholds Thresholds    // as they are; see [DefaultThresholds]
	KindOf     func(error) Kind
	Witness    *Witness // saw the hosts on the way; nil: nobody did
	Now        func() time.Time
	Log        *slog.Logger
}

// Defaults of [Options].
const (
	// DefaultTimeout ends before a monitor's own minute does.
	DefaultTimeout     = 50 * time.Second
	DefaultDeepTimeout = 30 * time.Minute
	DefaultPatience    = 30 * time.Second
)

// abreast is how many packages are asked for at once: polite to a small host, and
// enough for a thousand packages in a minute on a fast one.
const abreast = 4

const day = 24 * time.Hour

// Threshold says from which time before an end a monitor warns, and from which it
// alarms.
type Threshold struct{ Warning, Critical time.Duration }

// level judges what is left.
func (t Threshold) level(left time.Duration) Level {
	switch {
	case left <= t.Critical:
		return Critical
	case left <= t.Warning:
		return Warning
	}
	return OK
}

// Thresholds are one for each thing that ends by itself.
type Thresholds struct {
	Timestamp   Threshold // renewed by itself, every few days
	Roles       Threshold // all others: people must come together for some
	Certificate Threshold // of the hosts on the way
}

// DefaultThresholds fit what koshin-release signs: a timestamp for a week, product
// roles for half a year, everything else for one.
func DefaultThresholds() Thresholds {
	return Thresholds{
		Timestamp:   Threshold{Warning: 3 * day, Critical: day},
		Roles:       Threshold{Warning: 30 * day, Critical: 7 * day},
		Certificate: Threshold{Warning: 14 * day, Critical: 3 * day},
	}
}

func (o Options) withDefaults() Options {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
		if o.Deep {
			o.Timeout = DefaultDeepTimeout
		}
	}
	if o.Patience <= 0 {
		o.Patience = DefaultPatience
	}
	if o.KindOf == nil {
		o.KindOf = func(error) Kind { return "" }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}
