package s3

import (
	"context"
	"fmt"
	"io"

	"github.com/minio/minio-go/v7"

	"github.com/koshin-updater/koshin/manifest"
)

// Size is the length of a file in bytes. An upload that is not complete is not
// there.
func (b *Bucket) Size(ctx context.Context, path string) (int64, error) {
	if err := b.ready(ctx); err != nil {
		return 0, err
	}
	return b.size(ctx, path)
}

func (b *Bucket) size(ctx context.Context, path string) (int64, error) {
	var info minio.ObjectInfo
	err := b.ask(ctx, func(ctx context.Context) (err error) {
		info, err = b.api.StatObject(ctx, b.name, b.key(path), minio.StatObjectOptions{})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("size of %s: %w", path, err)
	}
	return info.Size, nil
}

// Read returns a whole small file.
func (b *Bucket) Read(ctx context.Context, path string, limit int64) ([]byte, error) {
	if err := b.ready(ctx); err != nil {
		return nil, err
	}
	data, _, err := b.read(ctx, path, limit)
	return data, err
}

// read returns the ETag too, which stands for these bytes and no others.
func (b *Bucket) read(ctx context.Context, path string, limit int64) (data []byte, etag string, err error) {
	err = b.ask(ctx, func(ctx context.Context) error {
		body, info, _, err := b.api.GetObject(ctx, b.name, b.key(path), minio.GetObjectOptions{})
		if err != nil {
			return err
		}
		defer body.Close()
		data, err = io.ReadAll(io.LimitReader(body, limit+1))
		if err == nil && int64(len(data)) > limit {
			err = fmt.Errorf("%w: more than the %d bytes that are allowed", manifest.ErrTooLarge, limit)
		}
		etag = info.ETag
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", path, err)
	}
	return data, etag, nil
}
