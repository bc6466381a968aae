package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// A way is one kind of stop. It is tried on every plan that it fits.
type way struct {
	name   string
	unable func() string // why it cannot be tried here; "": it can
	plans  []string      // names; none: every plan
	stride int           // only every so many of the cases; 0: all
	// cases is how many different stops there are.
	cases func(l *lab, scenes []scene) int
	// stop runs the plan on a PC like those of the scenes, disturbs it in the
	// n-th of these ways, and leaves the PC for a recovery.
	stop func(ctx context.Context, r *run) error
}

// run is one stop and everything after it.
type run struct {
	*lab
	plan    plan
	way     way
	n       int
	scenes  []scene
	pc      *pc
	stopped bool   // the disturbance came while koshin was at work
	retry   bool   // the build that an update brings was found at fault before
	note    string // what was done, for people
	failed  string // the end, where it is known before anybody recovered
	cleanUp []func() error
}

// The ends of a run.
const (
	isOld    = "old"
	isNew    = "new"
	isLost   = "lost"
	isMixed  = "mixed"
	isStuck  = "stuck"
	isUntrue = "untrue"
)

func (r *run) row() string { return r.way.name + ": " + r.plan.name }

// args are koshin's arguments for the plan.
func (r *run) args() []string { return r.plan.arguments(r.world) }

// locate turns the run's number into a scene and a call of it.
func (r *run) locate(counts func(call) bool) (scene, int) {
	n := r.n
	for _, s := range r.scenes {
		for at, c := range s.calls {
			if !counts(c) {
				continue
			}
			if n == 0 {
				return s, at
			}
			n--
		}
	}
	panic("a run beyond its last case") // cases and locate count alike
}

func countCalls(scenes []scene, counts func(call) bool) int {
	n := 0
	for _, s := range scenes {
		for _, c := range s.calls {
			if counts(c) {
				n++
			}
		}
	}
	return n
}

// on makes the run's PC.
func (r *run) on(s scene) error {
	var err error
	r.pc, err = r.fresh(s.pc)
	return err
}

// hung is how long a run may take. It takes a second or two, and on a machine that
// does ten other things a minute.
const hung = 10 * time.Minute

// do makes the run and says how it ended.
func (r *run) do(ctx context.Context) (end string, err error) {
	defer func() {
		if err == nil && slices.Contains(bad[:], end) && len(r.cleanUp) > 0 { // the volumes go away
			_, err = r.pc.copyTo(r.pc.dir + ".kept")
		}
		for _, clean := range slices.Backward(r.cleanUp) {
			if failed := clean(); err == nil {
				err = failed
			}
		}
		if r.pc != nil && err == nil && (end == isOld || end == isNew) && !r.keep {
			endGhosts(r.pc.dir)
			_ = os.RemoveAll(r.pc.dir) // what stays behind is only space
		}
	}()
	limited, cancel := context.WithTimeout(ctx, hung)
	defer cancel()
	if err := r.way.stop(limited, r); err != nil {
		return "", fmt.Errorf("%s, run %d: %w", r.row(), r.n, err)
	}
	if r.failed != "" {
		return r.failed, nil
	}
	end, err = r.look(limited)
	if err != nil {
		return "", fmt.Errorf("%s, run %d, %s: %w", r.row(), r.n, r.note, err)
	}
	return end, nil
}

// look recovers and compares.
func (r *run) look(ctx context.Context) (string, error) {
	endGhosts(r.pc.dir)
	r.pc.byHand = r.n%2 == 1
	said, failure := r.pc.recover(ctx)
	if ctx.Err() != nil { // it was we who ended it
		return "", context.Cause(ctx)
	}
	o := outcomes{old: r.plan.old, new: r.plan.new, previous: r.plan.kept, operators: r.own[r.plan.starts()]}
	v, err := r.judge(r.pc, o)
	switch {
	case err != nil:
		return "", err
	case len(v.lost) > 0:
		r.note += "; lost: " + strings.Join(v.lost, ", ")
		return isLost, nil
	case failure != nil:
		r.note += "; " + failure.Error()
		return isStuck, nil
	case len(v.mixed) > 0:
		r.note += "; " + strings.Join(v.mixed, ", ")
		return isMixed, nil
	case said.version != v.version:
		r.note += fmt.Sprintf("; recover says %s, build %q; there is %q", said.outcome, said.version, v.version)
		return isUntrue, nil
	}
	end := isOld
	if v.version == r.plan.new && r.plan.new != "" {
		end = isNew
	}
	trail, err := r.pc.koshin(ctx, "history", "--verify")
	if err = errors.Join(err, context.Cause(ctx)); err != nil {
		return "", err
	}
	if trail.exit != 0 {
		r.note += "; the audit trail: " + trail.String()
		return isStuck, nil
	}
	if r.plan.next == nil || r.n%everyNext != 0 {
		return end, nil
	}
	r.retry = said.exit == 5
	return r.goOn(ctx, end, v.version, o)
}

// everyNext: after every so many runs it is tried whether koshin can go on as
// if nothing had happened.
const everyNext = 5

func (r *run) goOn(ctx context.Context, end, version string, o outcomes) (string, error) {
	failure, err := r.next(ctx)
	if err = errors.Join(err, context.Cause(ctx)); err != nil {
		return "", err
	}
	if failure != "" {
		r.note += "; afterwards: " + failure
		return isStuck, nil
	}
	o.previous, o.old = version, r.plan.nextIs
	if version == r.plan.nextIs {
		o.previous = r.plan.old
	}
	v, err := r.judge(r.pc, o)
	if err != nil {
		return "", err
	}
	if len(v.lost) > 0 || len(v.mixed) > 0 || v.version != r.plan.nextIs {
		r.note += fmt.Sprintf("; after the next update: lost %q, mixed %q", v.lost, v.mixed)
		return isLost, nil
	}
	return end, nil
}

// next makes the update that must work afterwards. A client whose connection
// test outlives the koshin that was killed is waited for, and a build that could
// not connect on a machine that was too busy is tried again, as people would.
func (r *run) next(ctx context.Context) (failure string, err error) {
	for range 20 {
		args := r.plan.next(r.world)
		if r.retry {
			args = append(args, "--retry")
		}
		result, err := r.pc.koshin(ctx, args...)
		if err != nil || result.exit == 0 || result.exit == 8 {
			return "", err
		}
		failure = result.String()
		taken := result.exit == 5 || (result.exit == 7 && r.plan.pc == pcSetup) // an installer that failed is held
		if result.exit != 6 && (!taken || r.retry) {
			break
		}
		r.retry = taken
	}
	return failure, nil
}
