package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// smallFileTimeout ends a small file that arrives drop by drop. 64 KiB of
// metadata take seven seconds on an old 64 kbit/s line.
const smallFileTimeout = 30 * time.Second

// host is a Source behind https.
type host struct {
	name     string                            // as configured
	address  func(path string) (string, error) // where a file is read; always https
	absent   []int                             // the statuses that mean "not there"
	login    bool                              // it may answer with its login page instead
	client   *http.Client
	patience time.Duration // for one small file
}

// newHost is a repository whose files lie under one address. Object stores answer
// 403 for what is not there.
func newHost(base *url.URL, client *http.Client) *host {
	return &host{
		name:     base.String(),
		address:  func(path string) (string, error) { return base.JoinPath(path).String(), nil },
		absent:   []int{http.StatusNotFound, http.StatusForbidden, http.StatusGone},
		client:   client,
		patience: smallFileTimeout,
	}
}

func (h *host) String() string { return h.name }

func (h *host) Fetch(ctx context.Context, path string, limit int64) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, h.patience, ErrTimeout)
	defer cancel()
	resp, err := h.get(ctx, path, "")
	if err != nil {
		return nil, inTime(ctx, err)
	}
	defer resp.Body.Close()
	if resp.ContentLength > limit {
		return nil, fmt.Errorf("%s: %w: %d bytes, not at most %d", path, manifest.ErrTooLarge, resp.ContentLength, limit)
	}
	data, err := readAtMost(resp.Body, limit)
	if err != nil {
		return nil, fmt.Errorf("read %s from %s: %w", path, h.name, inTime(ctx, Classify(err)))
	}
	return data, nil
}

// inTime adds ErrTimeout when it was our own patience that ended the wait.
func inTime(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), ErrTimeout) && !errors.Is(err, ErrTimeout) {
		return fmt.Errorf("%w: %w", ErrTimeout, err)
	}
	return err
}

func (h *host) Open(ctx context.Context, path string, offset int64) (io.ReadCloser, int64, error) {
	if offset < 0 {
		return nil, 0, &fs.PathError{Op: "open", Path: path, Err: fs.ErrInvalid}
	}
	ask := ""
	if offset > 0 {
		ask = fmt.Sprintf("bytes=%d-", offset)
	}
	resp, err := h.get(ctx, path, ask)
	var status *StatusError
	if offset > 0 && errors.As(err, &status) && status.Code == http.StatusRequestedRangeNotSatisfiable {
		resp, err = h.get(ctx, path, "") // shorter than we thought: from the start
	}
	if err != nil {
		return nil, 0, err
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, 0, nil
	}
	if want := fmt.Sprintf("bytes %d-", offset); !strings.HasPrefix(resp.Header.Get("Content-Range"), want) {
		resp.Body.Close()
		return nil, 0, fmt.Errorf("%w: %s: asked for %q, got Content-Range %q", ErrStatus, path, want, resp.Header.Get("Content-Range"))
	}
	return resp.Body, offset, nil
}

// get answers with 200, or with 206 if a range was asked for.
func (h *host) get(ctx context.Context, path, bytes string) (*http.Response, error) {
	if err := checkPath(path); err != nil {
		return nil, err
	}
	u, err := h.address(path)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return nil, err
	}
	if bytes != "" {
		req.Header.Set("Range", bytes)
	}
	resp, err := h.client.Do(req)
	if err != nil {
		return nil, withoutQuery(err)
	}
	switch code := h.status(resp); {
	case code == http.StatusOK, code == http.StatusPartialContent && bytes != "":
		return resp, nil
	case slices.Contains(h.absent, code):
		err = fmt.Errorf("%s: %w (http status %d)", u, fs.ErrNotExist, code)
	default:
		err = &StatusError{URL: u, Code: code}
	}
	dismiss(resp)
	return nil, err
}

// An answer that is not what was asked for is read to its end, or Go gives the
// connection up, and the next request pays for another handshake: measured with
// nginx over HTTP/1.1, where each check begins with a root that is not there. What
// is longer than error pages are, or comes slower, is not waited for.
const (
	errorPage = 8 << 10
	dismissal = time.Second
)

func dismiss(resp *http.Response) {
	late := time.AfterFunc(dismissal, func() { resp.Body.Close() })
	defer late.Stop()
	_, _ = io.CopyN(io.Discard, resp.Body, errorPage+1)
	resp.Body.Close()
}
