// The bench command measures koshin and koshin-release as they are built from
// this checkout, beside the tools that a careful person would use instead, on
// the same bytes, by turns in the same run. It prints Markdown.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	runs := flag.Int("runs", 5, "`times` that each thing is measured; the table has the medians")
	only := flag.String("only", "check update install add self window", "`measurements` to make")
	note := flag.String("note", "", "`sentence` for the page on how this was started")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, *runs, strings.Fields(*only), flag.Arg(0), *note); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, runs int, only []string, page, note string) error {
	dir, err := os.MkdirTemp("", "koshin-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &measurement{dir: dir, runs: runs}
	if err := b.build(ctx); err != nil {
		return err
	}
	out := io.Writer(os.Stdout)
	var text bytes.Buffer
	if page != "" {
		out = io.MultiWriter(os.Stdout, &text)
	}
	before := load()
	for _, name := range only {
		measure, known := map[string]func(context.Context, io.Writer) error{
			"check": b.checks, "update": b.updates, "install": b.installs, "add": b.adds, "self": b.selfUpdates, "window": b.windows,
		}[name]
		if !known {
			return fmt.Errorf("-only %s: check, update, install, add, self or window", name)
		}
		if err := measure(ctx, out); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if page != "" {
		if err := goBenchmarks(ctx, out); err != nil {
			return err
		}
	}
	machine(ctx, out, before, note)
	if page == "" {
		return nil
	}
	return os.WriteFile(page, append([]byte(heading), text.Bytes()...), 0o644)
}

const heading = `# Benchmarks

What koshin costs, measured, each figure beside its goal. This page is written by
` + "`.ci/bench/run docs/BENCHMARKS.md`; `make bench`" + ` prints the same tables and writes nothing.
`

// measurement is one run of this program.
type measurement struct {
	dir  string // thrown away
	runs int
}

func (b *measurement) path(parts ...string) string {
	return filepath.Join(append([]string{b.dir}, parts...)...)
}

func (b *measurement) build(ctx context.Context) error {
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", b.path("bin")+string(filepath.Separator), "./cmd/koshin", "./cmd/koshin-release")
	c.Stderr = os.Stderr
	return c.Run()
}
