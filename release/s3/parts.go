package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

// PartSize is the largest package in bytes that is sent in one request, and
// what one upload holds in memory. S3 takes parts from 5 MiB, and 10,000 of
// them: at 8 MiB that is more than [manifest.MaxPackageSize].
const PartSize = 8 << 20

// abortPatience is how long a failed upload is tidied up, even when the
// publisher has pressed Ctrl+C.
const abortPatience = 10 * time.Second

// putParts sends a package as a multipart upload. It appears when it is
// complete.
func (b *Bucket) putParts(ctx context.Context, p release.Package, options minio.PutObjectOptions) (err error) {
	source, err := p.Open()
	if err != nil {
		return err
	}
	defer source.Close()
	key, unconditional := b.key(p.Path), header(p.Path)
	var id string
	if err := b.ask(ctx, func(ctx context.Context) (err error) {
		id, err = b.api.NewMultipartUpload(ctx, b.name, key, unconditional)
		return err
	}); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.abort(context.WithoutCancel(ctx), key, id))
		}
	}()
	parts, err := b.sendParts(ctx, key, id, source, p.Size)
	if err != nil {
		return err
	}
	options.ContentType, options.CacheControl = "", "" // said at the beginning
	return b.ask(ctx, func(ctx context.Context) error {
		_, err := b.api.CompleteMultipartUpload(ctx, b.name, key, id, parts, options)
		return err
	})
}

func (b *Bucket) sendParts(ctx context.Context, key, id string, source io.Reader, size int64) ([]minio.CompletePart, error) {
	buffer := b.buffer()
	defer b.release(buffer)
	var parts []minio.CompletePart
	for sent := int64(0); sent < size; {
		part := buffer[:min(PartSize, size-sent)]
		if _, err := io.ReadFull(source, part); err != nil {
			return nil, err
		}
		number := len(parts) + 1
		hash := manifest.Digest(sha256.Sum256(part)).String()
		if err := b.ask(ctx, func(ctx context.Context) error {
			done, err := b.api.PutObjectPart(ctx, b.name, key, id, number, bytes.NewReader(part), int64(len(part)), minio.PutObjectPartOptions{Sha256Hex: hash})
			parts = append(parts, minio.CompletePart{PartNumber: number, ETag: done.ETag})
			return err
		}); err != nil {
			return nil, err
		}
		sent += int64(len(part))
	}
	return parts, nil
}

// abort throws the parts of an upload away. One that is gone is done.
func (b *Bucket) abort(ctx context.Context, key, id string) error {
	ctx, cancel := context.WithTimeout(ctx, abortPatience)
	defer cancel()
	return b.ask(ctx, func(ctx context.Context) error {
		err := b.api.AbortMultipartUpload(ctx, b.name, key, id)
		if minio.ToErrorResponse(err).Code == minio.NoSuchUpload {
			return nil
		}
		return err
	})
}

// buffer is memory for one part, of an upload that has ended if there is one.
func (b *Bucket) buffer() []byte {
	select {
	case buffer := <-b.buffers:
		return buffer
	default:
		return make([]byte, PartSize)
	}
}

func (b *Bucket) release(buffer []byte) {
	select {
	case b.buffers <- buffer:
	default:
	}
}
