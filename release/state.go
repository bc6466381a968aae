package release

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release/internal/durable"
)

// Names inside the working copy, with slashes.
const (
	metadataDir   = "metadata"
	targetsDir    = "targets"
	productsDir   = "products"
	timestampPath = metadataDir + "/timestamp.json"
	anchorPath    = metadataDir + "/1.root.json"
)

// maxMetadata bounds each metadata file read from the working copy or a
// destination. manifest/trust refuses a role above 4 MiB anyway.
const maxMetadata = 4 << 20

// How long each role is valid. An operator's PC notices a frozen mirror after
// a week; the others leave time to gather the holders of offline keys.
const (
	rootDays      = 365
	targetsDays   = 365
	productDays   = 180
	snapshotDays  = 365
	timestampDays = 7
)

// state is everything the working copy says, read once and changed in memory.
type state struct {
	root      *metadata.Metadata[metadata.RootType]
	targets   *metadata.Metadata[metadata.TargetsType]
	roles     map[manifest.ProductID]*metadata.Metadata[metadata.TargetsType]
	snapshot  *metadata.Metadata[metadata.SnapshotType]
	timestamp *metadata.Metadata[metadata.TimestampType]
	products  map[manifest.ProductID]*Product
	schedules map[manifest.ProductID]*schedule // what was signed ahead

	// kept are the packages, by path, that were signed when this was read. A
	// checkout may leave them out; a change must bring what it adds.
	kept map[string]bool
}

func rolePath(version int64, role string) string {
	return fmt.Sprintf("%s/%d.%s.json", metadataDir, version, role)
}

// tree reads files by their slash path from the first folder that has them.
type tree []string

// Fetch makes a tree a trust.Fetcher.
func (t tree) Fetch(ctx context.Context, path string, limit int64) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	file, err := t.find(path)
	if err != nil {
		return nil, err
	}
	return durable.ReadFile(file, limit)
}

func (t tree) find(path string) (string, error) {
	for _, dir := range t {
		file := filepath.Join(dir, filepath.FromSlash(path))
		if _, err := os.Stat(file); err == nil {
			return file, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return "", fmt.Errorf("%s: %w", path, fs.ErrNotExist)
}

// readState reads the working copy. It checks only that the files fit
// together; whether a client would accept them is for verify to say.
func readState(ctx context.Context, dir string) (*state, error) {
	from := tree{dir}
	if _, err := from.find(timestampPath); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrNoRepository, dir)
	}
	s := &state{roles: map[manifest.ProductID]*metadata.Metadata[metadata.TargetsType]{}, kept: map[string]bool{}}
	damaged := func(err error) (*state, error) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, dir, err)
	}
	var err error
	if s.root, err = newestRoot(ctx, from); err != nil {
		return damaged(err)
	}
	if s.timestamp, err = readRole[metadata.TimestampType](ctx, from, timestampPath); err != nil {
		return damaged(err)
	}
	meta := s.timestamp.Signed.Meta["snapshot.json"]
	if meta == nil {
		return damaged(errors.New("timestamp names no snapshot"))
	}
	if s.snapshot, err = readRole[metadata.SnapshotType](ctx, from, rolePath(meta.Version, metadata.SNAPSHOT)); err != nil {
		return damaged(err)
	}
	for name, meta := range s.snapshot.Signed.Meta {
		role := strings.TrimSuffix(name, ".json")
		read, err := readRole[metadata.TargetsType](ctx, from, rolePath(meta.Version, role))
		if err != nil {
			return damaged(err)
		}
		if role == metadata.TARGETS {
			s.targets = read
		} else {
			s.roles[manifest.ProductID(role)] = read
			for name, target := range read.Signed.Targets {
				if sum := target.Hashes["sha256"]; !isManifest(name) && len(sum) == sha256.Size {
					s.kept[targetPath(name, manifest.Digest(sum))] = true
				}
			}
		}
	}
	if s.targets == nil || s.targets.Signed.Delegations == nil {
		return damaged(errors.New("snapshot names no targets role"))
	}
	if s.products, err = readProducts(dir); err != nil {
		return damaged(err)
	}
	if s.schedules, err = readSchedules(dir, s.products); err != nil {
		return damaged(err)
	}
	for id := range s.roles {
		if s.products[id] == nil {
			return damaged(fmt.Errorf("%s is missing", productPath(id)))
		}
	}
	for id := range s.products {
		if s.roles[id] == nil {
			return damaged(fmt.Errorf("%s has no signed role", productPath(id)))
		}
	}
	return s, nil
}

func readRole[T metadata.Roles](ctx context.Context, from tree, path string) (*metadata.Metadata[T], error) {
	data, err := from.Fetch(ctx, path, maxMetadata)
	if err != nil {
		return nil, err
	}
	m, err := new(metadata.Metadata[T]).FromBytes(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func newestRoot(ctx context.Context, from tree) (*metadata.Metadata[metadata.RootType], error) {
	var newest *metadata.Metadata[metadata.RootType]
	for version := int64(1); ; version++ {
		root, err := readRole[metadata.RootType](ctx, from, rolePath(version, metadata.ROOT))
		if errors.Is(err, fs.ErrNotExist) && newest != nil {
			return newest, nil
		}
		if err != nil {
			return nil, err
		}
		newest = root
	}
}

// product finds a definition.
func (s *state) product(id manifest.ProductID) (*Product, error) {
	if p := s.products[id]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("%w: %q (this repository has: %s)", ErrUnknownProduct, id, list(s.ids()))
}

func (s *state) ids() []manifest.ProductID {
	ids := make([]manifest.ProductID, 0, len(s.products))
	for id := range s.products {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// list writes names for an error message.
func list[T ~string](names []T) string {
	if len(names) == 0 {
		return "none"
	}
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = string(n)
	}
	return strings.Join(words, ", ")
}

// expiry is a number of days from now, in whole seconds as TUF writes it.
func expiry(now time.Time, days int) time.Time {
	return now.UTC().Truncate(time.Second).AddDate(0, 0, days)
}
