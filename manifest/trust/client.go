package trust

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata/trustedmetadata"
)

// Fetcher reads small files of a repository. A file that is not there fails
// with fs.ErrNotExist (a host that answers 403 for one counts as that), one
// longer than limit bytes with manifest.ErrTooLarge. It must end when ctx does,
// and bring its own deadline for a host that drips.
type Fetcher interface {
	Fetch(ctx context.Context, path string, limit int64) ([]byte, error)
}

// Options is what a client needs of the world.
type Options struct {
	Anchor    []byte           // the root.json given to this installation
	Cache     Store            // accepted metadata; nil keeps it in memory only
	Seen      Store            // highest seq and clock floor, outside the cache; nil as above
	BuildTime time.Time        // of the program; the clock is never believed to be earlier
	Now       func() time.Time // nil is time.Now
	Log       *slog.Logger     // nil is silent
}

// Client verifies repositories from one anchor. It is not for concurrent use.
type Client struct {
	options Options
	seen    seen
}

// Open checks the anchor. It reads no network.
func Open(o Options) (*Client, error) {
	if o.Cache == nil {
		o.Cache = Memory{}
	}
	if o.Seen == nil {
		o.Seen = Memory{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if _, err := trustedmetadata.New(o.Anchor); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAnchor, err)
	}
	return &Client{options: o, seen: loadSeen(o.Seen, o.Log)}, nil
}

// Refresh verifies the repository's newest metadata. On failure nothing that
// was accepted before is lost, and another mirror may be tried.
func (c *Client) Refresh(ctx context.Context, from Fetcher) (*Repository, error) {
	trusted, err := trustedmetadata.New(c.options.Anchor)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAnchor, err)
	}
	trusted.RefTime = c.now()
	r := &Repository{client: c, from: from, trusted: trusted}
	for _, step := range []func(context.Context) error{r.walkRoots, r.updateTimestamp, r.updateSnapshot, r.updateTargets} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// now is the local clock, but never before the clock floor.
func (c *Client) now() time.Time {
	now := c.options.Now().UTC()
	for _, floor := range []time.Time{c.options.BuildTime, c.seen.Clock} {
		if now.Before(floor) {
			c.options.Log.Warn("clock is behind a signed date", "clock", now, "floor", floor)
			now = floor.UTC()
		}
	}
	return now
}
