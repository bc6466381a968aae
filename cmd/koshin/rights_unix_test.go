//go:build !windows

package main

import (
	"os"
	"os/exec"
)

// rightsCommands make scripts meet what an ordinary user meets.
func rightsCommands() map[string]command {
	return map[string]command{"as-user": asUser, "give-away": giveAway}
}

// asUser: as-user N PROGRAM [ARG…] runs a program that must exit with N, for
// whom modes count: where the tests run as root, without root's right to ignore
// them.
func asUser(ts script, neg bool, args []string) {
	usage(ts, neg, args, "as-user N PROGRAM [ARG…]")
	if os.Geteuid() == 0 {
		if _, err := exec.LookPath("setpriv"); err != nil {
			skip(ts, "modes do not count for root, and there is no setpriv")
		}
		args = append([]string{args[0], "setpriv", "--bounding-set=-dac_override,-dac_read_search"}, args[1:]...)
	}
	exitCode(ts, false, args)
}

// giveAway: give-away PATH makes another user the owner.
func giveAway(ts script, neg bool, args []string) {
	usage(ts, neg, args, "give-away PATH")
	if os.Geteuid() != 0 {
		skip(ts, "only root can give a file away")
	}
	ts.Check(os.Chown(ts.MkAbs(args[0]), 12345, 12345))
}
