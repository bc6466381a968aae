//go:build !windows

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// rightsCommands make scripts meet what an ordinary user meets.
func rightsCommands() map[string]command {
	return map[string]command{"as-user": asUser, "as-operator": byOperator, "give-away": giveAway, "take-back": takeBack}
}

// anotherUser is one to whom nothing here belongs.
const anotherUser = 12345

// byOperator: as-operator N PROGRAM [ARG…] runs a program as another user than
// the one who enrolled this PC, in no group; it must exit with N. Only root can
// become somebody else.
func byOperator(ts script, neg bool, args []string) {
	usage(ts, neg, args, "as-operator N PROGRAM [ARG…]")
	if os.Geteuid() != 0 {
		skip(ts, "only root can become another user")
	}
	program, err := exec.LookPath(args[1])
	ts.Check(err)
	for _, path := range []string{ts.MkAbs("."), filepath.Dir(program)} { // the temporary folders of the tests are root's
		if err := letThrough(path); err != nil {
			skip(ts, "another user cannot come here: "+err.Error())
		}
	}
	c := exec.Command(program, args[2:]...)
	c.Dir, c.Env = ts.MkAbs("."), append(os.Environ(), "LANG=C", "HOME="+ts.MkAbs("."), "WORK="+ts.Getenv("WORK"), "UNTIL="+ts.Getenv("UNTIL"), "PRESS="+ts.Getenv("PRESS"), "WHOLE_PC="+ts.Getenv("WHOLE_PC"))
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: anotherUser, Gid: anotherUser}}
	c.Stdout, c.Stderr = ts.Stdout(), ts.Stderr()
	err = c.Run()
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
		ts.Check(err)
	}
	if got := strconv.Itoa(c.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("%s: exit code %s, want %s", args[1], got, args[0])
	}
}

// letThrough lets every user reach what is in a folder of the tests. Others are
// not the tests' to open.
func letThrough(dir string) error {
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return err
		}
		switch {
		case info.Mode().Perm()&0o001 != 0:
		case strings.Contains(dir, "go-test-script") || strings.Contains(dir, "testscript-main"):
			if err := os.Chmod(dir, info.Mode()|0o001); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s is for nobody else", dir)
		}
	}
	return nil
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
	ts.Check(os.Chown(ts.MkAbs(args[0]), anotherUser, anotherUser))
}

// takeBack: take-back PATH makes this user the owner again.
func takeBack(ts script, neg bool, args []string) {
	usage(ts, neg, args, "take-back PATH")
	ts.Check(os.Chown(ts.MkAbs(args[0]), os.Geteuid(), os.Getegid()))
}
