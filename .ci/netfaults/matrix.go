package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// matrix is what is to be played, and how.
type matrix struct {
	*world
	only  string
	jobs  int
	quick bool
	keep  bool
}

// The start of koshin, and whatever else it does beside its proofs. The short run
// is for machines with other things to do: there it only finds what hangs.
const (
	startAllowance = 3 * time.Second
	quickAllowance = time.Minute
)

// play makes all rows, some at a time, and prints a line for each in their order.
func (m *matrix) play(ctx context.Context, out io.Writer) error {
	began := time.Now()
	start := startAllowance
	if m.quick {
		start = quickAllowance
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	gate := make(chan struct{}, m.jobs)
	var group sync.WaitGroup
	run := func(name string, do func() error) {
		group.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			if ctx.Err() != nil {
				return
			}
			if err := do(); err != nil {
				cancel(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	list, tales := m.chosen()
	lines, tellings := make([]seen, len(list)), make([][]told, len(tales))
	for n, t := range tales { // first: they take longest
		run(t.what, func() (err error) {
			tellings[n], err = t.play(m.world, n, start)
			return err
		})
	}
	for n, r := range list {
		run(r.what+", "+r.by, func() (err error) {
			lines[n], err = r.play(m.world, n, start)
			return err
		})
	}
	group.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	wrong := printRows(out, lines) + printStories(out, tellings)
	fmt.Fprintf(out, "\n%d rows and %d updates in %.0f s, %d not as expected.\n", len(lines), len(tales), time.Since(began).Seconds(), wrong)
	if wrong > 0 {
		return errors.New("not every row was as expected")
	}
	return nil
}

// chosen are the rows and stories that were asked for.
func (m *matrix) chosen() (list []row, tales []story) {
	for _, r := range rows() {
		if (!m.quick || r.quick) && strings.Contains(r.what+", "+r.by, m.only) {
			list = append(list, r)
		}
	}
	for _, t := range stories() {
		if (!m.quick || t.quick) && strings.Contains(t.what, m.only) {
			tales = append(tales, t)
		}
	}
	return list, tales
}

func printRows(out io.Writer, lines []seen) (wrong int) {
	fmt.Fprintf(out, "\n## Connections\n\n| what is wrong | played by | verdict | cause | exit | seconds | doctor | koshin confirm says | as expected |\n| --- | --- | --- | --- | ---: | ---: | --- | --- | --- |\n")
	for _, l := range lines {
		if l.unable != "" {
			fmt.Fprintf(out, "| %s | %s | not played: %s | | | | | | |\n", l.what, l.by, l.unable)
			continue
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s | %d | %.1f | %s | %s | %s |\n", l.what, l.by, l.verdict, l.cause, l.exit, l.took.Seconds(), l.root, l.said, answer(l.wrong))
		wrong += min(1, len(l.wrong))
	}
	for _, l := range lines {
		explain(out, l.what+", "+l.by, l.wrong)
	}
	return wrong
}

func printStories(out io.Writer, tellings [][]told) (wrong int) {
	fmt.Fprintf(out, "\n## Updates\n\n| what happens | outcome | verdict | reason | exit | build that stands | packages asked for | seconds | koshin says | as expected |\n| --- | --- | --- | --- | ---: | --- | ---: | ---: | --- | --- |\n")
	for _, lines := range tellings {
		for _, l := range lines {
			fmt.Fprintf(out, "| %s | %s | %s | %s | %d | %s | %d | %.1f | %s | %s |\n", l.what, l.got.outcome, l.got.verdict, l.got.reason, l.got.exit,
				l.got.stands, l.got.packages, l.took.Seconds(), l.said, answer(l.wrong))
			wrong += min(1, len(l.wrong))
		}
	}
	for _, lines := range tellings {
		for _, l := range lines {
			explain(out, l.what, l.wrong)
		}
	}
	return wrong
}

func answer(wrong []string) string {
	if len(wrong) > 0 {
		return "**NO**"
	}
	return "yes"
}

func explain(out io.Writer, what string, wrong []string) {
	for _, why := range wrong {
		fmt.Fprintf(out, "\n%s: %s\n", what, why)
	}
}
