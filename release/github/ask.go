package github

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	api "github.com/google/go-github/v60/github"

	"github.com/koshin-updater/koshin/manifest"
)

const (
	// askTimeout is for one question and its whole answer. Uploads have their
	// own measure of patience, see [Repository.send].
	askTimeout = time.Minute
	// maxAnswer bounds an answer that is held in memory: 30 releases of 1000
	// assets each, at 1.7 KB an asset.
	maxAnswer = 64 << 20
	// perPage is how many releases are asked for at once, for maxAnswer's sake.
	perPage = 30
)

// ask sends one question to the API and decodes its answer into v, which may
// be an io.Writer for raw bytes.
func (g *Repository) ask(ctx context.Context, method, path string, body, v any, options ...api.RequestOption) (*api.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	req, err := g.client.NewRequest(method, path, body, options...)
	if err != nil {
		return nil, err
	}
	answer, err := g.client.Do(ctx, req, v)
	return answer, g.explain(answer, err)
}

func status(answer *api.Response) int {
	if answer == nil || answer.Response == nil {
		return 0
	}
	return answer.StatusCode
}

// raw asks for a blob's bytes instead of JSON with base64 in it.
func raw(req *http.Request) { req.Header.Set("Accept", "application/vnd.github.raw+json") }

// bounded takes at most limit bytes.
type bounded struct {
	data  []byte
	limit int64
}

func (b *bounded) Write(p []byte) (int, error) {
	if int64(len(b.data)+len(p)) > b.limit {
		return 0, fmt.Errorf("%w: more than %d bytes", manifest.ErrTooLarge, b.limit)
	}
	b.data = append(b.data, p...)
	return len(p), nil
}

// guarded gives the token to the API and the host of uploads alone, wherever
// a redirect leads, and bounds every answer.
type guarded struct {
	next  http.RoundTripper
	token string
	hosts []string
}

func (t *guarded) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Del("Authorization")
	if req.URL.Scheme == "https" && slices.Contains(t.hosts, req.URL.Host) {
		req.Header.Set("Authorization", "Bearer "+t.token)
	}
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Body = &limited{ReadCloser: resp.Body, left: maxAnswer}
	return resp, nil
}

// limited fails beyond its limit, where io.LimitReader would end as if that
// were all.
type limited struct {
	io.ReadCloser
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, fmt.Errorf("%w: GitHub's answer has more than %d bytes", manifest.ErrTooLarge, int64(maxAnswer))
	}
	return n, err
}
