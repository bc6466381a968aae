package main

import (
	"github.com/koshin-updater/koshin/updater"
)

// restartJSON is an update that waits for the PC's restart, or an installed one
// whose installer asks for it.
type restartJSON struct {
	Reason  updater.Restart `json:"reason"` // installs or completes
	Version *string         `json:"version,omitempty"`
	Since   string          `json:"since,omitempty"`
	UsedBy  string          `json:"used_by,omitempty"`
}

// newRestartJSON is nil where no restart is owed.
func newRestartJSON(reason updater.Restart, owed *updater.Owed) *restartJSON {
	switch {
	case owed != nil:
		return &restartJSON{
			Reason: updater.RestartInstalls, Version: versionJSON(owed.Version),
			Since: owed.Since.UTC().Format("2006-01-02T15:04:05Z"), UsedBy: owed.Used,
		}
	case reason != "":
		return &restartJSON{Reason: reason}
	}
	return nil
}

// showOwed says that an update waits for the restart.
func (s *session) showOwed(owed *updater.Owed) {
	if owed != nil {
		s.sayln("check-restart", "version", owed.Version)
	}
}

// showRestart is the same after an update: who is in the way, or that what was
// installed is not complete yet.
func (s *session) showRestart(r updater.Report) {
	switch {
	case r.Restart == updater.RestartCompletes:
		s.sayln("result-restart-completes")
	case r.Restart != "" && r.Owed != nil && r.Owed.Used != "":
		s.sayln("restart-used-by", "programs", r.Owed.Used)
	case r.Restart == "":
		s.showOwed(r.Owed)
	}
}
