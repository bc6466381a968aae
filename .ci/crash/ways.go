package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
)

// ways are in the order of the table.
func ways() []way {
	list := []way{
		{name: "killed at every call", unable: guardless, cases: cases(every), stop: killAtCall},
		{name: "killed in the middle of every write", unable: guardless, cases: cases(isWrite), stop: killInWrite},
		{name: byChance, cases: func(l *lab, _ []scene) int { return l.random }, stop: killAtRandom},
	}
	for _, e := range []struct {
		name   string
		errno  syscall.Errno
		counts func(call) bool
	}{
		{"ENOSPC", syscall.ENOSPC, growsDisk}, {"EIO", syscall.EIO, every}, {"EACCES", syscall.EACCES, needsAccess},
	} {
		list = append(list,
			way{name: e.name + " once, at every call", unable: guardless, cases: cases(e.counts), stride: 12, stop: failAtCall(e.errno, e.counts, false)},
			way{name: e.name + " from every call on", unable: guardless, cases: cases(e.counts), stride: 12, stop: failAtCall(e.errno, e.counts, true)})
	}
	return append(append(list, heldOpen()), systemWays()...)
}

func every(call) bool { return true }

func isWrite(c call) bool { return c.name == "write" || c.name == "pwrite" }

// growsDisk: what a full disk can refuse.
func growsDisk(c call) bool {
	return slices.Contains([]string{"openat", "write", "pwrite", "writev", "mkdirat", "renameat", "renameat2", "fsync", "linkat", "symlinkat", "fallocate", "copy_file_range", "sendfile"}, c.name)
}

// needsAccess: what rights, or a scanner's rules, can refuse.
func needsAccess(c call) bool {
	return slices.Contains([]string{"openat", "mkdirat", "renameat", "renameat2", "unlinkat", "linkat", "symlinkat", "truncate", "fchmod", "fchmodat", "fchmodat2", "utimensat"}, c.name)
}

// cases counts the calls of a row that goes through them.
func cases(counts func(call) bool) func(*lab, []scene) int {
	return func(_ *lab, scenes []scene) int { return countCalls(scenes, counts) }
}

// killAtCall kills koshin before a call: after the one before, that is.
func killAtCall(ctx context.Context, r *run) error {
	return r.killAt(ctx, every, reply{die: true})
}

// killInWrite kills koshin when half of what it writes is in the file.
func killInWrite(ctx context.Context, r *run) error {
	return r.killAt(ctx, isWrite, reply{die: true, half: true})
}

func (r *run) killAt(ctx context.Context, counts func(call) bool, what reply) error {
	s, at := r.locate(counts)
	r.note = fmt.Sprintf("%s; call %d: %s", s.name, at, s.calls[at])
	if err := r.on(s); err != nil {
		return err
	}
	var err error
	r.stopped, err = stopAt(ctx, r.pc, r.args(), at, what)
	return err
}

// failAtCall lets a call fail, and all later ones like it where lasting. Koshin
// must end by itself.
func failAtCall(errno syscall.Errno, counts func(call) bool, lasting bool) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		s, at := r.locate(counts)
		r.note = fmt.Sprintf("%s; call %d: %s", s.name, at, s.calls[at])
		if err := r.on(s); err != nil {
			return err
		}
		count := -1
		ended, err := guarded(ctx, r.pc.command(ctx, r.args()...), r.pc.dir, func(c call) reply {
			if count++; count == at || lasting && count > at && counts(c) {
				r.stopped = true
				return reply{errno: errno}
			}
			return reply{}
		})
		if err != nil {
			return err
		}
		return r.endedByItself(ended)
	}
}

// endedByItself refuses a koshin that was killed or that crashed.
func (r *run) endedByItself(ended result) error {
	r.note += fmt.Sprintf("; exit %d", ended.exit)
	if ended.exit < 0 || strings.Contains(string(ended.talk), "\ngoroutine ") {
		return fmt.Errorf("%s: koshin did not end by itself: %s", r.note, ended)
	}
	return nil
}
