package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/minio/minio-go/v7"

	"github.com/koshin-updater/koshin/release"
)

// maxSmall is the longest small file, see [release.File].
const maxSmall = 4 << 20

// Commit writes the small files in their order. A reader sees the new state
// with the last of them, timestamp.json.
func (b *Bucket) Commit(ctx context.Context, c release.Commit) error {
	if err := b.ready(ctx); err != nil {
		return err
	}
	etag, err := b.stillBase(ctx, c.Base)
	if err != nil {
		return err
	}
	for _, f := range c.Files {
		w := write{File: f}
		if f.Path == timestampPath {
			w.replaces, w.etag, w.base = true, etag, c.Base
		}
		if b.conditions.Load() == unknown {
			err = b.learn(ctx, w)
		} else {
			err = b.write(ctx, w)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// write is a small file on its way, and what has to be there before.
type write struct {
	release.File
	replaces bool   // timestamp.json
	etag     string // of base
	base     []byte // nil: nothing is there
}

// condition is what the host is to check.
func (w write) condition() minio.PutObjectOptions {
	o := header(w.Path)
	if w.base != nil {
		o.SetMatchETag(w.etag)
	} else {
		o.SetMatchETagExcept("*")
	}
	return o
}

// write sends a file. What is there already with the same bytes is done.
func (b *Bucket) write(ctx context.Context, w write) error {
	options := w.condition()
	if b.conditions.Load() == ignored {
		if done, err := b.compare(ctx, w); done || err != nil {
			return err
		}
		options = header(w.Path)
	}
	err := b.putSmall(ctx, w.File, options)
	switch {
	case errors.Is(err, errNotImplemented) && b.conditions.Load() != ignored:
		b.noConditions(ctx)
		return b.write(ctx, w)
	case errors.Is(err, errCondition), w.base != nil && errors.Is(err, fs.ErrNotExist):
		if done, err := b.compare(ctx, w); done || err != nil {
			return err
		}
		// It was as it should be again when it was read: somebody is at work.
		return fmt.Errorf("%w: %s", release.ErrDestinationChanged, w.Path)
	case err != nil:
		return fmt.Errorf("write %s: %w", w.Path, err)
	}
	return nil
}

// compare reads what is there: the same bytes, and there is nothing to do; what
// is to be replaced, and the file may be written; anything else is somebody
// else's.
func (b *Bucket) compare(ctx context.Context, w write) (done bool, err error) {
	if w.replaces {
		_, err := b.stillBase(ctx, w.base)
		return false, err
	}
	there, _, err := b.read(ctx, w.Path, maxSmall)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil && !bytes.Equal(there, w.Data) {
		err = fmt.Errorf("%w: %s is there with other bytes", release.ErrDestinationChanged, w.Path)
	}
	return err == nil, err
}

// stillBase reads timestamp.json and returns its ETag, or "" where none is.
func (b *Bucket) stillBase(ctx context.Context, base []byte) (etag string, err error) {
	there, etag, err := b.read(ctx, timestampPath, maxSmall)
	if errors.Is(err, fs.ErrNotExist) {
		there, err = nil, nil
	}
	if err == nil && (!bytes.Equal(there, base) || (there == nil) != (base == nil)) {
		err = fmt.Errorf("%w: %s is another one", release.ErrDestinationChanged, timestampPath)
	}
	return etag, err
}
