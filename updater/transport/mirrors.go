package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync/atomic"

	"github.com/koshin-updater/koshin/manifest"
)

// Mirrors joins sources of the same repository, best first, into one. A source
// that fails is left for the next, which is then used until it fails in turn;
// when all have failed the error holds every attempt. That a file is not there,
// or is too long, is an answer and no failure.
func Mirrors(sources ...Source) Source {
	if len(sources) == 1 {
		return sources[0]
	}
	return &mirrors{sources: sources}
}

type mirrors struct {
	sources []Source
	current atomic.Int64 // index of the one that answered last
}

func (m *mirrors) String() string {
	var names []string
	for _, s := range m.sources {
		names = append(names, s.String())
	}
	return strings.Join(names, ", ")
}

func (m *mirrors) Fetch(ctx context.Context, path string, limit int64) (data []byte, err error) {
	err = m.try(ctx, func(s Source) (err error) {
		data, err = s.Fetch(ctx, path, limit)
		return err
	})
	return data, err
}

func (m *mirrors) Open(ctx context.Context, path string, offset int64) (body io.ReadCloser, start int64, err error) {
	err = m.try(ctx, func(s Source) (err error) {
		body, start, err = s.Open(ctx, path, offset)
		return err
	})
	return body, start, err
}

func (m *mirrors) try(ctx context.Context, ask func(Source) error) error {
	var failures []error
	first := int(m.current.Load())
	for i := range m.sources {
		at := (first + i) % len(m.sources)
		err := ask(m.sources[at])
		if err == nil || ctx.Err() != nil || isAnswer(err) {
			m.current.Store(int64(at))
			return err
		}
		failures = append(failures, fmt.Errorf("%s: %w", m.sources[at], err))
	}
	return errors.Join(failures...)
}

func isAnswer(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) || errors.Is(err, manifest.ErrTooLarge)
}
