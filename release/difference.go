package release

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// Difference is what a change of one product means for operators' PCs: the
// manifests before and after it, seen with the eyes of a PC ([manifest.Choose]).
// It is data; a program gives it words.
type Difference struct {
	Product  manifest.ProductID
	At       time.Time           // when it will count; zero: when it is published
	Fields   []FieldDifference   // what is said about the product as a whole
	Channels []ChannelDifference // those whose manifest changes
	Remarks  []Remark            // what a publisher should know before he signs
	Remade   []Promotion         // scheduled promotions that are signed again, on top of this
	Dropped  []Promotion         // scheduled promotions that will not happen any more
}

// FieldDifference is a field of the manifest that says something else, by its
// path in the manifest and as JSON. "" is a field that is not there.
type FieldDifference struct{ Path, Before, After string }

// ChannelDifference is one channel before and after.
type ChannelDifference struct {
	Channel                   manifest.Channel
	SeqBefore, SeqAfter       int64            // 0: no manifest
	NewestBefore, NewestAfter manifest.Version // not withdrawn; zero: none
	Builds                    []BuildDifference
	PCs                       []PCDifference
}

// BuildDifference is a build that is offered to other PCs than before.
type BuildDifference struct {
	Version       manifest.Version
	Before, After Offer
}

// Offer is what a channel does with a build.
type Offer struct {
	Offered   bool
	Percent   int    // share of the PCs
	Withdrawn string // the reason
}

// PCDifference is a kind of PC that will act differently.
type PCDifference struct {
	Platforms     []string // os/arch
	Installed     Installed
	Before, After Outcome
}

// Installed is which versions PCs have: none that can be read, or those from
// From to To. From zero: and everything older. To zero: everything older than
// Below.
type Installed struct {
	None            bool
	From, To, Below manifest.Version
}

// Outcome is what a PC does. No way: nothing; that is bad where Required.
type Outcome struct {
	Required bool
	Ways     []manifest.Way
}

// Empty says whether PCs will be told the same as before.
func (d *Difference) Empty() bool {
	for _, c := range d.Channels {
		if len(c.Builds) > 0 || len(c.PCs) > 0 {
			return false
		}
	}
	return len(d.Fields) == 0
}

// difference compares two definitions of a product.
func difference(before, after *Product) (*Difference, error) {
	d := &Difference{Product: after.ID}
	var err error
	if d.Fields, err = fieldDifferences(before, after); err != nil {
		return nil, err
	}
	for _, name := range []manifest.Channel{manifest.Stable, manifest.Pilot} {
		old, next, err := manifestPair(name, before, after)
		if err != nil {
			return nil, err
		}
		if next == nil {
			continue
		}
		c := ChannelDifference{
			Channel: name, SeqBefore: old.Seq, SeqAfter: next.Seq,
			NewestBefore: newest(old), NewestAfter: newest(next),
			Builds: buildDifferences(old, next),
			PCs:    pcDifferences(old, next, relevant(before, after)),
		}
		d.Channels = append(d.Channels, c)
		d.Remarks = append(d.Remarks, remarks(old, next, c)...)
	}
	if len(after.Channels) == 0 && after.Floor != nil && !reflect.DeepEqual(before.Floor, after.Floor) {
		d.Remarks = append(d.Remarks, Remark{Kind: FloorNotOffered, Version: after.Floor.Version})
	}
	return d, nil
}

// manifestPair is a channel's manifest before and after, numbered as it will be
// signed; next is nil where nothing changes.
func manifestPair(name manifest.Channel, before, after *Product) (old, next *manifest.Manifest, err error) {
	channel := after.Channels[name]
	if channel == nil {
		return nil, nil, nil
	}
	old = &manifest.Manifest{Product: after.ID, Channel: name}
	next = after.manifest(name, channel.Seq)
	if was := before.Channels[name]; was != nil {
		old = before.manifest(name, was.Seq)
		a, err := json.Marshal(old)
		if err != nil {
			return nil, nil, err
		}
		b, err := json.Marshal(next)
		if err != nil {
			return nil, nil, err
		}
		if bytes.Equal(a, b) {
			return old, nil, nil
		}
	}
	return old, next, nil
}

// newest is the newest build that is not withdrawn.
func newest(m *manifest.Manifest) manifest.Version {
	var v manifest.Version
	for _, b := range m.Builds {
		if b.Withdrawn == nil && (v.IsZero() || v.Less(b.Version)) {
			v = b.Version
		}
	}
	return v
}

func offer(m *manifest.Manifest, v manifest.Version) Offer {
	for _, b := range m.Builds {
		if b.Version.Equal(v) {
			o := Offer{Offered: true, Percent: b.Percent(false)}
			if b.Withdrawn != nil {
				o.Withdrawn = b.Withdrawn.Reason
			}
			return o
		}
	}
	return Offer{}
}

func buildDifferences(old, next *manifest.Manifest) []BuildDifference {
	var found []BuildDifference
	for _, b := range next.Builds {
		d := BuildDifference{Version: b.Version, Before: offer(old, b.Version), After: offer(next, b.Version)}
		if d.Before != d.After {
			found = append(found, d)
		}
	}
	return found
}

// relevant is the versions between which PCs may act differently, oldest first:
// every build ever added, and the floors. A PC with a version in between acts
// like one with the version below it.
func relevant(products ...*Product) []manifest.Version {
	var all []manifest.Version
	for _, p := range products {
		for _, b := range p.Builds {
			all = append(all, b.Version)
		}
		if p.Floor != nil {
			all = append(all, p.Floor.Version)
		}
	}
	slices.SortFunc(all, manifest.Version.Compare)
	return slices.CompactFunc(all, manifest.Version.Equal)
}

