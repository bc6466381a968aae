package release

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/cjson"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/koshin-updater/koshin/manifest"
)

// StatusSchema is the schema of [Status] as JSON.
const StatusSchema = "koshin/release-status/1"

// Status is what a publisher wants to see on one screen.
type Status struct {
	Schema   string          `json:"schema"` // always [StatusSchema]
	Time     time.Time       `json:"time"`
	Roles    []RoleStatus    `json:"roles"`
	Products []ProductStatus `json:"products"`
	Problem  string          `json:"problem,omitempty"` // why a client would refuse this repository now

	Published *PublishedStatus `json:"published"` // null: not known
}

// ScheduledStatus is a promotion that waits for its time.
type ScheduledStatus struct {
	Promotion
	Due     bool   `json:"due"`               // the next refresh takes it in
	Problem string `json:"problem,omitempty"` // why it will not
}

// RoleStatus is one role's keys and validity.
type RoleStatus struct {
	Role      string    `json:"role"`
	Version   int64     `json:"version"`
	Keys      int       `json:"keys"`      // trusted for the role
	Threshold int       `json:"threshold"` // of them must sign
	Signed    int       `json:"signed"`    // valid signatures on the current file
	Expires   time.Time `json:"expires"`
	DaysLeft  int       `json:"days_left"` // whole days; negative when over
	Renew     bool      `json:"renew"`     // it is time to sign it again
	Here      *int      `json:"here"`      // of the keys, in the key folder; null: no folder was given
}

// ProductStatus is one product and its channels.
type ProductStatus struct {
	Product  manifest.ProductID `json:"product"`
	Title    manifest.Text      `json:"title"`
	Floor    *manifest.Floor    `json:"floor"`
	Builds   int                `json:"builds"` // added
	Channels []ChannelStatus    `json:"channels"`

	Scheduled []ScheduledStatus `json:"scheduled"` // by time
	// Unreachable names the channels that PCs below the floor follow in vain.
	Unreachable []manifest.Channel `json:"unreachable"`
}

// ChannelStatus is what one channel offers.
type ChannelStatus struct {
	Channel manifest.Channel  `json:"channel"`
	Seq     int64             `json:"seq"`
	Newest  *manifest.Version `json:"newest"` // not withdrawn; null when there is none
	Builds  []BuildStatus     `json:"builds"` // newest first
}

// BuildStatus is one build in a channel.
type BuildStatus struct {
	Version   manifest.Version `json:"version"`
	Percent   int              `json:"percent"`
	Withdrawn string           `json:"withdrawn,omitempty"` // the reason
	Platforms []string         `json:"platforms"`           // os/arch
}

// otherRenewal is for products and the snapshot: the next release renews both.
const otherRenewal = 30

// Status reads the working copy and says where everything stands.
func (r *Repository) Status(ctx context.Context) (*Status, error) {
	s, unlock, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	now := r.options.Now().UTC()
	status := &Status{Schema: StatusSchema, Time: now.Truncate(time.Second), Products: []ProductStatus{}}
	roles := s.root.Signed.Roles
	here, err := r.options.Keys.publicIDs()
	if err != nil {
		return nil, err
	}
	// From this many days before its end a role should be signed again: time to
	// gather the holders of offline keys, or a week-end for the online one.
	renewal := map[string]int{metadata.ROOT: 90, metadata.TARGETS: 90, metadata.TIMESTAMP: 2}
	add := func(name string, version int64, expires time.Time, role *metadata.Role, signed int) {
		line := RoleStatus{
			Role: name, Version: version, Keys: len(role.KeyIDs), Threshold: role.Threshold, Signed: signed,
			Expires: expires, DaysLeft: daysLeft(now, expires),
			Renew: daysLeft(now, expires) <= cmp.Or(renewal[name], otherRenewal),
		}
		if here != nil {
			n := 0
			for _, id := range role.KeyIDs {
				if here[id] {
					n++
				}
			}
			line.Here = &n
		}
		status.Roles = append(status.Roles, line)
	}
	rootKeys := s.root.Signed.Keys
	add(metadata.ROOT, s.root.Signed.Version, s.root.Signed.Expires, roles[metadata.ROOT], countSigned(s.root, roles[metadata.ROOT], rootKeys))
	add(metadata.TARGETS, s.targets.Signed.Version, s.targets.Signed.Expires, roles[metadata.TARGETS], countSigned(s.targets, roles[metadata.TARGETS], rootKeys))
	for _, id := range s.ids() {
		role, trusted := s.roles[id], delegation(&s.targets.Signed, id)
		add(string(id), role.Signed.Version, role.Signed.Expires, trusted, countSigned(role, trusted, s.targets.Signed.Delegations.Keys))
		product := s.products[id].status()
		product.Scheduled = r.scheduled(ctx, s, id)
		status.Products = append(status.Products, product)
	}
	add(metadata.SNAPSHOT, s.snapshot.Signed.Version, s.snapshot.Signed.Expires, roles[metadata.SNAPSHOT], countSigned(s.snapshot, roles[metadata.SNAPSHOT], rootKeys))
	add(metadata.TIMESTAMP, s.timestamp.Signed.Version, s.timestamp.Signed.Expires, roles[metadata.TIMESTAMP], countSigned(s.timestamp, roles[metadata.TIMESTAMP], rootKeys))
	if err := r.verify(ctx, tree{r.dir}, s, nil); err != nil {
		status.Problem = err.Error()
	}
	status.Published = r.remembered(ctx, s)
	return status, ctx.Err()
}

