package updater

import (
	"context"
	"fmt"
)

// Alone keeps every other koshin of this PC from working until release, for an
// installer that is about to replace koshin: an update of koshin by itself that
// was interrupted is settled first. Where another one works the error is
// [ErrBusy].
func (u *Updater) Alone(ctx context.Context) (release func(), err error) {
	unlock, err := u.lock(ctx)
	if err != nil {
		return nil, err
	}
	for _, report := range u.tendSelf(ctx, "setup") {
		if report.Err != nil {
			unlock()
			return nil, fmt.Errorf("settle koshin's own update: %w", report.Err)
		}
	}
	return unlock, nil
}

// AloneSettled is the same before koshin is taken off this PC: nobody would be
// there to finish the update of a client that was interrupted, so while there is
// one the error is [installer.ErrInterrupted].
func (u *Updater) AloneSettled(ctx context.Context) (release func(), err error) {
	release, err = u.Alone(ctx)
	if err == nil {
		if err = u.othersSettled(); err != nil {
			release()
		}
	}
	if err != nil {
		return nil, err
	}
	return release, nil
}
