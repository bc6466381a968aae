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

// opening is one start of the window.
type opening struct{ ms, peak float64 }

// windows measures how long koshin's window takes to be there, and what it costs,
// on an unseen screen in Wine: .ci/window/start.
func (b *measurement) windows(ctx context.Context, out io.Writer) error {
	runs := 4 * b.runs
	c := exec.CommandContext(ctx, ".ci/window/start", strconv.Itoa(runs))
	c.Stderr = os.Stderr
	text, err := c.Output()
	if err != nil {
		return err
	}
	var all []opening
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var o opening
		if _, err := fmt.Sscan(lines.Text(), &o.ms, &o.peak); err != nil {
			return fmt.Errorf("%q: %w", lines.Text(), err)
		}
		all = append(all, o)
	}
	if len(all) != runs {
		return fmt.Errorf("%d of %d starts", len(all), runs)
	}
	most := 0.0
	for _, o := range all {
		most = max(most, o.peak)
	}
	ms := medianOf(all, func(o opening) float64 { return o.ms })
	fmt.Fprintf(out, "\n## The window\n\n`koshin.exe window` in Wine on an unseen screen, warm: from the start of the process to a window that is drawn, then a\nreal check of one product. Median of %d starts, the highest peak of the working set, Wine's own part included.\n\n", runs)
	fmt.Fprintln(out, "| ms | goal | peak memory, MiB | goal |\n| ---: | --- | ---: | --- |")
	fmt.Fprintf(out, "| %.0f | %s | %.1f | %s |\n", ms, met(ms, 300), most, met(most, 40))
	return nil
}
