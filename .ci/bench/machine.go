package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// machine says when and on what this was measured, and what else went on.
func machine(ctx context.Context, out io.Writer, before, note string) {
	memory := ""
	if m := regexp.MustCompile(`MemTotal: +(\d+) kB`).FindStringSubmatch(read("/proc/meminfo")); m != nil {
		var kib float64
		_, _ = fmt.Sscan(m[1], &kib) // digits
		memory = fmt.Sprintf(", %.1f GiB of memory", kib/(1<<20))
	}
	cpu := "unknown processor"
	if m := regexp.MustCompile(`model name\s*: (.+)`).FindStringSubmatch(read("/proc/cpuinfo")); m != nil {
		cpu = m[1]
	}
	revision, _ := exec.CommandContext(ctx, "git", "rev-parse", "--short", "HEAD").Output() // not in a clone: unknown
	fmt.Fprintf(out, "\n## Measured\n\n%s, at revision %s: %s, %d cores%s; %s/%s, %s.\nLoad average %s before and %s after (this program's own work is in the latter). %s\n",
		time.Now().Format(time.DateOnly), strings.TrimSpace(string(revision)), cpu, runtime.NumCPU(), memory, runtime.GOOS, runtime.GOARCH,
		runtime.Version(), before, load(), note)
}

// load is the load average of the last minute.
func load() string {
	first, _, _ := strings.Cut(read("/proc/loadavg"), " ")
	return first
}

func read(file string) string {
	data, _ := os.ReadFile(file) // not Linux: unknown
	return string(data)
}

// goBenchmarks runs every benchmark of the packages.
func goBenchmarks(ctx context.Context, out io.Writer) error {
	fmt.Fprint(out, "\n## The packages' own benchmarks\n\n`go test -run '^$' -bench . -benchmem ./...`, one run.\n\n```\n")
	c := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", ".", "-benchmem", "./...")
	c.Stderr = os.Stderr
	text, err := c.Output()
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "pkg:") || strings.HasPrefix(line, "Benchmark") {
			fmt.Fprint(out, line)
		}
	}
	fmt.Fprintln(out, "```")
	return err
}
