package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/minio/minio-go/v7"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

const timestampPath = "metadata/timestamp.json"

// header is what readers get with a file.
func header(p string) minio.PutObjectOptions {
	o := minio.PutObjectOptions{ContentType: "application/octet-stream", CacheControl: "public, max-age=31536000, immutable"}
	if path.Ext(p) == ".json" {
		o.ContentType = "application/json"
	}
	if p == timestampPath {
		o.CacheControl = "no-cache"
	}
	return o
}

// Put uploads one package. Several at once hold [PartSize] each at most.
func (b *Bucket) Put(ctx context.Context, p release.Package) error {
	if err := b.ready(ctx); err != nil {
		return err
	}
	options := header(p.Path)
	if b.conditions.Load() != ignored {
		options.SetMatchETagExcept("*")
	}
	upload := b.putParts
	if p.Size <= PartSize {
		upload = b.putWhole
	}
	err := upload(ctx, p, options)
	switch {
	case errors.Is(err, errCondition):
		err = b.same(ctx, p)
	case errors.Is(err, errNotImplemented) && b.conditions.Load() != ignored:
		b.noConditions(ctx)
		err = b.Put(ctx, p)
	}
	if err != nil {
		return fmt.Errorf("put %s: %w", p.Path, err)
	}
	return nil
}

// same accepts a package that is there already. Its name holds its hash, so its
// length tells whether it is whole.
func (b *Bucket) same(ctx context.Context, p release.Package) error {
	size, err := b.size(ctx, p.Path)
	if err == nil && size != p.Size {
		err = fmt.Errorf("%w: it has %d bytes there, and %d were signed", release.ErrDestinationDamaged, size, p.Size)
	}
	return err
}

// putWhole sends a package in one request. The signature covers its hash: other
// bytes are refused by the host.
func (b *Bucket) putWhole(ctx context.Context, p release.Package, options minio.PutObjectOptions) error {
	return b.withSource(ctx, p, func(ctx context.Context, r io.Reader) error {
		_, err := b.api.PutObject(ctx, b.name, b.key(p.Path), r, p.Size, "", p.SHA256.String(), options)
		return err
	})
}

// withSource opens the package for one exchange.
func (b *Bucket) withSource(ctx context.Context, p release.Package, exchange func(ctx context.Context, r io.Reader) error) error {
	source, err := p.Open()
	if err != nil {
		return err
	}
	defer source.Close()
	return b.ask(ctx, func(ctx context.Context) error {
		w, _ := ctx.Value(witnessKey{}).(*witness)
		return exchange(ctx, &sourceReader{r: source, witness: w})
	})
}

// putSmall writes a small file under a condition.
func (b *Bucket) putSmall(ctx context.Context, f release.File, options minio.PutObjectOptions) error {
	return b.ask(ctx, func(ctx context.Context) error {
		body := bytes.NewReader(f.Data)
		_, err := b.api.PutObject(ctx, b.name, b.key(f.Path), body, body.Size(), "", manifest.Digest(sha256.Sum256(f.Data)).String(), options)
		return err
	})
}
