package s3

import (
	"context"
	"errors"
	"io/fs"
)

// What is known of the host's conditional writes.
const (
	unknown int32 = iota
	kept
	ignored
)

// impossible is an ETag that nothing has.
const impossible = "00000000000000000000000000000000-koshin"

var (
	errCondition      = errors.New("the condition of the write does not hold")
	errNotImplemented = errors.New("the host does not know this kind of request")
)

// learn writes a file, and finds out whether the host keeps conditions: first
// it sends the file with one that cannot hold. A host that takes it looks at
// none, but the file was compared just before, which is the guard that is left
// there.
func (b *Bucket) learn(ctx context.Context, w write) error {
	if done, err := b.compare(ctx, w); done || err != nil {
		return err
	}
	options := header(w.Path)
	options.SetMatchETag(impossible)
	err := b.putSmall(ctx, w.File, options)
	switch {
	case err == nil:
		b.noConditions(ctx)
		return nil
	case errors.Is(err, errCondition), errors.Is(err, fs.ErrNotExist):
		b.conditions.Store(kept)
	case errors.Is(err, errNotImplemented):
		b.noConditions(ctx)
	default:
		return err
	}
	return b.write(ctx, w)
}

// noConditions says once what that means.
func (b *Bucket) noConditions(ctx context.Context) {
	if b.conditions.Swap(ignored) != ignored {
		b.log.WarnContext(ctx, "this host does not check conditions of a write: files are compared just before they are written, and two publishers within the same second could both believe to have won", "bucket", b.name)
	}
}
