// Package exitcode is the one list of what koshin's exit codes mean. Scripts
// and schedulers rely on them; a code never changes its meaning.
package exitcode

import "slices"

// Code is what a program returns to whoever started it.
type Code int

// The codes.
const (
	Done        Code = 0   // done
	Failed      Code = 1   // failed, for a reason that no other code names
	Usage       Code = 2   // wrong arguments or configuration; nothing was tried
	Available   Code = 3   // check, --dry-run: an update is available or required
	Refused     Code = 4   // a signature, an expiry or a hash did not fit; nothing was installed
	RolledBack  Code = 5   // the new build was at fault; the old one is back
	Busy        Code = 6   // the client runs, a file is in use, or another koshin works
	Deferred    Code = 7   // a gate says wait, or the build is held
	Unconfirmed Code = 8   // installed or asked, but connectivity was not confirmed
	NotAdmin    Code = 9   // administrator rights are needed
	Restart     Code = 10  // installed; the PC must be restarted
	Interrupted Code = 130 // Ctrl-C
)

// strength orders the codes for a run over several products: the first present
// one is the run's.
func strength() []Code {
	return []Code{Interrupted, Refused, RolledBack, Failed, NotAdmin, Busy, Unconfirmed, Deferred, Restart, Available, Done}
}

// Strongest is the code of a run whose products ended with these codes.
func Strongest(codes ...Code) Code {
	for _, c := range strength() {
		if slices.Contains(codes, c) {
			return c
		}
	}
	if slices.Contains(codes, Usage) {
		return Usage
	}
	return Done
}

// Scheduled is what the system's scheduler is told of a daily run: that it goes on
// another time, or waits for a restart, is no failure to show to anybody.
func (c Code) Scheduled() Code {
	if slices.Contains([]Code{Available, Deferred, Restart}, c) {
		return Done
	}
	return c
}

// Help is the list as a program's help shows it.
const Help = `Exit codes:
  0    done
  1    failed
  2    wrong arguments or configuration
  3    update available or required (check, --dry-run)
  4    trust refused: a signature, an expiry or a hash did not fit
  5    rolled back: the new build was at fault, the old one is back
  6    busy: the client runs, a file is in use, or another koshin works
  7    deferred by a gate, or held
  8    installed or asked, but connectivity not confirmed
  9    administrator rights needed
  10   restart needed (a success)
  130  interrupted
`
