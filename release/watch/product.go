package watch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
)

func channels() []manifest.Channel { return []manifest.Channel{manifest.Stable, manifest.Pilot} }

// product reads what every channel of a product offers.
func (l *look) product(ctx context.Context, from *trust.Repository, id manifest.ProductID) {
	offered := false
	for _, channel := range channels() {
		release, err := from.Release(ctx, id, channel)
		if errors.Is(err, trust.ErrUnknownProduct) {
			continue
		}
		if err != nil {
			l.failed = append(l.failed, l.broken(string(id), l.inTime(ctx, err)))
			return
		}
		if !offered {
			l.role(release.Role())
		}
		offered = true
		l.want(release)
		l.offer(release.Manifest)
	}
	if !offered {
		l.found(NothingOffered.level(), NothingOffered, string(id), "%s is offered in no channel", id)
	}
}

// offer says what a manifest means to PCs.
func (l *look) offer(m *manifest.Manifest) {
	p := Product{ID: m.Product, Channel: m.Channel, Seq: m.Seq, Platforms: []Platform{}, Withdrawn: []Withdrawn{}}
	ready := oldest()
	if m.TLSReady != nil {
		p.Floor, ready = m.TLSReady.Version.String(), m.TLSReady.Version
	}
	name := fmt.Sprintf("%s %s", m.Product, m.Channel)
	for _, one := range platforms(m) {
		os, arch, _ := strings.Cut(one, "/")
		line := Platform{
			OS: os, Arch: arch,
			Required: ways(m.Choose(os, arch, manifest.Version{})),
			Optional: ways(m.Choose(os, arch, ready)),
		}
		if all := m.Candidates(os, arch); len(all) > 0 {
			line.Newest = all[0].Build.Version.String()
		}
		switch {
		case line.Newest == "":
			l.found(NothingOffered.level(), NothingOffered, name, "%s offers nothing to %s: every build was withdrawn", name, one)
		case len(line.Required) == 0:
			l.found(NoWay.level(), NoWay, name, "%s has no build at or above the floor %s for %s: PCs below it cannot be helped", name, p.Floor, one)
		}
		p.Platforms = append(p.Platforms, line)
	}
	for _, b := range m.Builds {
		if b.Withdrawn != nil {
			p.Withdrawn = append(p.Withdrawn, Withdrawn{b.Version.String(), OneLine("%s", b.Withdrawn.Reason)})
		}
	}
	if len(p.Platforms) == 0 {
		l.found(NothingOffered.level(), NothingOffered, name, "%s holds no build", name)
	}
	l.report.Products = append(l.report.Products, p)
}

// oldest is older than every build: a PC that has it takes whatever is newer.
func oldest() manifest.Version {
	v, err := manifest.ParseVersion("0.0.0-0")
	if err != nil {
		panic(err) // a version that this program itself wrote
	}
	return v
}

func ways(c manifest.Choice) []manifest.Way {
	if all := c.Ways(); all != nil {
		return all
	}
	return []manifest.Way{}
}

// platforms are the kinds of PC that any build was ever made for.
func platforms(m *manifest.Manifest) []string {
	var all []string
	for _, b := range m.Builds {
		for _, p := range b.Packages {
			if one := p.OS + "/" + p.Arch; !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
	}
	slices.Sort(all)
	return all
}

// Span is a time for people, in days where it is more than two, and below that in
// hours or minutes; what is over is "0 minutes".
func Span(d time.Duration) string {
	count := func(n time.Duration, unit string) string {
		if n == 1 {
			return "1 " + unit
		}
		return fmt.Sprintf("%d %ss", n, unit)
	}
	switch {
	case d >= 2*day:
		return count(d/day, "day")
	case d >= 2*time.Hour:
		return count(d/time.Hour, "hour")
	}
	return count(max(0, d)/time.Minute, "minute")
}
