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
// on an unseen screen in Wine: .ci/window/start. Wine takes most of it itself, and
// so a goal for memory is for what koshin takes beyond the least program there is.
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
		"The goal for memory is for what koshin takes beyond notepad; Windows, unlike Wine, loads\nof a program only what runs.\n\n", runs)
	fmt.Fprintln(out, "| | ms | goal | peak memory, MiB | beyond notepad, MiB | goal |\n| --- | ---: | --- | ---: | ---: | --- |")
	fmt.Fprintf(out, "| koshin window | %.0f | %s | %.1f | %.1f | %s |\n", ms, met(ms, 300), most, most-mostIdle, met(most-mostIdle, 40))
	fmt.Fprintf(out, "| notepad | %.0f | | %.1f | | |\n", medianOf(all, func(o opening) float64 { return o.idleMs }), mostIdle)
	return nil
}
