package main

import (
	"context"
	"fmt"
	"io"
	"os"
)

// unpacked is all that has to be done for the files alone.
const unpacked = `set -e
tar --zstd -x -f "$1" -C "$2"
sync -f "$2"`

// installs measures a first install and an update of 1 GB in 20,000 files from
// a folder, so that nothing counts but this PC.
func (b *measurement) installs(ctx context.Context, out io.Writer) error {
	few := &measurement{dir: b.dir, runs: min(b.runs, 3)} // each leaves 4 GB
	w, files, total, err := few.newUpdateWorld(ctx, "install", softwareTree)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n## Installing a large tree beside tar\n\n`koshin update --yes --from DIR`, from a copy of the repository on the same disk: trust, two proofs of connectivity, the\npackage linked into koshin's own folder and hashed, hashed again, unpacked with each file hashed, flushed, checked, swapped\nin, recorded. Beside it `tar --zstd -x` of the same package, then `sync -f`: no hash, no way back. %d files of %.0f MB,\nmade for this (text, programs large and small, what is packed already); the new build differs in every tenth file.\nMedians of %d pairs, the ratio too.\n\n", files, float64(total)/1e6, few.runs)
	return w.installAndUpdate(ctx, out, w.unpacked, "update", "--yes", "--from", w.file("repo"))
}

// unpacked does nothing but unpack, into an empty folder that is kept; see
// [world.careful].
func (w *world) unpacked(ctx context.Context, version string) func(int) (cost, error) {
	return func(n int) (cost, error) {
		target, err := w.target(version)
		if err != nil {
			return cost{}, err
		}
		dir := w.byHand(version, n)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return cost{}, err
		}
		return w.run(ctx, "bash", "-c", unpacked, "bash", target, dir)
	}
}
