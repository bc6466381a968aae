package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
)

// padding is what a koshin of this measurement has behind it, in bytes. The
// system loads no such thing into memory; whoever copies, hashes or packs the
// file has to get by without doing so, too.
const padding = 500 << 20

// selfUpdates measures koshin's own update, from a folder, at a size that it
// will never have: memory must not grow with the program.
func (b *measurement) selfUpdates(ctx context.Context, out io.Writer) error {
	w, err := b.newWorld(ctx, "self")
	if err != nil {
		return err
	}
	if err := w.publishSelf(ctx); err != nil {
		return err
	}
	info, err := os.Stat(w.file("koshin-"+newBuild, "koshin"))
	if err != nil {
		return err
	}
	runs := min(b.runs, 3) // each writes 3 GB
	var costs []cost
	for n := range runs {
		c, err := w.updateSelf(ctx, fmt.Sprintf("pc-%d", n))
		if err != nil {
			return err
		}
		costs = append(costs, c)
	}
	fmt.Fprintf(out, "\n## koshin itself, at %.0f MB\n\n`koshin self-update --yes --from` a folder (trust, fetch, verify, stage, start, copy for recovery, swap, start again,\ncommit, copy again): koshin %s replaces itself by %s, both with random bytes appended. Median of %d, the highest peak.\n\n",
		float64(info.Size())/1e6, oldBuild, newBuild, runs)
	fmt.Fprintln(out, "| koshin, MB | s | CPU, s | peak memory, MiB | goal |")
	fmt.Fprintln(out, "| ---: | ---: | ---: | ---: | --- |")
	most := 0.0
	for _, c := range costs {
		most = max(most, c.peak)
	}
	fmt.Fprintf(out, "| %.1f | %.2f | %.2f | %.1f | %s |\n", float64(info.Size())/1e6, medianOf(costs, func(c cost) float64 { return c.seconds }),
		medianOf(costs, func(c cost) float64 { return c.cpu }), most, met(most, 64))
	return nil
}

// publishSelf offers the new koshin, and a client beside it, since no PC is
// enrolled without one.
func (w *world) publishSelf(ctx context.Context) error {
	for _, version := range []string{oldBuild, newBuild} {
		if err := buildPadded(ctx, w.file("koshin-"+version, "koshin"), version); err != nil {
			return err
		}
	}
	client := w.file("build")
	if err := os.Mkdir(client, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(client, "client.txt"), []byte("client\n"), 0o644); err != nil {
		return err
	}
	for _, id := range []string{"tree", "koshin"} {
		if err := w.product(ctx, id); err != nil {
			return err
		}
	}
	if err := w.add(ctx, "tree", oldBuild, client); err != nil {
		return err
	}
	if err := w.promote(ctx, "tree", oldBuild, "stable"); err != nil {
		return err
	}
	if err := w.release(ctx, "add", "--product", "koshin", "--version", newBuild, "--os", runtime.GOOS, "--arch", runtime.GOARCH,
		"--kind", "exe", w.file("koshin-"+newBuild, "koshin")); err != nil {
		return err
	}
	return w.promote(ctx, "koshin", newBuild, "stable")
}

// buildPadded builds a koshin of this version, which runs as ever with random
// bytes, which nothing compresses, behind it.
func buildPadded(ctx context.Context, file, version string) error {
	if err := command(ctx, "go", "build", "-trimpath", "-ldflags=-s -w -X main.version="+version, "-o", file, "./cmd/koshin"); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	var seed [32]byte
	copy(seed[:], version)
	if _, err := io.CopyN(f, rand.NewChaCha8(seed), padding); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// updateSelf measures it once, on a PC that is thrown away.
func (w *world) updateSelf(ctx context.Context, name string) (cost, error) {
	p, err := w.enroll(ctx, name, "tree")
	if err != nil {
		return cost{}, err
	}
	defer os.RemoveAll(p.dir)
	own := filepath.Join(p.dir, "opt", "koshin")
	if err := os.Mkdir(filepath.Dir(own), 0o755); err != nil {
		return cost{}, err
	}
	if err := command(ctx, "cp", w.file("koshin-"+oldBuild, "koshin"), own); err != nil {
		return cost{}, err
	}
	if err := flushDisks(ctx); err != nil {
		return cost{}, err
	}
	c, err := w.run(ctx, own, append(p.arguments(), "self-update", "--yes", "--from", w.file("repo"))...)
	if err != nil {
		return cost{}, err
	}
	if err := command(ctx, "cmp", own, w.file("koshin-"+newBuild, "koshin")); err != nil {
		return cost{}, fmt.Errorf("koshin is not the new one: %w", err)
	}
	return c, nil
}
