package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/transport"
)

// checked is one check with nothing new.
type checked struct {
	cost
	requests, body, wire float64
}

// checks measures a check with nothing new, and that its cost grows neither
// with the releases of a product nor with the products of a repository.
func (b *measurement) checks(ctx context.Context, out io.Writer) error {
	fmt.Fprintf(out, "\n## A check with nothing new\n\n`koshin check`, one installed product; medians of %d runs, by turns. In process: `updater.Check` without\nthe start of a program. Bytes on the wire contain the TLS handshake.\n\n", b.checkRuns())
	fmt.Fprintln(out, "| releases | products in the repository | requests (goal ≤ 2) | bytes of answers | bytes on the wire | ms | ms in process | peak memory, MiB (goal ≤ 64) |")
	fmt.Fprintln(out, "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
	var scenes []*checkScene
	for _, size := range []struct{ releases, products int }{{3, 1}, {60, 1}, {3, 20}} {
		s, err := b.newCheckScene(ctx, size.releases, size.products)
		if err != nil {
			return err
		}
		scenes = append(scenes, s)
	}
	for range b.checkRuns() {
		for _, s := range scenes {
			if err := s.measure(ctx); err != nil {
				return err
			}
		}
	}
	for _, s := range scenes {
		s.print(out)
	}
	return nil
}

// checkRuns: a check is short, so more of them are affordable.
func (b *measurement) checkRuns() int { return 4 * b.runs }

type checkScene struct {
	*pc
	releases, products int
	updater            *updater.Updater
	selected           []updater.Product
	processes          []checked
	inside             []float64 // ms
}

func (b *measurement) newCheckScene(ctx context.Context, releases, products int) (*checkScene, error) {
	w, err := b.newWorld(ctx, fmt.Sprintf("check-%d-%d", releases, products))
	if err != nil {
		return nil, err
	}
	for product := range products {
		if err := w.publishSmall(ctx, fmt.Sprintf("product-%d", product), releases); err != nil {
			return nil, err
		}
	}
	p, err := w.enroll(ctx, "pc", "product-0")
	if err != nil {
		return nil, err
	}
	if err := p.koshin(ctx, "update", "--yes"); err != nil {
		return nil, err
	}
	s := &checkScene{pc: p, releases: releases, products: products}
	return s, s.openUpdater()
}

func (w *world) publishSmall(ctx context.Context, id string, releases int) error {
	if err := w.product(ctx, id); err != nil {
		return err
	}
	dir := w.file("build")
	for n := range releases {
		version := fmt.Sprintf("1.%d.0", n)
		if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(w.file("build", "VERSION"), []byte(version), 0o644)); err != nil {
			return err
		}
		if err := w.add(ctx, id, version, dir); err != nil {
			return err
		}
		if err := w.promote(ctx, id, version, "stable"); err != nil {
			return err
		}
	}
	return nil
}

// openUpdater prepares the check that is made without starting a program.
func (s *checkScene) openUpdater() error {
	anchor, err := os.ReadFile(s.file("root.json"))
	if err != nil {
		return err
	}
	client, err := transport.NewClient(transport.Options{Proxy: "none", CAFile: s.file("ca.pem"), UserAgent: "koshin-bench"})
	if err != nil {
		return err
	}
	source, err := transport.ParseSource(s.host.url, s.dir, client)
	if err != nil {
		return err
	}
	s.selected = []updater.Product{{ID: "product-0", Dir: s.installed(), Channel: manifest.Stable}}
	s.updater = updater.New(updater.Options{
		StateDir: s.file("state"), Anchor: anchor, Products: s.selected, Sources: []transport.Source{source},
		Reach: updater.Reach{CAFile: s.file("ca.pem")},
	})
	return nil
}

func (s *checkScene) measure(ctx context.Context) error {
	s.host.reset()
	c, err := s.measured(ctx, "check")
	if err != nil {
		return err
	}
	s.processes = append(s.processes, checked{c, float64(s.host.requests.Load()), float64(s.host.body.Load()), float64(s.host.wire.Load())})
	began := time.Now()
	findings, err := s.updater.Check(ctx, s.selected)
	if err != nil {
		return err
	}
	s.inside = append(s.inside, time.Since(began).Seconds()*1000)
	if findings[0].Decision.Action != updater.ActNone {
		return fmt.Errorf("check in process: %s", findings[0].Decision.Action)
	}
	return findings[0].Err
}

func (s *checkScene) print(out io.Writer) {
	of := func(get func(checked) float64) float64 { return medianOf(s.processes, get) }
	fmt.Fprintf(out, "| %d | %d | %.0f | %.0f | %.0f | %.0f | %.1f | %.1f |\n", s.releases, s.products,
		of(func(c checked) float64 { return c.requests }), of(func(c checked) float64 { return c.body }), of(func(c checked) float64 { return c.wire }),
		of(func(c checked) float64 { return c.seconds * 1000 }), medianOf(s.inside, func(ms float64) float64 { return ms }),
		of(func(c checked) float64 { return c.peak }))
}
