package s3_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/koshin-updater/koshin/release/s3"
)

// wire is a way to the host that does something to the requests on it.
type wire struct {
	next http.RoundTripper
	on   func(req *http.Request, next http.RoundTripper) (*http.Response, error)

	mu   sync.Mutex
	sent []string // method, path and query of each request
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.sent = append(w.sent, req.Method+" "+req.URL.RequestURI())
	w.mu.Unlock()
	return w.on(req, w.next)
}

func (w *wire) requests() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.sent...)
}

// over is a bucket whose requests go over such a wire.
func (h *host) over(t testing.TB, prefix string, on func(req *http.Request, next http.RoundTripper) (*http.Response, error)) (*s3.Bucket, *wire) {
	t.Helper()
	w := &wire{next: h.network(t), on: on}
	return h.open(t, prefix, func(o *s3.Options) { o.Client = &http.Client{Transport: w} }), w
}

// answer is a host's, in place of the real one.
func answer(req *http.Request, status int, code, message string, header http.Header) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
	}
	if header == nil {
		header = http.Header{}
	}
	body := fmt.Sprintf("<Error><Code>%s</Code><Message>%s</Message></Error>", code, message)
	return &http.Response{
		Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}, nil
}

// conditional is a request that may change something only under a condition.
func conditional(req *http.Request) bool {
	return req.Method != http.MethodGet && (req.Header.Get("If-Match") != "" || req.Header.Get("If-None-Match") != "")
}

// flipping spoils the first byte of what is sent.
type flipping struct {
	io.ReadCloser
	done bool
}

func (f *flipping) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	if n > 0 && !f.done {
		p[0] ^= 1
		f.done = true
	}
	return n, err
}
