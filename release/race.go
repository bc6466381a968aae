package release

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// afterRace looks at a destination that refused our commit, because another
// publisher was first, and tells what changed. Where the state there is ours,
// an answer was lost or two programs published the same, and nothing is wrong.
func (h *host) afterRace(ctx context.Context, lost error) error {
	there, err := h.read(ctx, timestampPath)
	if err != nil {
		return fmt.Errorf("%w; what is there now could not be read: %w", lost, err)
	}
	ours, err := tree{h.dir}.Fetch(ctx, timestampPath, maxMetadata)
	if err != nil {
		return err
	}
	if bytes.Equal(there, ours) {
		return nil
	}
	published, err := new(metadata.Metadata[metadata.TimestampType]).FromBytes(there)
	if err != nil || !h.signed(metadata.TIMESTAMP, there) {
		return fmt.Errorf("%w: its timestamp.json is none of this repository", lost)
	}
	changed, err := h.differing(ctx, published.Signed.Meta["snapshot.json"])
	if err != nil {
		return fmt.Errorf("%w: its timestamp is number %d, ours %d; what it offers could not be read: %w",
			lost, published.Signed.Version, h.state.timestamp.Signed.Version, err)
	}
	return fmt.Errorf("%w: its timestamp is number %d, ours %d; different there: %s",
		lost, published.Signed.Version, h.state.timestamp.Signed.Version, changed)
}

// differing names the products whose role is another one there.
func (h *host) differing(ctx context.Context, snapshot *metadata.MetaFiles) (string, error) {
	if snapshot == nil {
		return "", errors.New("it names no snapshot")
	}
	data, err := h.read(ctx, rolePath(snapshot.Version, metadata.SNAPSHOT))
	if err != nil {
		return "", err
	}
	theirs, err := new(metadata.Metadata[metadata.SnapshotType]).FromBytes(data)
	if err != nil {
		return "", err
	}
	ours := h.state.snapshot.Signed.Meta
	names := maps.Clone(theirs.Signed.Meta)
	maps.Copy(names, ours)
	var words []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		here, there := ours[name], theirs.Signed.Meta[name]
		role := strings.TrimSuffix(name, ".json")
		switch {
		case here == nil:
			words = append(words, role+" (only there)")
		case there == nil:
			words = append(words, role+" (only here)")
		case here.Version != there.Version:
			words = append(words, fmt.Sprintf("%s (number %d, ours %d)", role, there.Version, here.Version))
		case !bytes.Equal(here.Hashes["sha256"], there.Hashes["sha256"]):
			words = append(words, fmt.Sprintf("%s (another number %d)", role, here.Version))
		}
	}
	if len(words) == 0 {
		return "no product, only the signature was renewed", nil
	}
	return strings.Join(words, ", "), nil
}
