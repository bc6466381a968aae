package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
)

// opening is one start of the window, and one of a window that does nothing.
type opening struct{ ms, peak, idleMs, idlePeak float64 }

// windows measures how long koshin's window takes to be there, and what it costs,
// on an unseen screen in Wine: .ci/window/start. Wine takes most of it itself: the
// least program there is, measured by turns, says how much.
func (b *measurement) windows(ctx context.Context, out io.Writer) error {
	runs := 4 * b.runs
	c := exec.CommandContext(ctx, ".ci/window/start", strconv.Itoa(runs))
	c.Stderr = os.Stderr
	text, err := c.Output()
	if err != nil {
		return err
	}
	var all []opening
	var most, mostIdle float64
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var o opening
		if _, err := fmt.Sscan(lines.Text(), &o.ms, &o.peak, &o.idleMs, &o.idlePeak); err != nil {
			return fmt.Errorf("%q: %w", lines.Text(), err)
		}
		all = append(all, o)
		most, mostIdle = max(most, o.peak), max(mostIdle, o.idlePeak)
	}
	if len(all) != runs {
		return fmt.Errorf("%d of %d starts", len(all), runs)
	}
	ms := medianOf(all, func(o opening) float64 { return o.ms })
	fmt.Fprintf(out, "\n## The window\n\n`koshin.exe window` in Wine on an unseen screen, warm: from the start of the process to a window that is drawn, then a\n"+
		"real check of one product. By turns Wine's own notepad, empty: what any window takes there. Medians of %d starts, the\nhighest peak of the working set. "+
		"Wine has all of a program in memory, koshin's whole file and its own libraries; Windows\nloads what runs, and shares it.\n\n", runs)
	fmt.Fprintln(out, "| | ms | goal | peak memory, MiB | goal | beyond notepad, MiB |\n| --- | ---: | --- | ---: | --- | ---: |")
	fmt.Fprintf(out, "| koshin window | %.0f | %s | %.1f | %s | %.1f |\n", ms, met(ms, 300), most, met(most, 40), most-mostIdle)
	fmt.Fprintf(out, "| notepad | %.0f | | %.1f | | |\n", medianOf(all, func(o opening) float64 { return o.idleMs }), mostIdle)
	return nil
}
