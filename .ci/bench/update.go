package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const (
	oldBuild = "1.0.0"
	newBuild = "1.1.0"
)

// careful is what a careful person does without koshin. tar writes what comes
// before its hash is known; koshin does not.
const careful = `set -o pipefail
curl -sSf --tlsv1.2 --tls-max 1.2 --cacert "$1" "$2" | tee >(sha256sum >"$4") | tar --zstd -x -C "$3"
sync -f "$3"`

// updates measures a first install and an update of a tree of about 200 MB,
// over the network.
func (b *measurement) updates(ctx context.Context, out io.Writer) error {
	w, files, total, err := b.newUpdateWorld(ctx, "update", func(dir string) error { return realTree(ctx, dir) })
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n## A full update beside curl, sha256sum and tar\n\n`koshin update --yes` (recover, trust, prove, download, verify, stage, swap, prove again, commit, record) beside\n`curl --tlsv1.2 | tee >(sha256sum) | tar --zstd -x`, then `sync -f`, from the same host. %d files, %.1f MB, the bin, pkg and src of Go;\nthe new build differs in every tenth file. Medians of %d pairs, the ratio too.\n\n", files, float64(total)/1e6, b.runs)
	return w.installAndUpdate(ctx, out, w.careful, "update", "--yes")
}

// installAndUpdate measures koshin with these arguments, for a first install
// and for an update, beside the other way, and prints a table. The channel
// stable has the old build, pilot the new one, so that a PC can be made anew
// for every run.
func (w *world) installAndUpdate(ctx context.Context, out io.Writer, other func(ctx context.Context, version string) func(int) (cost, error), koshin ...string) error {
	var pcs []*pc
	first, err := pairs(ctx, w.runs, func(n int) (cost, error) {
		p, err := w.enroll(ctx, fmt.Sprintf("pc-%d", n), "tree")
		if err != nil {
			return cost{}, err
		}
		pcs = append(pcs, p)
		return p.measured(ctx, koshin...)
	}, other(ctx, oldBuild))
	if err != nil {
		return err
	}
	second, err := pairs(ctx, w.runs, func(n int) (cost, error) {
		if err := pcs[n].usePilot(); err != nil {
			return cost{}, err
		}
		return pcs[n].measured(ctx, koshin...)
	}, other(ctx, newBuild))
	if err != nil {
		return err
	}
	if err := command(ctx, "diff", "-r", "-x", ".koshin-index", w.byHand(newBuild, 0), pcs[0].installed()); err != nil {
		return err
	}
	fmt.Fprintln(out, "| | package, MB | koshin, s | by hand, s | ratio | CPU: koshin, s | by hand, s | goal for the ratio | peak memory of koshin, MiB | goal |")
	fmt.Fprintln(out, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: | --- |")
	for _, row := range []struct {
		name, version string
		list          []pair
	}{{"first install", oldBuild, first}, {"update", newBuild, second}} {
		target, err := w.target(row.version)
		if err != nil {
			return err
		}
		info, err := os.Stat(target)
		if err != nil {
			return err
		}
		ratio := medianOf(row.list, pair.ratio)
		fmt.Fprintf(out, "| %s | %.1f | %s | %s | %.1f | %s |\n", row.name, float64(info.Size())/1e6, compared(row.list),
			met(ratio, 1.2), peak(row.list), met(peak(row.list), 64))
	}
	return nil
}

// newUpdateWorld publishes two builds of the tree that fill makes.
func (b *measurement) newUpdateWorld(ctx context.Context, name string, fill func(dir string) error) (w *world, files int, total int64, err error) {
	if w, err = b.newWorld(ctx, name); err != nil {
		return nil, 0, 0, err
	}
	if err := w.product(ctx, "tree"); err != nil {
		return nil, 0, 0, err
	}
	dir := w.file("build")
	if err := fill(dir); err != nil {
		return nil, 0, 0, err
	}
	if err := w.add(ctx, "tree", oldBuild, dir); err != nil {
		return nil, 0, 0, err
	}
	if err := nextBuild(dir); err != nil {
		return nil, 0, 0, err
	}
	if err := w.add(ctx, "tree", newBuild, dir); err != nil {
		return nil, 0, 0, err
	}
	if err := w.promote(ctx, "tree", oldBuild, "stable"); err != nil {
		return nil, 0, 0, err
	}
	if err := w.promote(ctx, "tree", newBuild, "pilot"); err != nil {
		return nil, 0, 0, err
	}
	files, total, err = size(dir)
	return w, files, total, err
}

// usePilot edits the configuration, as an administrator does.
func (p *pc) usePilot() error {
	text, err := os.ReadFile(p.file("koshin.toml"))
	if err != nil {
		return err
	}
	changed := bytes.ReplaceAll(text, []byte("stable"), []byte("pilot"))
	if bytes.Equal(changed, text) {
		return fmt.Errorf("%s names no channel", p.file("koshin.toml"))
	}
	return os.WriteFile(p.file("koshin.toml"), changed, 0o644)
}

// target is the package of a build of the tree, on the publisher's disk.
func (w *world) target(version string) (string, error) { return w.packageOf("tree", version) }

// packageOf is the one package of a build, on the publisher's disk.
func (w *world) packageOf(product, version string) (string, error) {
	found, err := filepath.Glob(w.file("repo", "targets", product, version, "*"))
	if err == nil && len(found) != 1 {
		err = fmt.Errorf("package of %s: %q", version, found)
	}
	return strings.Join(found, ""), err
}

func (w *world) byHand(version string, n int) string {
	return w.file(fmt.Sprintf("by-hand-%s-%d", version, n))
}

// careful does by hand what koshin does, into an empty folder. Nothing is
// deleted between two measurements: for a minute afterwards ext4 makes new
// files many times slower.
func (w *world) careful(ctx context.Context, version string) func(int) (cost, error) {
	return func(n int) (cost, error) {
		target, err := w.target(version)
		if err != nil {
			return cost{}, err
		}
		dir, sum := w.byHand(version, n), w.file("sum")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return cost{}, err
		}
		url := w.host.url + filepath.ToSlash(strings.TrimPrefix(target, w.file("repo")+string(filepath.Separator)))
		c, err := w.run(ctx, "bash", "-c", careful, "bash", w.file("ca.pem"), url, dir, sum)
		if err != nil {
			return cost{}, err
		}
		text, err := os.ReadFile(sum)
		if sum, _, _ := strings.Cut(string(text), " "); err == nil && !strings.HasPrefix(filepath.Base(target), sum+".") {
			err = fmt.Errorf("sha256sum says %q of %s", sum, target)
		}
		return c, err
	}
}
