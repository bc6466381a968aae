package transport

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Size asks for the first byte, as a resumed download asks for the rest: a host
// that gives a file away must answer that, and need not answer HEAD. Addresses
// that are signed for GET answer nothing else.
func (h *host) Size(ctx context.Context, path string) (int64, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, h.patience, ErrTimeout)
	defer cancel()
	resp, err := h.get(ctx, path, "bytes=0-0")
	if err != nil {
		return 0, inTime(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK { // knows no ranges
		if resp.ContentLength < 0 {
			return 0, fmt.Errorf("%w: %s: the host does not say how long the file is", ErrStatus, path)
		}
		return resp.ContentLength, nil
	}
	said := resp.Header.Get("Content-Range")
	whole, ok := strings.CutPrefix(said, "bytes 0-0/")
	size, err := strconv.ParseInt(whole, 10, 64)
	if !ok || err != nil || size < 1 {
		return 0, fmt.Errorf("%w: %s: asked for the first byte, got Content-Range %q", ErrStatus, path, said)
	}
	return size, nil
}

func (f *folder) Size(ctx context.Context, path string) (int64, error) {
	file, err := f.open(ctx, path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
