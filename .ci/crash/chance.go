package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

const byChance = "killed at random"

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
	if len(s.calls) == 0 && draw.IntN(6) > 0 {
		return r.killInTransaction(ctx, args, time.Duration(draw.Float64()*float64(s.open)))
	}
	if len(s.calls) == 0 {
		return r.killIn(ctx, args, time.Duration(draw.Float64()*float64(s.span)))
	}
	if draw.IntN(4) == 0 {
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
	r.note += fmt.Sprintf("; koshin %s killed after %v", args[0], after.Round(time.Millisecond))
	return r.killWhen(ctx, args, func() bool { return true }, after)
}

// killInTransaction kills koshin some time after its journal has changed: where
// calls cannot be watched, a start takes longer than what is of interest here.
func (r *run) killInTransaction(ctx context.Context, args []string, after time.Duration) error {
	r.note += fmt.Sprintf("; koshin %s killed %v after its journal changed", args[0], after.Round(time.Millisecond))
	before := r.pc.journals()
	return r.killWhen(ctx, args, func() bool { return r.pc.journals() != before }, after)
}

// journals tells one state of the PC's journals from the next.
func (p *pc) journals() (state string) {
	names, _ := filepath.Glob(p.file("state", "products", "*", "journal")) // the pattern is a good one
	for _, name := range names {
		if info, err := os.Stat(name); err == nil {
			state += fmt.Sprint(name, info.Size(), info.ModTime())
		}
	}
	return state
}

// journalled is the time from the first change of a journal to the last, while
// something is done.
func (p *pc) journalled(do func()) time.Duration {
	ended := make(chan struct{})
	open := make(chan time.Duration)
	before := p.journals()
	go func() {
		var first, last time.Time
		for state, done := before, false; !done; {
			select {
			case <-ended:
				done = true
			case <-time.After(time.Millisecond):
			}
			now := p.journals()
			if now == state {
				continue
			}
			state, last = now, time.Now()
			if first.IsZero() {
				first = last
			}
		}
		open <- last.Sub(first)
	}()
	do()
	close(ended)
	return <-open
}

// killWhen kills koshin some time after something has happened, if it still runs.
func (r *run) killWhen(ctx context.Context, args []string, happened func() bool, after time.Duration) error {
	c := r.pc.command(ctx, args...)
	ownGroup(c)
	if err := c.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	killed := make(chan bool)
	go func() { killed <- killLater(c.Process, ended, happened, after) }()
	_ = c.Wait() // how it ended is seen on the disk
	close(ended)
	if <-killed {
		r.stopped = true
	}
	return ctx.Err()
}

// killLater says whether it killed a program that had not ended.
func killLater(p *os.Process, ended <-chan struct{}, happened func() bool, after time.Duration) bool {
	for !happened() {
		select {
		case <-ended:
			return false
		case <-time.After(time.Millisecond):
		}
	}
	select {
	case <-ended:
		return false
	case <-time.After(after):
		return kill(p) == nil
	}
}
