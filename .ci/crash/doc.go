// The crash command proves that koshin cannot leave a PC without its client. It
// makes a publisher with builds of the sample client and of a product that is one
// executable, a reception host that speaks TLS 1.2 only, and PCs on which two of
// the builds were installed and an operator has data, files of their own and an
// edited file. For each run it copies
// such a PC, starts the real koshin on it, disturbs it, runs `koshin recover`, and
// then looks for itself: every file of the old or of the new build must stand
// there, and every byte of the operator's must be where it was or in kept/. Nothing
// that koshin wrote down is believed: the builds are compared, by SHA-256, with the
// folders that the publisher packed.
//
// # Rows
//
// A row is one way of stopping, in ways.go, for one plan, in plan.go:
//
//	killed at every call      before each system call that changes the disk, which is
//	                          before and after each line of the journal and each step
//	… in the middle of a write   half of the bytes are in the file
//	killed at random          SIGKILL (on Windows TerminateProcess) at a random instant;
//	                          a recovery, which is killed up to three times itself,
//	                          follows an update that was killed so
//	ENOSPC, EIO, EACCES       a call fails, once or from there on; koshin must end by itself
//	a file held open          each file of the PC, and those that appear meanwhile: on
//	                          Windows by a program that does not share it. The update
//	                          succeeds or ends with exit code 6
//	disk full                 a volume with blocks of 1 KiB, where nearly all that
//	                          grows needs another one, is filled before a call, and
//	                          stays full until koshin has ended
//	power cut                 at a call, everything that was not flushed is dropped: a
//	                          volume of its own is shut down without writing back, then
//	                          mounted again. Of two volumes each may lose more than the
//	                          other, so a journal can outlive the moves it announces
//
// Where every call is tried it is every one; calls fail at every twelfth, disks fill at
// every third, and power is cut at every fourth, fifth and seventh. With 150 random
// kills of each plan, 2,250 on Linux, that is some 15,000 runs and about 40 minutes on
// 2 quiet cores. -stride thins all but the random ones out further.
//
// System calls are stopped with a seccomp listener, in guard_linux.go: the kernel
// asks this program before it makes one, and the program under test is unchanged.
//
// Plans are the verbs on each kind of package: a folder, one executable, a setup
// program, and koshin itself. On the last one's PC koshin stands in the folder that
// is disturbed, and the recovery is run as the start of the PC runs it, by the copy
// that koshin keeps for that, in every second run; else by the koshin in its place,
// as long as there is one. A setup program's new build cannot be promised; what is
// looked for there is a complete build all the same, since recover finishes the way
// back. Kind msi exists on Windows only, where no call can be watched; the tests of
// cmd/koshin fail it on purpose.
//
// # Verdicts
//
// old and new are complete builds with all data, and the build before is complete
// for a rollback. lost: a file of the operator's is nowhere, or not byte for byte.
// mixed: neither build is complete, or something stands there that belongs to
// neither. stuck: recover failed, or the audit trail does not verify; that it could
// not ask whether the client connects (exit code 8) or took a build out that did not
// (5) is no failure of it, as long as the build is complete. untrue:
// recover reports another build than the one that stands there. After every fifth
// run the next update must succeed too. A run that ends badly leaves its folder and
// a line that repeats it.
package main
