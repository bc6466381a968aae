package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// count is what came of one row.
type count struct {
	runs, stopped int
	ends          map[string]int
}

// bad are the ends that no run may have.
var bad = [...]string{isLost, isMixed, isStuck, isUntrue}

// table makes every run and prints a line for each row.
func (l *lab) table(ctx context.Context, out io.Writer) error {
	fmt.Fprintf(out, "| stopped how | what | runs | stopped | old | new | lost | mixed | stuck | untrue | seconds |\n")
	fmt.Fprintf(out, "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	all := count{ends: map[string]int{}}
	began := time.Now()
	for _, w := range ways() {
		why := ""
		if w.unable != nil {
			why = w.unable()
		}
		if why != "" && strings.Contains(w.name, l.only) {
			fmt.Fprintf(out, "| %s | every plan | not run: %s | | | | | | | | |\n", w.name, why)
		}
		if why != "" {
			continue
		}
		for _, pl := range plans() {
			row := run{lab: l, plan: pl, way: w}
			if l.only != "" && !strings.Contains(row.row(), l.only) || len(w.plans) > 0 && !slices.Contains(w.plans, pl.name) {
				continue
			}
			start := time.Now()
			c, err := l.runs(ctx, row)
			if err != nil {
				return err
			}
			all.add(c)
			c.print(out, w.name, pl.name, time.Since(start))
		}
	}
	all.print(out, "**all**", "", time.Since(began))
	fmt.Fprintf(out, "\nlost: %d, mixed: %d, stuck: %d, untrue: %d; seed %d.\n", all.ends[isLost], all.ends[isMixed], all.ends[isStuck], all.ends[isUntrue], l.seed)
	for _, end := range bad {
		if all.ends[end] > 0 {
			return errors.New("not every run ended with a complete build and all data")
		}
	}
	return nil
}

// runs makes the runs of one row, some at a time.
func (l *lab) runs(ctx context.Context, row run) (count, error) {
	c := count{ends: map[string]int{}}
	var err error
	if row.scenes, err = l.scenesOf(ctx, row.plan); err != nil {
		return c, err
	}
	if row.plan.from != "" { // a random run begins with it
		if _, err := l.scenesOf(ctx, planNamed(row.plan.from)); err != nil {
			return c, err
		}
	}
	numbers := l.numbers(row)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex
	var group sync.WaitGroup
	for range l.jobs {
		group.Go(func() {
			for n := range numbers {
				if l.first && l.bad.Load() {
					return
				}
				one := row
				one.n = n
				end, err := one.do(ctx)
				if err != nil {
					cancel(err)
					return
				}
				mu.Lock()
				if c.note(&one, end) {
					l.bad.Store(true)
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return c, context.Cause(ctx)
}

// numbers are the runs that are to be made.
func (l *lab) numbers(row run) <-chan int {
	last, step := row.way.cases(l, row.scenes), max(1, row.way.stride)
	if row.way.name != byChance { // each of those is another instant
		step *= l.stride
	}
	list := make(chan int, last+1)
	defer close(list)
	if l.number >= 0 {
		list <- l.number
		return list
	}
	for n := min(step, last) / 2; n < last; n += step { // the first calls are the dullest
		list <- n
	}
	return list
}

func (c *count) note(r *run, end string) (isBad bool) {
	c.runs++
	c.ends[end]++
	if r.stopped {
		c.stopped++
	}
	if !slices.Contains(bad[:], end) {
		return false
	}
	fmt.Fprintf(os.Stderr, "%s: %s, run %d, seed %d, in %s\n  %s\n  again: .ci/crash/run -only %q -number %d -seed %d\n",
		strings.ToUpper(end), r.row(), r.n, r.seed, r.pc.dir, shortened(r.note), r.row(), r.n, r.seed)
	return true
}

// shortened leaves the middle of a long answer out: what was done comes first,
// and what koshin complained of last.
func shortened(note string) string {
	const head, tail = 400, 1200
	if len(note) > head+tail {
		return note[:head] + " … " + note[len(note)-tail:]
	}
	return note
}

func (c *count) add(other count) {
	c.runs += other.runs
	c.stopped += other.stopped
	for end, n := range other.ends {
		c.ends[end] += n
	}
}

func (c count) print(out io.Writer, how, what string, took time.Duration) {
	fmt.Fprintf(out, "| %s | %s | %d | %d | %d | %d | %d | %d | %d | %d | %.0f |\n", how, what, c.runs, c.stopped,
		c.ends[isOld], c.ends[isNew], c.ends[isLost], c.ends[isMixed], c.ends[isStuck], c.ends[isUntrue], took.Seconds())
}
