package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"
)

// cost is what one run of a program took.
type cost struct {
	seconds float64
	cpu     float64 // seconds of processor, of user and system
	peak    float64 // MiB of memory, at most
}

// run measures a program that must exit 0. GNU time stands in between, since a
// process that this one starts would begin with this one's peak.
func (b *measurement) run(ctx context.Context, program string, args ...string) (cost, error) {
	file := b.path("cost")
	c := exec.CommandContext(ctx, "time", append([]string{"--quiet", "--format=%M %U %S", "--output=" + file, program}, args...)...)
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	began := time.Now()
	err := c.Run()
	seconds := time.Since(began).Seconds()
	if err != nil {
		return cost{}, fmt.Errorf("%s %q: %w: %s", program, args, err, said.Bytes())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return cost{}, err
	}
	var kib, user, system float64
	_, err = fmt.Sscan(string(text), &kib, &user, &system)
	return cost{seconds: seconds, cpu: user + system, peak: kib / 1024}, err
}

// pair is two ways to do the same, measured one after the other.
type pair struct{ ours, theirs cost }

// pairs measures both ways in turn, and who begins in turn too, so that what
// else the machine does hits both.
func pairs(ctx context.Context, runs int, ours, theirs func(n int) (cost, error)) ([]pair, error) {
	var list []pair
	for n := range runs {
		var p pair
		ways := []struct {
			measure func(int) (cost, error)
			into    *cost
		}{{ours, &p.ours}, {theirs, &p.theirs}}
		if n%2 == 1 {
			slices.Reverse(ways)
		}
		for _, way := range ways {
			if err := flushDisks(ctx); err != nil {
				return nil, err
			}
			var err error
			if *way.into, err = way.measure(n); err != nil {
				return nil, err
			}
		}
		list = append(list, p)
	}
	return list, nil
}

// flushDisks makes one measurement not pay for the files of another.
func flushDisks(ctx context.Context) error { return exec.CommandContext(ctx, "sync").Run() }

// medianOf is the middle of what get says about each.
func medianOf[T any](list []T, get func(T) float64) float64 {
	var values []float64
	for _, one := range list {
		values = append(values, get(one))
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

func (p pair) ratio() float64 { return p.ours.seconds / p.theirs.seconds }

// compared is the columns that every pair has.
func compared(list []pair) string {
	of := func(get func(pair) float64) float64 { return medianOf(list, get) }
	return fmt.Sprintf("%.2f | %.2f | %.2f | %.2f | %.2f",
		of(func(p pair) float64 { return p.ours.seconds }), of(func(p pair) float64 { return p.theirs.seconds }), of(pair.ratio),
		of(func(p pair) float64 { return p.ours.cpu }), of(func(p pair) float64 { return p.theirs.cpu }))
}

// peak is the highest, not the median: a goal for memory holds every time.
func peak(list []pair) float64 {
	return slices.MaxFunc(list, func(a, b pair) int { return int(a.ours.peak - b.ours.peak) }).ours.peak
}

// met says how a figure stands to its goal, which is the most that it may be.
func met(figure, goal float64) string {
	if figure <= goal {
		return fmt.Sprintf("%g, met", goal)
	}
	return fmt.Sprintf("%g, **missed**", goal)
}
