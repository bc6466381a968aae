package main

import (
	"errors"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// diskCommands make disks that are small enough to be filled.
func diskCommands() map[string]command {
	return map[string]command{"small-disk": smallDisk, "fill-disk": fillDisk, "full-at": fullAt}
}

// smallDisk: small-disk DIR MEGABYTES mounts a small disk until the script ends;
// where that is not permitted the script is skipped.
func smallDisk(ts script, neg bool, args []string) {
	usage(ts, neg, args, "small-disk DIR MEGABYTES")
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+args[1]+"m,mode=755")
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		skip(ts, "mounting a small disk is not permitted here")
	}
	ts.Check(err)
	ts.Defer(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
}

// fillDisk: fill-disk DIR MEGABYTES writes DIR/filler until no more than that is
// free.
func fillDisk(ts script, neg bool, args []string) {
	usage(ts, neg, args, "fill-disk DIR MEGABYTES")
	leave, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	var disk unix.Statfs_t
	ts.Check(unix.Statfs(ts.MkAbs(args[0]), &disk))
	filler := int64(disk.Bavail)*disk.Bsize - leave<<20
	err = os.WriteFile(ts.MkAbs(args[0]+"/filler"), make([]byte, filler), 0o600)
	// A program that is being stopped may still take a page of what was counted: then the disk is full, as it should be.
	if leave == 0 && errors.Is(err, syscall.ENOSPC) {
		return
	}
	ts.Check(err)
}

// fullAt: full-at PHASE DIR PROGRAM [ARG…] fills the disk of DIR as soon as
// koshin says that the phase has begun, which must end with exit code 1, and
// makes room again.
func fullAt(ts script, neg bool, args []string) {
	usage(ts, neg, args, "full-at PHASE DIR PROGRAM [ARG…]")
	code := runTo(ts, args[0], args[2:], func(p *os.Process) {
		ts.Check(p.Signal(syscall.SIGSTOP)) // it does nothing meanwhile
		fillDisk(ts, false, []string{args[1], "0"})
		ts.Check(p.Signal(syscall.SIGCONT))
	})
	if code != 1 {
		ts.Fatalf("%s with a full disk: exit code %d", args[0], code)
	}
	ts.Check(os.Remove(ts.MkAbs(args[1] + "/filler")))
}
