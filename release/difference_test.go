package release_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

// text writes what PCs do differently, one line each, for the tables here.
func text(d *release.Difference) (pcs, remarks string) {
	var lines, said []string
	for _, c := range d.Channels {
		for _, p := range c.PCs {
			lines = append(lines, fmt.Sprintf("%s %s: %s -> %s", strings.Join(p.Platforms, "+"), installed(p.Installed), does(p.Before), does(p.After)))
		}
	}
	for _, r := range d.Remarks {
		said = append(said, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Kind, r.Version, r.Other)))
	}
	return strings.Join(lines, "\n"), strings.Join(said, "\n")
}

func installed(i release.Installed) string {
	switch {
	case i.None:
		return "none"
	case !i.Below.IsZero():
		return "<" + i.Below.String()
	case i.From.IsZero():
		return "<=" + i.To.String()
	}
	return i.From.String() + ".." + i.To.String()
}

func does(o release.Outcome) string {
	var words []string
	if o.Required {
		words = append(words, "must")
	}
	for _, w := range o.Ways {
		words = append(words, fmt.Sprintf("%s:%d", w.Version, w.Percent))
	}
	return "[" + strings.Join(words, " ") + "]"
}

// errLooked ends a change that only wants to know what it would mean.
var errLooked = errors.New("looked")

// TestDifference: what is shown before a change of a repository with 2.1.0 and
// 2.2.0 in stable, 2.3.0 and 2.4.0 added, and the floor 2.2.0.
func TestDifference(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.product()
	for _, v := range []string{"2.1.0", "2.2.0", "2.3.0", "2.4.0"} {
		w.add(v)
	}
	linux := w.build("2.2.0")
	linux.OS = "linux"
	_, err := w.repo.Add(t.Context(), linux, folder(t, map[string]string{"client": "linux"}), nil)
	w.must(err)
	newSystem := w.build("2.4.0")
	newSystem.MinOS, newSystem.Arch = version(t, "10.0"), "arm64"
	_, err = w.repo.Add(t.Context(), newSystem, folder(t, map[string]string{"client": "arm"}), nil)
	w.must(err)
	since, _ := manifest.ParseDate("2021-04-01")
	w.must(w.repo.SetFloor(t.Context(), product, version(t, "2.2.0"), since))
	w.promote("2.1.0", 100)
	w.promote("2.2.0", 100)

	promote := func(v string, to manifest.Channel, percent int) func(context.Context, *release.Repository) error {
		return func(ctx context.Context, r *release.Repository) error {
			return r.Promote(ctx, product, version(t, v), to, percent)
		}
	}
	withdraw := func(v string) func(context.Context, *release.Repository) error {
		return func(ctx context.Context, r *release.Repository) error {
			return r.Withdraw(ctx, product, version(t, v), "cannot print")
		}
	}
	floor := func(v string) func(context.Context, *release.Repository) error {
		return func(ctx context.Context, r *release.Repository) error {
			return r.SetFloor(ctx, product, version(t, v), since)
		}
	}
	cases := []struct {
		name    string
		change  func(context.Context, *release.Repository) error
		pcs     string
		remarks string
	}{
		{"a share", promote("2.3.0", manifest.Stable, 25), `windows/amd64 2.2.0..2.2.0: [] -> [2.3.0:25]
windows/amd64 <=2.1.0: [must 2.2.0:100] -> [must 2.3.0:100]
windows/amd64 none: [must 2.2.0:100] -> [must 2.3.0:100]`,
			"share-ignored 2.3.0 2.2.0\nmissing-platform 2.3.0 2.2.0"},
		{"nobody yet, but below the floor", promote("2.3.0", manifest.Stable, 0), `windows/amd64 <=2.1.0: [must 2.2.0:100] -> [must 2.3.0:100]
windows/amd64 none: [must 2.2.0:100] -> [must 2.3.0:100]`,
			"share-ignored 2.3.0 2.2.0\nmissing-platform 2.3.0 2.2.0"},
		{"everybody, a newer system", promote("2.4.0", manifest.Stable, 100), `windows/amd64+windows/arm64 2.2.0..2.3.0: [] -> [2.4.0:100]
windows/amd64 <=2.1.0: [must 2.2.0:100] -> [must 2.4.0:100]
windows/amd64 none: [must 2.2.0:100] -> [must 2.4.0:100]
windows/arm64 <=2.1.0: [must] -> [must 2.4.0:100]
windows/arm64 none: [must] -> [must 2.4.0:100]`, "missing-platform 2.4.0 2.2.0\nnewer-system 2.4.0 10.0"},
		{"a lower share", promote("2.2.0", manifest.Stable, 50), "", "lower-share 2.2.0\nshare-ignored 2.2.0 2.2.0"},
		{"the first in a channel", promote("2.1.0", manifest.Pilot, 100), "windows/amd64 <=2.1.0: [] -> [must]\nwindows/amd64 none: [] -> [must]", "floor-not-offered 2.2.0"},
		{"the only way out withdrawn", withdraw("2.2.0"), `linux/amd64+windows/amd64 <=2.1.0: [must 2.2.0:100] -> [must]
linux/amd64+windows/amd64 none: [must 2.2.0:100] -> [must]`, "stranded 2.2.0\nkept 2.2.0"},
		{"a higher floor that nobody offers", floor("2.3.0"), `linux/amd64+windows/amd64 2.2.0..2.2.0: [] -> [must]
linux/amd64+windows/amd64 <=2.1.0: [must 2.2.0:100] -> [must]
linux/amd64+windows/amd64 none: [must 2.2.0:100] -> [must]`, "stranded 2.3.0"},
		{"nothing", promote("2.2.0", manifest.Stable, 100), "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var seen *release.Difference
			o := w.options()
			o.Keys = nil // nothing is signed
			o.Review = func(_ context.Context, d *release.Difference) error { seen = d; return errLooked }
			r, err := release.Open(w.dir, o)
			w.must(err)
			if err := c.change(t.Context(), r); !errors.Is(err, errLooked) {
				t.Fatal(err)
			}
			pcs, remarks := text(seen)
			if pcs != c.pcs {
				t.Errorf("PCs:\n%s\nwant\n%s", pcs, c.pcs)
			}
			if remarks != c.remarks {
				t.Errorf("remarks:\n%s\nwant\n%s", remarks, c.remarks)
			}
			w.must(r.Verify(t.Context()))
		})
	}
}
