package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"time"
)

const byChance = "killed at random"

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
			way{name: e.name + " once, at every call", unable: guardless, cases: cases(e.counts), stride: 8, stop: failAtCall(e.errno, e.counts, false)},
			way{name: e.name + " from every call on", unable: guardless, cases: cases(e.counts), stride: 8, stop: failAtCall(e.errno, e.counts, true)})
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

// killAtRandom kills koshin at a random instant. A recovery is what follows a
// run that was killed so, and it is killed up to three times.
func killAtRandom(ctx context.Context, r *run) error {
	draw := r.draw(r.row(), r.n)
	begin := r.scenes[0]
	if r.plan.from != "" {
		begin = r.lab.scenes[r.plan.from][0]
	}
	if err := r.on(begin); err != nil {
		return err
	}
	if r.plan.from == "" {
		return r.killSomewhere(ctx, r.args(), begin, draw)
	}
	if err := r.killSomewhere(ctx, planNamed(r.plan.from).arguments(r.world), begin, draw); err != nil {
		return err
	}
	r.stopped = false
	for range 1 + draw.IntN(3) {
		if err := r.killSomewhere(ctx, r.args(), r.scenes[draw.IntN(len(r.scenes))], draw); err != nil {
			return err
		}
	}
	return nil
}

// killSomewhere kills koshin some time after it began or, where calls can be
// watched, some time after a random one of them: a machine that is busy makes
// a run longer than the one that was measured.
func (r *run) killSomewhere(ctx context.Context, args []string, s scene, draw *rand.Rand) error {
	if len(s.calls) == 0 || draw.IntN(4) == 0 {
		return r.killIn(ctx, args, time.Duration(draw.Float64()*1.5*float64(s.span)))
	}
	at, delay := draw.IntN(len(s.calls)), time.Duration(draw.Float64()*draw.Float64()*float64(20*time.Millisecond))
	r.note += fmt.Sprintf("; koshin %s killed %v after call %d", args[0], delay.Round(time.Microsecond), at)
	count := -1
	_, err := guarded(ctx, r.pc.command(ctx, args...), r.pc.dir, func(call) reply {
		if count++; count != at {
			return reply{}
		}
		r.stopped = true
		return reply{dieIn: delay}
	})
	return err
}

func (r *run) killIn(ctx context.Context, args []string, after time.Duration) error {
	c := r.pc.command(ctx, args...)
	ownGroup(c)
	if err := c.Start(); err != nil {
		return err
	}
	timer := time.AfterFunc(after, func() { _ = kill(c.Process) }) // it may have ended
	_ = c.Wait()                                                   // how it ended is seen on the disk
	if !timer.Stop() {
		r.stopped = true
	}
	r.note += fmt.Sprintf("; koshin %s killed after %v", args[0], after.Round(time.Millisecond))
	return ctx.Err()
}
