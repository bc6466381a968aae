package watch

import (
	"context"
	"errors"
	"fmt"

	"github.com/koshin-updater/koshin/manifest"
)

// maxMetadata bounds, in bytes, all metadata and manifests of one look. A hundred
// products with fifty builds each take 6 MiB. Whoever holds the keys of a repository
// that watch believes at first use could otherwise fill the monitor's memory.
const maxMetadata = 16 << 20

// errBudget is more than that.
var errBudget = errors.New("more metadata than watch reads")

// budget is a source that gives away so many bytes of small files and no more.
type budget struct {
	Source
	left int64
}

func (b *budget) Fetch(ctx context.Context, path string, limit int64) ([]byte, error) {
	data, err := b.Source.Fetch(ctx, path, min(limit, b.left))
	if limit > b.left && errors.Is(err, manifest.ErrTooLarge) {
		return nil, fmt.Errorf("%w: %d bytes at most: %w", errBudget, maxMetadata, err)
	}
	b.left -= int64(len(data))
	return data, err
}
