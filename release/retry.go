package release

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"
)

// Bounds of trying again. A host that cuts connections gets half a minute to
// recover; one that asks for patience gets what secondary rate limits ask for
// (a minute or so), not an hour in which a publisher would wait for nothing.
const (
	attempts     = 5
	firstPause   = time.Second
	longestPause = 2 * time.Minute
)

// patience repeats calls that failed with a [*Temporary].
type patience struct {
	wait func(ctx context.Context, d time.Duration) error
	log  *slog.Logger
}

// try makes a call until it succeeds, fails for good, or has failed often
// enough.
func (p patience) try(ctx context.Context, what string, call func(attempt int) error) error {
	for attempt := 1; ; attempt++ {
		err := call(attempt)
		temporary, again := errors.AsType[*Temporary](err)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%s: %w: %w", what, ctx.Err(), err)
		case !again:
			return fmt.Errorf("%s: %w", what, err)
		case attempt == attempts:
			return fmt.Errorf("%s: tried %d times: %w", what, attempts, err)
		case temporary.After > longestPause:
			return fmt.Errorf("%s: the host asks to try again in %s: %w", what, temporary.After.Round(time.Second), err)
		}
		pause := max(pauseAfter(attempt), temporary.After)
		p.log.Warn("the destination failed for a moment, trying again", "what", what, "attempt", attempt, "pause", pause, "error", err)
		if waitErr := p.wait(ctx, pause); waitErr != nil {
			return fmt.Errorf("%s: %w, while waiting after: %w", what, waitErr, err)
		}
	}
}

// pauseAfter doubles from attempt to attempt, and is spread by half so that
// parallel uploads do not come back all at once.
func pauseAfter(attempt int) time.Duration {
	pause := firstPause << (attempt - 1)
	return pause + rand.N(pause/2)
}

// sleep is the wait of the real world.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
