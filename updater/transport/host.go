package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// smallFileTimeout ends a small file that arrives drop by drop. 64 KiB of
// metadata take seven seconds on an old 64 kbit/s line.
const smallFileTimeout = 30 * time.Second

// host is a Source behind https.
type host struct {
	base     *url.URL
	client   *http.Client
	patience time.Duration // for one Fetch
}

func (h *host) String() string { return h.base.String() }

func (h *host) Fetch(ctx context.Context, path string, limit int64) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, h.patience, ErrTimeout)
	defer cancel()
	resp, err := h.get(ctx, path, 0)
	if err != nil {
		return nil, inTime(ctx, err)
	}
	defer resp.Body.Close()
	if resp.ContentLength > limit {
		return nil, fmt.Errorf("%s: %w: %d bytes, not at most %d", path, manifest.ErrTooLarge, resp.ContentLength, limit)
	}
	data, err := readAtMost(resp.Body, limit)
	if err != nil {
		return nil, fmt.Errorf("read %s from %s: %w", path, h.base.Host, inTime(ctx, Classify(err)))
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
	resp, err := h.get(ctx, path, offset)
	var status *StatusError
	if offset > 0 && errors.As(err, &status) && status.Code == http.StatusRequestedRangeNotSatisfiable {
		resp, err = h.get(ctx, path, 0) // shorter than we thought: from the start
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

// get answers with 200, or with 206 if an offset was asked for.
func (h *host) get(ctx context.Context, path string, offset int64) (*http.Response, error) {
	if err := checkPath(path); err != nil {
		return nil, err
	}
	u := h.base.JoinPath(path)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	if offset > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
	}
	resp, err := h.client.Do(req)
	if err != nil {
		return nil, err
	}
	switch code := resp.StatusCode; {
	case code == http.StatusOK, code == http.StatusPartialContent && offset > 0:
		return resp, nil
	case code == http.StatusNotFound, code == http.StatusForbidden, code == http.StatusGone:
		// Object stores answer 403 for what is not there.
		err = fmt.Errorf("%s: %w (http status %d)", u, fs.ErrNotExist, code)
	default:
		err = &StatusError{URL: u.String(), Code: code}
	}
	resp.Body.Close()
	return nil, err
}
