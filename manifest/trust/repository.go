package trust

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/trustedmetadata"
)

// Limits of what a host may send, in bytes. A real root takes 4 KiB, a
// timestamp 0.5 KiB, a role with 20 targets 6 KiB; larger files than these
// would only fill memory.
const (
	maxRoot      = 256 << 10
	maxTimestamp = 16 << 10
	maxSnapshot  = 1 << 20
	maxTargets   = 4 << 20
	// maxRotations bounds the walk to the newest root in one refresh: a yearly
	// rotation for two centuries.
	maxRotations = 256
)

// Repository is a verified view of a host's newest metadata.
type Repository struct {
	client  *Client
	from    Fetcher
	trusted *trustedmetadata.TrustedMetadata
}

// Expiry is when each of the shared roles stops being valid.
func (r *Repository) Expiry() map[string]time.Time {
	return map[string]time.Time{
		metadata.ROOT:      r.trusted.Root.Signed.Expires,
		metadata.TARGETS:   r.trusted.Targets[metadata.TARGETS].Signed.Expires,
		metadata.SNAPSHOT:  r.trusted.Snapshot.Signed.Expires,
		metadata.TIMESTAMP: r.trusted.Timestamp.Signed.Expires,
	}
}

// walkRoots goes from the anchor through every root accepted here before to the
// newest that the host has. The kept roots are what stops a mirror from hiding
// a rotation: without them a revoked key would be good again.
func (r *Repository) walkRoots(ctx context.Context) error {
	cache := r.client.options.Cache
	fromCache := true
	for range maxRotations {
		next := r.trusted.Root.Signed.Version + 1
		name := fmt.Sprintf("%d.root.json", next)
		if fromCache {
			data, err := cache.Load("roots/" + name)
			if err == nil {
				_, err = r.trusted.UpdateRoot(data)
			}
			if err == nil {
				continue
			}
			if !errors.Is(err, fs.ErrNotExist) {
				r.client.options.Log.Warn("kept root is damaged, fetching it again", "root", name, "error", err)
			}
			fromCache = false
		}
		data, err := r.from.Fetch(ctx, "metadata/"+name, maxRoot)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return classifyFetch(name, err)
		}
		if _, err := r.trusted.UpdateRoot(data); err != nil {
			return classify(name, err)
		}
		if err := cache.Save("roots/"+name, data); err != nil {
			return fmt.Errorf("keep %s: %w", name, err)
		}
	}
	return refuse(ErrMalformed, "root", fmt.Errorf("more than %d rotations", maxRotations))
}

// updateTimestamp asks for the newest timestamp. The cached one is loaded first,
// even if expired: it is what an older one is measured against.
func (r *Repository) updateTimestamp(ctx context.Context) error {
	const name = "timestamp.json"
	if data, err := r.client.options.Cache.Load(name); err == nil {
		if _, err := r.trusted.UpdateTimestamp(data); err != nil {
			r.client.options.Log.Debug("cached metadata is not current", "file", name, "error", err)
		}
	}
	data, err := r.from.Fetch(ctx, "metadata/"+name, maxTimestamp)
	if err != nil {
		return classifyFetch(name, err)
	}
	_, err = r.trusted.UpdateTimestamp(data)
	if as[*metadata.ErrEqualVersionNumber](err) {
		return nil // the cached one stays; its expiry is checked with the snapshot
	}
	if err != nil {
		return classify(name, err)
	}
	return r.keep(name, data)
}

func (r *Repository) updateSnapshot(ctx context.Context) error {
	const name = "snapshot.json"
	if data, err := r.client.options.Cache.Load(name); err == nil {
		if _, err = r.trusted.UpdateSnapshot(data, true); err == nil {
			return nil
		}
		r.client.options.Log.Debug("cached metadata is not current", "file", name, "error", err)
	}
	meta, ok := r.trusted.Timestamp.Signed.Meta[name]
	if !ok {
		return refuse(ErrMalformed, name, errors.New("timestamp does not name it"))
	}
	data, err := r.fetchVersion(ctx, name, meta, maxSnapshot)
	if err != nil {
		return err
	}
	if _, err := r.trusted.UpdateSnapshot(data, false); err != nil {
		return classify(name, err)
	}
	return r.keep(name, data)
}

func (r *Repository) updateTargets(ctx context.Context) error {
	return r.updateRole(ctx, metadata.TARGETS, metadata.ROOT)
}

// updateRole loads the targets metadata of one role, from the cache where the
// snapshot says that it is still the current one.
func (r *Repository) updateRole(ctx context.Context, role, delegator string) error {
	name := role + ".json"
	if data, err := r.client.options.Cache.Load(name); err == nil {
		if _, err = r.trusted.UpdateDelegatedTargets(data, role, delegator); err == nil {
			return nil
		}
		r.client.options.Log.Debug("cached metadata is not current", "file", name, "error", err)
	}
	meta, ok := r.trusted.Snapshot.Signed.Meta[name]
	if !ok {
		return refuse(ErrMalformed, name, errors.New("snapshot does not name it"))
	}
	data, err := r.fetchVersion(ctx, name, meta, maxTargets)
	if err != nil {
		return err
	}
	if _, err := r.trusted.UpdateDelegatedTargets(data, role, delegator); err != nil {
		return classify(name, err)
	}
	return r.keep(name, data)
}

// fetchVersion fetches the numbered file that a meta entry names, never more
// than the entry's length.
func (r *Repository) fetchVersion(ctx context.Context, name string, meta *metadata.MetaFiles, limit int64) ([]byte, error) {
	if meta.Length > 0 {
		limit = min(limit, meta.Length)
	}
	data, err := r.from.Fetch(ctx, fmt.Sprintf("metadata/%d.%s", meta.Version, name), limit)
	if err != nil {
		return nil, classifyFetch(name, err)
	}
	return data, nil
}

func (r *Repository) keep(name string, data []byte) error {
	if err := r.client.options.Cache.Save(name, data); err != nil {
		return fmt.Errorf("keep %s: %w", name, err)
	}
	return nil
}
