package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/koshin-updater/koshin/updater/schedule"
)

const scaleHeading = `# Scale

What a publisher's host has to bear, from one PC's day to a million of them. This page is written by
` + "`.ci/bench/run -scale docs/SCALE.md`" + `. Figures of other networks and other machines are other figures: what carries over
are the requests, the bytes and the ratios.
`

// day is what one daily run of one PC asks of the publisher's host.
type day struct {
	what                        string
	calls, requests, body, wire int64
	pack                        int64 // of body: the package
}

// The days that a later measurement reckons with.
const (
	quietDay   = "nothing new"
	renewedDay = "snapshot and timestamp renewed"
	waitingDay = "a release whose turn has not come here"
	releaseDay = "a release, the full package"
)

// dailies counts what the daily run of a real koshin asks of the host. The
// reception system that it proves its connection with is another host.
func (b *measurement) dailies(ctx context.Context, out io.Writer) error {
	days, err := b.measureDays(ctx)
	if err != nil {
		return err
	}
	b.seen.days = map[string]day{}
	fmt.Fprintf(out, "\n## One PC, one run\n\n`koshin update --yes --scheduled` of a PC with one product, counted by a host that speaks TLS 1.2 (a P-256 certificate\n"+
		"without intermediates: a public one is some 2 KB more in each connection). The daily run begins at %d hours of the day (%v\no'clock), so a PC that is on from before nine until after five makes 3 runs. "+
		"A publisher who renews the timestamp once\na day makes one of them the second line and two the first.\n\n", len(schedule.Hours()), schedule.Hours())
	fmt.Fprintln(out, "| what is new | connections | requests | bytes of answers | of them the package | bytes that the host sends, with TLS and headers |")
	fmt.Fprintln(out, "| --- | ---: | ---: | ---: | ---: | ---: |")
	for _, d := range days {
		b.seen.days[d.what] = d
		fmt.Fprintf(out, "| %s | %d | %d | %d | %d | %d |\n", d.what, d.calls, d.requests, d.body, d.pack, d.wire)
	}
	fmt.Fprintln(out, "\nA delta is not in the table: koshin does not make them yet.")
	return nil
}

func (b *measurement) measureDays(ctx context.Context) ([]day, error) {
	w, err := b.newWorld(ctx, "daily")
	if err != nil {
		return nil, err
	}
	reception, err := newHost(ctx, w.file("keys"), w.ca) // "/" is all that it is asked for
	if err != nil {
		return nil, err
	}
	if err := errors.Join(
		w.release(ctx, "product", "--id", "client", "--title-ja", "client", "--title-en", "client", "--confirm-url", reception.url),
		w.publishRandom(ctx, "1.0.0"), w.promote(ctx, "client", "1.0.0", "stable"),
	); err != nil {
		return nil, err
	}
	p, err := w.enroll(ctx, "pc", "client")
	if err != nil {
		return nil, err
	}
	if err := p.koshin(ctx, "update", "--yes"); err != nil {
		return nil, err
	}
	var days []day
	for _, scene := range []struct {
		what    string
		prepare func() error
	}{
		{quietDay, func() error { return nil }},
		{renewedDay, func() error { return w.release(ctx, "refresh") }},
		{waitingDay, func() error {
			return errors.Join(w.publishRandom(ctx, "1.1.0"), w.release(ctx, "promote", "--product", "client", "--version", "1.1.0", "--channel", "stable", "--percent", "0"))
		}},
		{releaseDay, func() error { return w.promote(ctx, "client", "1.1.0", "stable") }},
		{quietDay + ", the run after", func() error { return nil }},
	} {
		if err := scene.prepare(); err != nil {
			return nil, err
		}
		w.host.reset()
		if err := p.koshin(ctx, "update", "--yes", "--scheduled"); err != nil {
			return nil, fmt.Errorf("%s: %w", scene.what, err)
		}
		d := day{what: scene.what, calls: w.host.calls.Load(), requests: w.host.requests.Load(), body: w.host.body.Load(), wire: w.host.wire.Load()}
		if scene.what == releaseDay {
			if d.pack, err = w.packageSize("client", "1.1.0"); err != nil {
				return nil, err
			}
		}
		days = append(days, d)
	}
	return days, nil
}

// publishRandom adds a build of 10 MB that no compression makes smaller.
func (w *world) publishRandom(ctx context.Context, version string) error {
	content := make([]byte, 10_000_000)
	_, _ = rand.Read(content) // never fails
	dir := w.file("random")
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(w.file("random", "client.dat"), content, 0o644)); err != nil {
		return err
	}
	return w.add(ctx, "client", version, dir)
}

func (w *world) packageSize(product, version string) (int64, error) {
	file, err := w.packageOf(product, version)
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
