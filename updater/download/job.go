package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync/atomic"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// job loads one file, over as many streams as the line needs.
type job struct {
	source      Source
	want        wanted
	part        *part
	o           Options
	received    int64 // bytes from the source, over all streams
	resumedFrom int64
	buffer      [bufferSize]byte
}

// run returns once the part is complete and its hash is right.
func (j *job) run(ctx context.Context) error {
	j.resumedFrom = j.part.size
	if err := j.load(ctx); err != nil {
		return err
	}
	if j.matches() {
		return nil
	}
	if j.resumedFrom == 0 {
		return fmt.Errorf("%w: its sha-256 is another", ErrMismatch)
	}
	// What an earlier run left may have been damaged since; only bytes that
	// all came just now accuse the host.
	j.o.Log.InfoContext(ctx, "resumed download does not match, starting again", "path", j.want.path, "resumed_from", j.resumedFrom)
	if err := j.part.restart(); err != nil {
		return err
	}
	j.resumedFrom = 0
	if err := j.load(ctx); err != nil {
		return err
	}
	if !j.matches() {
		return fmt.Errorf("%w: its sha-256 is another", ErrMismatch)
	}
	return nil
}

func (j *job) matches() bool {
	return manifest.Digest(j.part.sum.Sum(nil)) == j.want.sha256
}

// load brings the part to its full length. A stream that broke is resumed, as
// long as streams bring something.
func (j *job) load(ctx context.Context) error {
	for fruitless := 0; j.part.size < j.want.length; {
		before := j.part.size
		err := j.stream(ctx)
		switch {
		case err == nil:
			continue
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case isFinal(err):
			return err
		case j.part.size > before:
			fruitless = 0
		default:
			fruitless++
		}
		if fruitless == attempts || j.received == 0 { // a host that never answered is not asked again
			return err
		}
		j.o.Log.InfoContext(ctx, "download interrupted, resuming", "path", j.want.path, "bytes", j.part.size, "error", err)
		if err := pause(ctx, j.o.Pause); err != nil {
			return err
		}
	}
	return nil
}

// isFinal says that another stream would bring nothing better.
func isFinal(err error) bool {
	for _, final := range []error{ErrMismatch, ErrStalled, ErrDiskFull, errLocal, fs.ErrNotExist, fs.ErrInvalid} {
		if errors.Is(err, final) {
			return true
		}
	}
	return false
}

// errLocal marks a failure of our own disk.
var errLocal = errors.New("write the download")

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// stream reads one answer of the source to its end, to the wanted length, or
// to the first byte beyond it.
func (j *job) stream(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var arrived atomic.Int64
	go j.watch(ctx, cancel, &arrived)

	body, start, err := j.source.Open(ctx, j.want.path, j.part.size)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", ErrAbsent, err)
	}
	if err != nil {
		return stalled(ctx, err)
	}
	defer body.Close()
	if start != j.part.size {
		if start != 0 {
			return fmt.Errorf("%w: asked for byte %d, got %d", ErrIncomplete, j.part.size, start)
		}
		if err := j.part.restart(); err != nil {
			return fmt.Errorf("%w: %w", errLocal, err)
		}
		j.resumedFrom = 0
	}
	if err := j.copy(ctx, body, &arrived); err != nil {
		return stalled(ctx, err)
	}
	return nil
}

func (j *job) copy(ctx context.Context, body io.Reader, arrived *atomic.Int64) error {
	for {
		n, err := body.Read(j.buffer[:])
		j.received += int64(n)
		arrived.Add(int64(n))
		if j.part.size+int64(n) > j.want.length {
			return fmt.Errorf("%w: %w: more than %d bytes", ErrMismatch, manifest.ErrTooLarge, j.want.length)
		}
		if n > 0 {
			if err := j.part.write(j.buffer[:n]); err != nil {
				return fmt.Errorf("%w: %w", errLocal, err)
			}
			j.o.Progress(j.part.size, j.want.length)
		}
		switch {
		case err == io.EOF && j.part.size < j.want.length:
			return fmt.Errorf("%w: after %d of %d bytes", ErrIncomplete, j.part.size, j.want.length)
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("%w: after %d of %d bytes: %w", ErrIncomplete, j.part.size, j.want.length, err)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
	}
}

// watch ends a stream that brings less than MinSpeed over a whole StallAfter.
func (j *job) watch(ctx context.Context, cancel context.CancelCauseFunc, arrived *atomic.Int64) {
	ticker := time.NewTicker(j.o.StallAfter)
	defer ticker.Stop()
	least := max(1, int64(j.o.StallAfter.Seconds()*float64(j.o.MinSpeed)))
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if n := arrived.Swap(0); n < least {
				cancel(fmt.Errorf("%w: %d bytes in %v", ErrStalled, n, j.o.StallAfter))
				return
			}
		}
	}
}

// stalled tells our own impatience from a line that broke.
func stalled(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.Is(cause, ErrStalled) {
		return cause
	}
	return err
}
