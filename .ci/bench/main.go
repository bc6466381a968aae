// The bench command measures koshin and koshin-release as they are built from
// this checkout, beside the tools that a careful person would use instead, on
// the same bytes, by turns in the same run. It prints Markdown: what a PC takes
// (docs/BENCHMARKS.md), or with -scale what a million PCs take (docs/SCALE.md).
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
	"slices"
	"strings"
)

func main() {
	runs := flag.Int("runs", 5, "`times` that each thing is measured; the table has the medians")
	scale := flag.Bool("scale", false, "measure what a publisher's host has to bear instead")
	only := flag.String("only", "", "`measurements` to make; default all of the page")
	note := flag.String("note", "", "`sentence` for the page on how this was started")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, *runs, pageOf(*scale), strings.Fields(*only), flag.Arg(0), *note); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// page is a document and what is measured for it, in order.
type page struct {
	heading      string
	measurements []named
	goBenchmarks bool
}

type named struct {
	name    string
	measure func(*measurement, context.Context, io.Writer) error
}

func pageOf(scale bool) page {
	if scale {
		return page{scaleHeading, []named{
			{"daily", (*measurement).dailies}, {"load", (*measurement).loads}, {"fleet", (*measurement).fleet}, {"rollout", (*measurement).rollouts},
		}, false}
	}
	return page{heading, []named{
		{"check", (*measurement).checks}, {"update", (*measurement).updates}, {"install", (*measurement).installs},
		{"add", (*measurement).adds}, {"self", (*measurement).selfUpdates}, {"window", (*measurement).windows},
	}, true}
}

func (p page) names() (names []string) {
	for _, m := range p.measurements {
		names = append(names, m.name)
	}
	return names
}

func bench(ctx context.Context, runs int, p page, only []string, file, note string) error {
	for _, name := range only {
		if !slices.Contains(p.names(), name) {
			return fmt.Errorf("-only %s: %s", name, strings.Join(p.names(), ", "))
		}
	}
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
	if file != "" {
		out = io.MultiWriter(os.Stdout, &text)
	}
	before := load()
	for _, m := range p.measurements {
		if len(only) > 0 && !slices.Contains(only, m.name) {
			continue
		}
		if err := m.measure(b, ctx, out); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	if file != "" && p.goBenchmarks {
		if err := goBenchmarks(ctx, out); err != nil {
			return err
		}
	}
	machine(ctx, out, before, note)
	if file == "" {
		return nil
	}
	return os.WriteFile(file, append([]byte(p.heading), text.Bytes()...), 0o644)
}

const heading = `# Benchmarks

What koshin costs, measured, each figure beside its goal. This page is written by
` + "`.ci/bench/run docs/BENCHMARKS.md`; `make bench`" + ` prints the same tables and writes nothing.
`

// measurement is one run of this program.
type measurement struct {
	dir  string // thrown away
	runs int
	seen struct { // by measurements of the same page, for those after them
		days   map[string]day
		checks float64 // a second, one core of this machine
	}
}

func (b *measurement) path(parts ...string) string {
	return filepath.Join(append([]string{b.dir}, parts...)...)
}

func (b *measurement) build(ctx context.Context) error {
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", b.path("bin")+string(filepath.Separator), "./cmd/koshin", "./cmd/koshin-release")
	c.Stderr = os.Stderr
	return c.Run()
}