// scheduled is what waits for a product, and whether clients would take it.
func (r *Repository) scheduled(ctx context.Context, s *state, id manifest.ProductID) []ScheduledStatus {
	all := []ScheduledStatus{}
	waiting := s.schedule(id).Promotions
	for i, one := range waiting {
		line := ScheduledStatus{Promotion: one.Promotion, Due: !one.At.After(r.options.Now())}
		if err := r.foresee(ctx, tree{r.dir}, s, id, waiting[:i+1]); err != nil {
			line.Problem = err.Error()
		}
		all = append(all, line)
	}
	return all
}

func (p *Product) status() ProductStatus {
	status := ProductStatus{Product: p.ID, Title: p.Title, Floor: p.Floor, Builds: len(p.Builds), Channels: []ChannelStatus{}, Unreachable: []manifest.Channel{}}
	for _, name := range []manifest.Channel{manifest.Stable, manifest.Pilot} {
		channel := p.Channels[name]
		if channel == nil {
			continue
		}
		line := ChannelStatus{Channel: name, Seq: channel.Seq, Builds: []BuildStatus{}}
		for _, b := range p.manifest(name, channel.Seq).Builds {
			build := BuildStatus{Version: b.Version, Percent: Everybody, Platforms: []string{}}
			if b.Rollout != nil {
				build.Percent = b.Rollout.Percent
			}
			for _, pkg := range b.Packages {
				build.Platforms = append(build.Platforms, pkg.OS+"/"+pkg.Arch)
			}
			if b.Withdrawn != nil {
				build.Withdrawn = b.Withdrawn.Reason
			} else if line.Newest == nil {
				line.Newest = &b.Version
			}
			line.Builds = append(line.Builds, build)
		}
		status.Channels = append(status.Channels, line)
		if len(floorRemarks(&manifest.Manifest{}, p.manifest(name, channel.Seq))) > 0 {
			status.Unreachable = append(status.Unreachable, name)
		}
	}
	return status
}

// daysLeft rounds down: on the last day 0 are left, after it less.
func daysLeft(now, expires time.Time) int {
	left := expires.Sub(now)
	days := int(left / (24 * time.Hour))
	if left < 0 {
		days--
	}
	return days
}

// countSigned counts the trusted keys whose signature on the file is valid.
func countSigned[T metadata.Roles](m *metadata.Metadata[T], trusted *metadata.Role, keys map[string]*metadata.Key) (n int) {
	payload, err := cjson.EncodeCanonical(m.Signed)
	if err != nil {
		return 0
	}
	for _, id := range trusted.KeyIDs {
		public := keys[id]
		if public == nil || public.Type != metadata.KeyTypeEd25519 {
			continue
		}
		raw, err := hex.DecodeString(public.Value.PublicKey)
		if err != nil || len(raw) != ed25519.PublicKeySize {
			continue
		}
		for _, s := range m.Signatures {
			if s.KeyID == id && ed25519.Verify(raw, bytes.Clone(payload), s.Signature) {
				n++
				break
			}
		}
	}
	return n
}
