package releasetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
)

// reader is two operators' PCs: one that asks for the first time, at every
// look, and one that remembers what it has seen.
type reader struct {
	*world
	place Place

	mu        sync.Mutex
	remembers *trust.Client
}

func (w *world) reader(t testing.TB, place Place) *reader {
	t.Helper()
	client, err := trust.Open(trust.Options{Anchor: w.anchor})
	w.must(t, err)
	return &reader{world: w, place: place, remembers: client}
}

// look verifies all that is offered, down to each byte of each package, and
// says which state it is.
func (r *reader) look(ctx context.Context) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fresh, err := trust.Open(trust.Options{Anchor: r.anchor})
	if err != nil {
		return "", err
	}
	state, err := r.read(ctx, fresh)
	if err != nil {
		return "", fmt.Errorf("a new PC: %w", err)
	}
	if state == nothing {
		return state, nil
	}
	if _, err := r.read(ctx, r.remembers); err != nil {
		return "", fmt.Errorf("a PC that had seen the state before: %w", err)
	}
	return state, nil
}

func (r *reader) read(ctx context.Context, client *trust.Client) (string, error) {
	from := &seeing{place: r.place}
	repository, err := client.Refresh(ctx, from)
	if errors.Is(err, fs.ErrNotExist) && !errors.Is(err, trust.ErrRefused) && from.timestamp == nil {
		return nothing, nil
	}
	if err != nil {
		return "", err
	}
	offered, err := repository.Release(ctx, worldProduct, manifest.Stable)
	if err != nil {
		return "", err
	}
	for _, b := range offered.Manifest.Builds {
		for _, pkg := range b.Packages {
			promise, err := offered.Promise(pkg)
			if err != nil {
				return "", err
			}
			data, err := r.place.Fetch(ctx, promise.Path(), promise.Length())
			if err != nil {
				return "", fmt.Errorf("%s: %w", promise.Path(), err)
			}
			if int64(len(data)) != promise.Length() || sha256.Sum256(data) != promise.SHA256() {
				return "", fmt.Errorf("%s is not what was promised", promise.Path())
			}
		}
	}
	return r.stateOf(from.timestamp), nil
}

// seeing remembers the timestamp that it fetched.
type seeing struct {
	place     Place
	timestamp []byte
}

func (s *seeing) Fetch(ctx context.Context, path string, limit int64) ([]byte, error) {
	data, err := s.place.Fetch(ctx, path, limit)
	if path == timestampPath && err == nil {
		s.timestamp = data
	}
	return data, err
}
