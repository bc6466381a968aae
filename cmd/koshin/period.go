package main

import (
	"context"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/updater/policy"
	"github.com/koshin-updater/koshin/updater/schedule"
)

// tooEarly says whether a daily run has nothing to ask yet. The check period of
// the policy counts from a run that had nothing left to do: what waits for a gate,
// for a client to be closed or for a line that is down is tried at every start.
// Nobody who asks is too early; where nobody has, nobody can any more: a request is
// refused rather than taken by a run that will not do it.
func (s *session) tooEarly() bool {
	period := s.config.Policy.CheckPeriod
	if !period.Set() {
		return false
	}
	last, err := s.updater.LastRun()
	if err != nil || last == nil || exitcode.Code(last.Code) != exitcode.Done {
		return false
	}
	if !policy.TooEarly(time.Now(), last.Time, period.Value, schedule.Within) {
		return false
	}
	return s.desk == nil || s.desk.Next() == nil
}

// nothingToAsk is the whole of a run that comes too early: no host is asked, but
// what an earlier run left open is finished. It is not recorded, or the period
// would begin anew with it.
func (s *session) nothingToAsk(ctx context.Context) error {
	s.log.InfoContext(ctx, "too early to ask: the check period of the policy is not over", "path", s.config.Policy.CheckPeriod.From)
	s.ended = exitcode.Code.Scheduled
	reports, err := s.updater.Recover(ctx, s.products)
	return s.showReports("update", reports, err)
}
