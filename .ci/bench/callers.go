package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"
	"time"

	"github.com/koshin-updater/koshin/updater/transport"
)

// callers is how many PCs call at once. Each has one connection, so more of them
// than cores are enough to keep a host busy.
const callers = 16

// call asks as PCs do, with koshin's own client: a connection, two requests, and
// the end of it. wrk cannot be asked for that: with a connection each it spends a
// hundred times more of its own processor than the host.
func (s *nginx) call(ctx context.Context, way asking) (hit, error) {
	before, err := s.processor()
	if err != nil {
		return hit{}, err
	}
	ctx, stop := context.WithTimeout(ctx, loadFor)
	defer stop()
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		took  []time.Duration // of each pair
		fault error
	)
	began := time.Now()
	for range callers {
		group.Go(func() {
			mine, err := s.caller(ctx, way)
			mu.Lock()
			defer mu.Unlock()
			took, fault = append(took, mine...), errors.Join(fault, err)
		})
	}
	group.Wait()
	seconds := time.Since(began).Seconds()
	after, err := s.processor()
	if err = errors.Join(fault, err); err != nil || len(took) == 0 {
		return hit{}, fmt.Errorf("%d answers: %w", len(took), err)
	}
	slices.Sort(took)
	return hit{pairs: float64(len(took)) / seconds, perCore: float64(len(took)) / (after - before), slow: took[len(took)*99/100].Seconds() * 1000}, nil
}

// caller is one PC, again and again.
func (s *nginx) caller(ctx context.Context, way asking) (took []time.Duration, err error) {
	client, err := transport.NewClient(transport.Options{Proxy: "none", CAFile: s.file("ca.pem"), UserAgent: "koshin-bench"})
	if err != nil {
		return nil, err
	}
	source, err := transport.ParseSource(s.url, "", client)
	if err != nil {
		return nil, err
	}
	for {
		began := time.Now()
		for _, path := range way.paths {
			body, _, err := source.Open(ctx, path[1:], 0)
			if err == nil {
				_, err = io.Copy(io.Discard, body)
				err = errors.Join(err, body.Close())
			}
			if ctx.Err() != nil {
				return took, nil // the time is over
			}
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return took, err
			}
		}
		took = append(took, time.Since(began))
		client.CloseIdleConnections()
	}
}
