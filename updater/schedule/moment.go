package schedule

import (
	"context"
	"math/rand/v2"
	"time"
)

// All PCs of a country are switched on around nine, and each system starts what
// it missed at once, or all of it after the same time (Windows: ten minutes after
// its start, [ITaskSettings.StartWhenAvailable]; whether the trigger's random
// delay counts then is not documented). A delay of the trigger alone would so
// bring everybody to the hosts in the same minute. Therefore every daily run,
// whatever it was started by, begins its work at a moment drawn anew: by systemd
// (RandomizedDelaySec, which also counts for what was missed), and by koshin
// itself under Windows and macOS. Whoever asks by hand does not wait.
const (
	// Within is what the moment is drawn from. 100,000 PCs are then some 56 a
	// second, at two small requests each; a PC that is on for an hour is reached.
	Within = 30 * time.Minute

	// jitter is the random delay of Windows' own daily trigger. It is not the same
	// as Within: the sum of two equal draws would crowd its middle.
	jitter = 10 * time.Minute
)

// Moment is where in a span of time a draw from [0,1) falls.
func Moment(within time.Duration, draw float64) time.Duration {
	return time.Duration(draw * float64(within))
}

// Pause waits for a moment drawn from within, or until enough is closed because
// somebody asks for the run; nil is nobody. It returns the error of a context that
// ends before.
func Pause(ctx context.Context, within time.Duration, enough <-chan struct{}) error {
	timer := time.NewTimer(Moment(within, rand.Float64())) //nolint:gosec // spreads load, keeps no secret
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-enough:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
