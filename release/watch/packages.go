package watch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
)

// errSlow is a package that stopped coming.
var errSlow = errors.New("the download stands still")

// errLength and errBytes are a file that is there, and another one.
var (
	errLength = errors.New("not as long as promised")
	errBytes  = errors.New("not the bytes that were promised")
)

// wanted is one promised file.
type wanted struct {
	path   string
	size   int64
	sha256 manifest.Digest
	spare  bool // a PC gets along without it
}

// want notes the packages of a release, each once. Nobody installs a withdrawn
// build, and where a delta is missing PCs take the whole package: that these are
// not there is worth knowing, and stops nobody.
func (l *look) want(r *trust.Release) {
	for _, b := range r.Manifest.Builds {
		for _, p := range b.Packages {
			if promise, err := r.Promise(p); err == nil { // checked with the manifest
				l.wantOne(promise, b.Withdrawn != nil)
			}
			for _, d := range p.Deltas {
				if promise, err := r.DeltaPromise(d); err == nil {
					l.wantOne(promise, true)
				}
			}
		}
	}
}

func (l *look) wantOne(p manifest.Promise, spare bool) {
	if i, known := l.places[p.Path()]; known {
		l.wanted[i].spare = l.wanted[i].spare && spare
		return
	}
	l.places[p.Path()] = len(l.wanted)
	l.wanted = append(l.wanted, wanted{p.Path(), p.Length(), p.SHA256(), spare})
	l.report.Packages.Promised++
	l.report.Packages.Bytes += p.Length()
}

// packages looks at all of them, a few at a time.
func (l *look) packages(ctx context.Context) {
	results := make([]error, len(l.wanted))
	looked := make([]bool, len(l.wanted))
	next := make(chan int)
	var all sync.WaitGroup
	for range abreast {
		all.Go(func() {
			for i := range next {
				results[i] = l.look(ctx, l.wanted[i])
				looked[i] = context.Cause(ctx) == nil
			}
		})
	}
	for i := range l.wanted {
		select {
		case next <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	all.Wait()
	for i, w := range l.wanted {
		if looked[i] {
			l.report.Packages.Looked++
			l.judge(w, results[i])
		}
	}
	if left := l.report.Packages.Promised - l.report.Packages.Looked; left > 0 {
		l.found(Unknown, Unfinished, "", "%d of %d packages could not be looked at within %v: --timeout gives more time", left, len(l.wanted), l.o.Timeout)
	}
}

func (l *look) judge(w wanted, err error) {
	var kind Kind
	switch {
	case err == nil:
		return
	case errors.Is(err, fs.ErrNotExist):
		kind, err = PackageMissing, errors.New("is not there") // which is all that the rest says
	case errors.Is(err, errLength):
		kind = PackageSize
	case errors.Is(err, errBytes):
		kind = PackageBytes
	default:
		kind = l.kind(err)
	}
	level := kind.level()
	if w.spare && level == Critical {
		level = Warning
	}
	l.report.Packages.Faulty++
	l.found(level, kind, w.path, "%s: %v", w.path, err)
}

// look asks for the length of one package, or reads it all.
func (l *look) look(ctx context.Context, w wanted) error {
	if l.o.Deep {
		return l.read(ctx, w)
	}
	size, err := l.source.Size(ctx, w.path)
	if err == nil && size != w.size {
		err = fmt.Errorf("%w: %d bytes, not %d", errLength, size, w.size)
	}
	return err
}

// read hashes a package while it comes, one byte more than promised at most.
func (l *look) read(ctx context.Context, w wanted) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	impatience := time.AfterFunc(l.o.Patience, func() { cancel(errSlow) })
	defer impatience.Stop()
	body, start, err := l.source.Open(ctx, w.path, 0)
	if err != nil {
		return stopped(ctx, err)
	}
	defer body.Close()
	if start != 0 {
		return fmt.Errorf("%w: the answer begins at byte %d", errBytes, start)
	}
	hash := sha256.New()
	n, err := io.Copy(hash, io.LimitReader(&patient{body, impatience, l.o.Patience}, w.size+1))
	switch {
	case err != nil:
		return stopped(ctx, err)
	case n > w.size:
		return fmt.Errorf("%w: more than %d bytes", errLength, w.size)
	case n < w.size:
		return fmt.Errorf("%w: %d bytes, not %d", errLength, n, w.size)
	case !bytes.Equal(hash.Sum(nil), w.sha256[:]):
		return errBytes
	}
	return nil
}

func stopped(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// patient waits anew for each part that comes.
type patient struct {
	io.Reader
	end  *time.Timer
	wait time.Duration
}

func (p *patient) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	if n > 0 {
		p.end.Reset(p.wait)
	}
	return n, err
}