func platforms(manifests ...*manifest.Manifest) []string {
	all := map[string]bool{}
	for _, m := range manifests {
		for _, b := range m.Builds {
			for _, p := range b.Packages {
				all[p.OS+"/"+p.Arch] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func outcome(m *manifest.Manifest, platform string, installed manifest.Version) Outcome {
	if m.Seq == 0 {
		return Outcome{} // there is no such manifest yet
	}
	os, arch, _ := strings.Cut(platform, "/")
	c := m.Choose(os, arch, installed)
	return Outcome{Required: c.Required, Ways: c.Ways()}
}

// pcDifferences asks both manifests for every platform and every version, and
// puts together what acts alike.
func pcDifferences(old, next *manifest.Manifest, versions []manifest.Version) []PCDifference {
	var found []PCDifference
	for _, platform := range platforms(old, next) {
		for _, d := range onPlatform(old, next, platform, versions) {
			alike := slices.IndexFunc(found, func(f PCDifference) bool {
				return reflect.DeepEqual(f.Installed, d.Installed) && reflect.DeepEqual(f.Before, d.Before) && reflect.DeepEqual(f.After, d.After)
			})
			if alike < 0 {
				found = append(found, d)
			} else {
				found[alike].Platforms = append(found[alike].Platforms, platform)
			}
		}
	}
	return found
}

// oldest is a version below every real one.
func oldest() manifest.Version {
	v, err := manifest.ParseVersion("0.0.0-0")
	if err != nil {
		panic(err) // not one after all
	}
	return v
}

func onPlatform(old, next *manifest.Manifest, platform string, versions []manifest.Version) []PCDifference {
	var found []PCDifference
	differs := func(installed manifest.Version) (d PCDifference, ok bool) {
		d = PCDifference{Platforms: []string{platform}, Before: outcome(old, platform, installed), After: outcome(next, platform, installed)}
		return d, !reflect.DeepEqual(d.Before, d.After)
	}
	grows := false // the last one found ends just below the next version
	if d, ok := differs(oldest()); ok && len(versions) > 0 {
		d.Installed = Installed{Below: versions[0]}
		found, grows = append(found, d), true
	}
	for _, v := range versions {
		d, ok := differs(v)
		if !ok {
			grows = false
			continue
		}
		if grows {
			last := &found[len(found)-1]
			if reflect.DeepEqual(last.Before, d.Before) && reflect.DeepEqual(last.After, d.After) {
				last.Installed.To = v
				last.Installed.Below = manifest.Version{}
				continue
			}
		}
		d.Installed = Installed{From: v, To: v}
		found, grows = append(found, d), true
	}
	slices.Reverse(found) // the newest first, as everywhere
	if d, ok := differs(manifest.Version{}); ok {
		d.Installed = Installed{None: true}
		found = append(found, d)
	}
	return found
}

// fieldDifferences compares what is said about the product as a whole.
func fieldDifferences(before, after *Product) ([]FieldDifference, error) {
	old, err := fields(before)
	if err != nil {
		return nil, err
	}
	next, err := fields(after)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(old)
	maps.Copy(all, next)
	var found []FieldDifference
	for _, path := range slices.Sorted(maps.Keys(all)) {
		if old[path] != next[path] {
			found = append(found, FieldDifference{Path: path, Before: old[path], After: next[path]})
		}
	}
	return found, nil
}

// fields is a manifest without its builds and numbers, by path.
func fields(p *Product) (map[string]string, error) {
	draft := *p
	draft.Channels = map[manifest.Channel]*Channel{manifest.Stable: {}}
	data, err := json.Marshal(draft.manifest(manifest.Stable, 1))
	if err != nil {
		return nil, err
	}
	var value map[string]any
	if err := json.Unmarshal(data, &value); err != nil {
		return nil, err
	}
	found := map[string]string{}
	for name, member := range value {
		if !slices.Contains([]string{"schema", "product", "channel", "seq", "builds"}, name) {
			flatten(found, name, member)
		}
	}
	return found, nil
}

func flatten(into map[string]string, path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			flatten(into, path+"."+name, member)
		}
	case []any:
		for i, member := range value {
			flatten(into, fmt.Sprintf("%s[%d]", path, i), member)
		}
	default:
		into[path] = fmt.Sprint(value)
	}
}

// review shows what the change means to whoever wants to know, before anything
// is signed.
func (c *change) review(ctx context.Context) error {
	if c.repo.options.Review == nil {
		return nil
	}
	for _, id := range c.ids() {
		d, err := c.difference(id)
		if err != nil {
			return err
		}
		if d == nil {
			continue
		}
		if err := c.repo.options.Review(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// difference is nil where a product stays as it is, and where it is new: then
// there is nothing yet that PCs could do.
func (c *change) difference(id manifest.ProductID) (d *Difference, err error) {
	coming, isPlanned := c.planned[id]
	switch {
	case isPlanned:
		for _, step := range c.ahead[id] {
			if step.same(coming) && step.At.Equal(coming.At) {
				d, err = difference(step.before, step.after)
			}
		}
	case c.changed[id]:
		before, notThere := readProduct(filepath.Join(c.repo.dir, filepath.FromSlash(productPath(id))))
		if errors.Is(notThere, fs.ErrNotExist) {
			return nil, nil
		}
		if notThere != nil {
			return nil, notThere
		}
		d, err = difference(before, c.products[id])
	}
	if d == nil || err != nil {
		return nil, err
	}
	d.At, d.Dropped = coming.At, c.dropped[id]
	for _, step := range c.ahead[id] {
		if !isPlanned || !step.same(coming) || !step.At.Equal(coming.At) {
			d.Remade = append(d.Remade, step.Promotion)
		}
	}
	return d, nil
}
