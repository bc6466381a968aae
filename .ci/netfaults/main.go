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
	"runtime"
	"strings"
	"time"
)

func main() {
	if len(os.Args) > 3 && os.Args[1] == insideVerb {
		fmt.Fprintln(os.Stderr, "netfaults:", startInside(os.Args[2], os.Args[3], os.Args[4:]))
		os.Exit(1)
	}
	var m matrix
	flag.StringVar(&m.only, "only", "", "rows whose line contains `text`")
	flag.IntVar(&m.jobs, "jobs", 8, "rows at a time: most of the rows wait")
	flag.BoolVar(&m.quick, "quick", false, "the short run, which does not look at seconds")
	flag.BoolVar(&m.keep, "keep", false, "keep the folder with everything")
	programs := flag.String("programs", "", "`folder` with the programs (default: builds them)")
	flag.Parse()
	if m.quick {
		m.jobs = min(m.jobs, 4) // so that a busy machine does not run out of time itself
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := netfaults(ctx, m, *programs, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "netfaults:", err)
		os.Exit(1)
	}
}

func netfaults(ctx context.Context, m matrix, programs, page string) (err error) {
	dir, err := os.MkdirTemp("", "koshin-netfaults-")
	if err != nil {
		return err
	}
	defer func() {
		if err == nil && !m.keep {
			_ = os.RemoveAll(dir) // what stays behind is only space
			return
		}
		fmt.Fprintln(os.Stderr, "netfaults: everything is in", dir)
	}()
	if programs == "" {
		programs = filepath.Join(dir, "bin")
		if err := build(ctx, programs); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if m.world, err = newWorld(ctx, dir, programs); err != nil {
		return err
	}
	m.hurry = m.quick
	var text bytes.Buffer
	out := io.MultiWriter(os.Stdout, &text)
	fmt.Fprintf(out, "%s, `%s`, %s.\n", time.Now().Format(time.DateOnly), strings.Join(append([]string{".ci/netfaults/run"}, os.Args[1:]...), " "), machine(ctx))
	if err := m.play(ctx, out); err != nil || page == "" {
		return err
	}
	return os.WriteFile(page, append([]byte(heading), text.Bytes()...), 0o644)
}

const heading = `# The network matrix

What koshin says and does when a network is at fault: ` + "`make netfaults`" + `, which also writes this page.
` + "`.ci/netfaults/doc.go`" + ` says who plays what and what is compared; the rows are in ` + "`.ci/netfaults/rows.go`" + ` and
` + "`stories.go`" + `. Hosts, proxies, publisher and koshin are real programs on the loopback of one machine.

`

// machine says on what this was run.
func machine(ctx context.Context) string {
	text := fmt.Sprintf("%d cores, %s/%s, %s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	if said, err := exec.CommandContext(ctx, "openssl", "version").Output(); err == nil {
		text += ", " + strings.Join(strings.Fields(string(said))[:2], " ")
	}
	if said, err := exec.CommandContext(ctx, "nginx", "-v").CombinedOutput(); err == nil {
		text += ", " + strings.TrimPrefix(strings.TrimSpace(string(said)), "nginx version: ")
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil { // the seconds mean little where others work too
		text += ", load " + strings.Fields(string(load))[0]
	}
	return text
}

func build(ctx context.Context, into string) error {
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", into+string(filepath.Separator),
		"./cmd/koshin", "./cmd/koshin-release", "./cmd/sample-client")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	return c.Run()
}
