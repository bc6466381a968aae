package main

import (
	"context"
	"fmt"
	"io"
	"os"
)

// packed is how the same is done without koshin-release, on one core as there.
const packed = `set -o pipefail
tar --format=pax --sort=name -C "$1" -c . | zstd -q -3 -T1 >"$2"
sync -f "$2"`

// oneGiB is what the tree of adds has at least.
const oneGiB = 1 << 30

// adds measures how a build of 1 GiB is packed and signed.
func (b *measurement) adds(ctx context.Context, out io.Writer) error {
	w, err := b.newWorld(ctx, "add")
	if err != nil {
		return err
	}
	if err := w.product(ctx, "tree"); err != nil {
		return err
	}
	files, total := 0, int64(0)
	for n := 0; total < oneGiB; n++ {
		dir := w.file("build", fmt.Sprintf("copy-%d", n))
		if err := realTree(ctx, dir); err != nil {
			return err
		}
		more, bytes, err := size(dir)
		if err != nil {
			return err
		}
		files, total = files+more, total+bytes
	}
	list, err := pairs(ctx, min(b.runs, 3), func(n int) (cost, error) {
		args := append([]string{"--repo", w.file("repo"), "--keys", w.file("keys")}, addArguments("tree", fmt.Sprintf("1.%d.0", n), w.file("build"))...)
		return w.run(ctx, w.path("bin", "koshin-release"), args...)
	}, func(int) (cost, error) {
		return w.run(ctx, "bash", "-c", packed, "bash", w.file("build"), w.file("by-hand.tar.zst"))
	})
	if err != nil {
		return err
	}
	target, err := w.target(oldBuild)
	if err != nil {
		return err
	}
	archive, err := os.Stat(target)
	if err != nil {
		return err
	}
	byHand, err := os.Stat(w.file("by-hand.tar.zst"))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n## Packing and signing beside tar and zstd\n\n`koshin-release add` (hash, pack, sign, then read everything again as a client would) beside `tar | zstd -3 -T1`,\nthen `sync -f`. %d files, %.0f MiB; medians of %d pairs, the ratio too.\n\n", files, float64(total)/(1<<20), len(list))
	fmt.Fprintln(out, "| koshin-release add, s | by hand, s | ratio | CPU: koshin-release, s | by hand, s | package, MB | by hand, MB | peak memory of koshin-release, MiB | goal |")
	fmt.Fprintln(out, "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
	fmt.Fprintf(out, "| %s | %.1f | %.1f | %.1f | %s |\n", compared(list), float64(archive.Size())/1e6, float64(byHand.Size())/1e6, peak(list), met(peak(list), 128))
	return w.manyFiles(ctx, out, files)
}

// manyFiles shows how much memory koshin needs where a tree has many files.
func (w *world) manyFiles(ctx context.Context, out io.Writer, files int) error {
	if err := w.promote(ctx, "tree", oldBuild, "stable"); err != nil {
		return err
	}
	p, err := w.enroll(ctx, "pc", "tree")
	if err != nil {
		return err
	}
	first, err := p.measured(ctx, "update", "--yes")
	if err != nil {
		return err
	}
	if err := nextBuild(w.file("build")); err != nil {
		return err
	}
	if err := w.add(ctx, "tree", "2.0.0", w.file("build")); err != nil {
		return err
	}
	if err := w.promote(ctx, "tree", "2.0.0", "stable"); err != nil {
		return err
	}
	second, err := p.measured(ctx, "update", "--yes")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nThe same tree through `koshin update --yes`, once each: memory goes with the number of files, not with their size.\n\n")
	fmt.Fprintln(out, "| | files | koshin, s | CPU, s | peak memory of koshin, MiB | goal |")
	fmt.Fprintln(out, "| --- | ---: | ---: | ---: | ---: | --- |")
	for _, row := range []struct {
		name string
		cost
	}{{"first install", first}, {"update", second}} {
		fmt.Fprintf(out, "| %s | %d | %.2f | %.2f | %.1f | %s |\n", row.name, files, row.seconds, row.cpu, row.peak, met(row.peak, 64))
	}
	return nil
}
