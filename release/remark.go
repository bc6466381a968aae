package release

import (
	"slices"
	"strings"

	"github.com/koshin-updater/koshin/manifest"
)

// Remark is something in a [Difference] that a publisher may not expect.
type Remark struct {
	Kind      RemarkKind
	Channel   manifest.Channel // "": the product as a whole
	Version   manifest.Version // of the build, or the floor
	Other     manifest.Version // of the build, floor or system that it is compared with
	Platforms []string         // os/arch
	Percent   int
}

// RemarkKind is what a [Remark] says.
type RemarkKind string

// The remarks.
const (
	Stranded        RemarkKind = "stranded"          // PCs below the floor Version had a way out and have none any more
	FloorNotOffered RemarkKind = "floor-not-offered" // PCs below the floor Version need an update that nobody offers
	MissingPlatform RemarkKind = "missing-platform"  // Version is not there for platforms that Other is there for
	Shadowed        RemarkKind = "shadowed"          // nobody will install Version, since Other is offered to everybody
	LowerShare      RemarkKind = "lower-share"       // the share of Version goes down to Percent
	ShareIgnored    RemarkKind = "share-ignored"     // below the floor Other, PCs take Version at once, whatever its share of Percent
	NewerSystem     RemarkKind = "newer-system"      // Version needs a newer system (Other) than the build before
	NobodyYet       RemarkKind = "nobody-yet"        // Version is offered to 0 %
	Kept            RemarkKind = "kept"              // where the withdrawn Version is installed, it stays
)

// Alarming says whether PCs are left without a way to the floor.
func (r Remark) Alarming() bool {
	return r.Kind == Stranded || r.Kind == FloorNotOffered && r.Channel != ""
}

// remarks looks for them in one channel.
func remarks(old, next *manifest.Manifest, c ChannelDifference) []Remark {
	found := floorRemarks(old, next)
	for _, b := range c.Builds {
		found = append(found, buildRemarks(next, b)...)
	}
	if c.NewestAfter.IsZero() || c.NewestAfter.Equal(c.NewestBefore) {
		return found
	}
	return append(found, newestRemarks(next, c.NewestAfter)...)
}

// floorRemarks looks for PCs below the floor that find nothing to install.
func floorRemarks(old, next *manifest.Manifest) []Remark {
	if next.TLSReady == nil {
		return nil
	}
	lost := Remark{Kind: Stranded, Channel: next.Channel, Version: next.TLSReady.Version}
	never := Remark{Kind: FloorNotOffered, Channel: next.Channel, Version: next.TLSReady.Version}
	for _, platform := range platforms(old, next) {
		switch before, after := outcome(old, platform, oldest()), outcome(next, platform, oldest()); {
		case !after.Required || len(after.Ways) > 0:
		case len(before.Ways) > 0:
			lost.Platforms = append(lost.Platforms, platform)
		default:
			never.Platforms = append(never.Platforms, platform)
		}
	}
	return slices.DeleteFunc([]Remark{lost, never}, func(r Remark) bool { return len(r.Platforms) == 0 })
}

func buildRemarks(next *manifest.Manifest, b BuildDifference) []Remark {
	remark := func(kind RemarkKind, other manifest.Version) []Remark {
		return []Remark{{Kind: kind, Channel: next.Channel, Version: b.Version, Other: other, Percent: b.After.Percent}}
	}
	if b.After.Withdrawn != "" {
		return remark(Kept, manifest.Version{})
	}
	var found []Remark
	if b.Before.Offered && b.After.Percent < b.Before.Percent {
		found = remark(LowerShare, manifest.Version{})
	}
	optional, required := takers(next, b.Version)
	by := above(next, b.Version)
	switch {
	case required && b.After.Percent < Everybody:
		found = append(found, remark(ShareIgnored, next.TLSReady.Version)...)
	case b.After.Percent == 0:
		found = append(found, remark(NobodyYet, manifest.Version{})...)
	case !optional && !required && !by.IsZero():
		found = append(found, remark(Shadowed, by)...)
	}
	return found
}

// takers says who would install a build: PCs for which it is optional, PCs
// below the floor.
func takers(m *manifest.Manifest, v manifest.Version) (optional, required bool) {
	installed := []manifest.Version{oldest()}
	for _, b := range m.Builds {
		installed = append(installed, b.Version)
	}
	if m.TLSReady != nil {
		installed = append(installed, m.TLSReady.Version)
	}
	for _, platform := range platforms(m) {
		for _, have := range installed {
			o := outcome(m, platform, have)
			if slices.ContainsFunc(o.Ways, func(w manifest.Way) bool { return w.Version.Equal(v) }) {
				optional = optional || !o.Required
				required = required || o.Required
			}
		}
	}
	return optional, required
}

// above is the build above v that is offered to everybody.
func above(m *manifest.Manifest, v manifest.Version) (by manifest.Version) {
	for _, b := range m.Builds {
		if v.Less(b.Version) && b.Withdrawn == nil && b.Percent(false) >= Everybody {
			by = b.Version
		}
	}
	return by
}

// newestRemarks compares the newest build with the one below it.
func newestRemarks(m *manifest.Manifest, v manifest.Version) []Remark {
	var top, below *manifest.Build
	for i := range m.Builds {
		switch b := &m.Builds[i]; {
		case b.Version.Equal(v):
			top = b
		case b.Withdrawn == nil && b.Version.Less(v) && (below == nil || below.Version.Less(b.Version)):
			below = b
		}
	}
	if below == nil {
		return nil
	}
	var found []Remark
	missing := Remark{Kind: MissingPlatform, Channel: m.Channel, Version: v, Other: below.Version}
	there := strings.Join(platformsOf(top), " ") + " "
	for _, platform := range platformsOf(below) {
		if !strings.Contains(there, platform+" ") {
			missing.Platforms = append(missing.Platforms, platform)
		}
	}
	if len(missing.Platforms) > 0 {
		found = append(found, missing)
	}
	if !top.MinOS.IsZero() && below.MinOS.Less(top.MinOS) {
		found = append(found, Remark{Kind: NewerSystem, Channel: m.Channel, Version: v, Other: top.MinOS})
	}
	return found
}

func platformsOf(b *manifest.Build) []string {
	return platforms(&manifest.Manifest{Builds: []manifest.Build{*b}})
}
