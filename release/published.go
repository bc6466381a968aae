package release

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release/internal/durable"
)

// PublishedStatus is what a destination has of the working copy.
type PublishedStatus struct {
	Destination string       `json:"destination"`
	Time        time.Time    `json:"time"`     // of the last publishing, or of the comparison
	Compared    bool         `json:"compared"` // the destination was read; otherwise it is what this working copy remembers
	State       int64        `json:"state"`    // number of its timestamp; 0: none
	Complete    bool         `json:"complete"` // nothing is left to publish
	Packages    int          `json:"packages"` // that it lacks
	Bytes       int64        `json:"bytes"`    // of them
	Channels    []ChannelLag `json:"channels"` // that say something else there
	Problem     string       `json:"problem,omitempty"`
}

// ChannelLag is a channel that is published in an older state.
type ChannelLag struct {
	Product manifest.ProductID `json:"product"`
	Channel manifest.Channel   `json:"channel"`
	There   *manifest.Version  `json:"there"` // newest; null: nothing
	Here    *manifest.Version  `json:"here"`
	Builds  []manifest.Version `json:"builds"` // that are offered differently
}

// memory is .koshin/published.json: where this working copy was published last.
// It is no part of the repository and never leaves this computer.
type memory struct {
	To       string    `json:"to"`
	Time     time.Time `json:"time"`
	State    int64     `json:"state"`    // number of the timestamp
	Snapshot int64     `json:"snapshot"` // and of the snapshot that it names
}

const (
	memoryFile = "published.json"
	maxMemory  = 64 << 10 // an address
)

// Remember keeps the name of the destination that the present state has just
// been published to, for [Repository.Status].
func (r *Repository) Remember(to string) error {
	timestamp, err := readRole[metadata.TimestampType](context.Background(), tree{r.dir}, timestampPath)
	if err != nil {
		return err
	}
	m := memory{To: to, Time: r.options.Now().UTC().Truncate(time.Second), State: timestamp.Signed.Version}
	if meta := timestamp.Signed.Meta["snapshot.json"]; meta != nil {
		m.Snapshot = meta.Version
	}
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	file := filepath.Join(r.dir, workDir, memoryFile)
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return durable.CreateFile(file, data, 0o644)
}

// remembered is what is known without asking anybody; nil: nothing is.
func (r *Repository) remembered(ctx context.Context, s *state) *PublishedStatus {
	data, err := durable.ReadFile(filepath.Join(r.dir, workDir, memoryFile), maxMemory)
	var m memory
	if err != nil || json.Unmarshal(data, &m) != nil || m.To == "" {
		return nil
	}
	p := &PublishedStatus{Destination: m.To, Time: m.Time, State: m.State, Complete: m.State == s.timestamp.Signed.Version}
	if !p.Complete {
		p.lag(ctx, r.dir, s, m.Snapshot)
	}
	return p
}

// Compare asks a destination what it lacks. It changes nothing, here or there.
func (r *Repository) Compare(ctx context.Context, name string, to Destination) (*PublishedStatus, error) {
	s, unlock, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	p := &PublishedStatus{Destination: name, Time: r.options.Now().UTC().Truncate(time.Second), Compared: true, Channels: []ChannelLag{}}
	h := &host{Destination: to, patience: patience{r.options.Wait, r.options.Log}, dir: r.dir, state: s}
	lacks, err := h.survey(ctx)
	if err != nil {
		p.Problem = err.Error()
		return p, ctx.Err()
	}
	p.Complete = len(lacks.packages) == 0 && len(lacks.small) == 0
	p.Packages = len(lacks.packages)
	for _, one := range lacks.packages {
		p.Bytes += one.Size
	}
	var snapshot int64
	if published, err := new(metadata.Metadata[metadata.TimestampType]).FromBytes(lacks.base); err == nil {
		p.State = published.Signed.Version
		if meta := published.Signed.Meta["snapshot.json"]; meta != nil {
			snapshot = meta.Version
		}
	}
	p.lag(ctx, r.dir, s, snapshot)
	return p, nil
}

// lag compares with an older state, of which the working copy keeps every file.
func (p *PublishedStatus) lag(ctx context.Context, dir string, s *state, snapshot int64) {
	p.Channels = []ChannelLag{}
	for _, id := range s.ids() {
		for _, name := range []manifest.Channel{manifest.Stable, manifest.Pilot} {
			channel := s.products[id].Channels[name]
			if channel == nil {
				continue
			}
			here := s.products[id].manifest(name, channel.Seq)
			there, err := manifestAt(ctx, tree{dir}, snapshot, id, name)
			if err != nil {
				there = &manifest.Manifest{}
			}
			if there.Seq == here.Seq {
				continue
			}
			lag := ChannelLag{Product: id, Channel: name, There: known(newest(there)), Here: known(newest(here)), Builds: []manifest.Version{}}
			for _, b := range buildDifferences(there, here) {
				lag.Builds = append(lag.Builds, b.Version)
			}
			p.Channels = append(p.Channels, lag)
		}
	}
}

func known(v manifest.Version) *manifest.Version {
	if v.IsZero() {
		return nil
	}
	return &v
}

// manifestAt reads a manifest as it was in an older state.
func manifestAt(ctx context.Context, from tree, number int64, id manifest.ProductID, channel manifest.Channel) (*manifest.Manifest, error) {
	snapshot, err := readRole[metadata.SnapshotType](ctx, from, rolePath(number, metadata.SNAPSHOT))
	if err != nil {
		return nil, err
	}
	meta := snapshot.Signed.Meta[string(id)+".json"]
	if meta == nil {
		return nil, fmt.Errorf("%s: %w", id, fs.ErrNotExist)
	}
	role, err := readRole[metadata.TargetsType](ctx, from, rolePath(meta.Version, string(id)))
	if err != nil {
		return nil, err
	}
	name := manifest.TargetName(id, channel)
	target := role.Signed.Targets[name]
	if target == nil || len(target.Hashes["sha256"]) != len(manifest.Digest{}) {
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	data, err := from.Fetch(ctx, targetPath(name, [32]byte(target.Hashes["sha256"])), manifest.MaxSize)
	if err != nil {
		return nil, err
	}
	return manifest.Parse(data)
}
