package s3

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// silence is how long a request may go on without a byte of it being taken
// before the connection counts as dead. A slow line empties the few megabytes
// that a system buffers in less.
const silence = 5 * time.Minute

var errSilent = errors.New("no byte was taken for five minutes")

// ask makes one exchange with the host and explains how it failed.
func (b *Bucket) ask(ctx context.Context, exchange func(ctx context.Context) error) error {
	w := new(witness)
	timed, cancel := context.WithCancelCause(context.WithValue(ctx, witnessKey{}, w))
	defer cancel(nil)
	timer := time.AfterFunc(b.silence, func() { cancel(errSilent) })
	defer timer.Stop()
	w.alive = func() { timer.Reset(b.silence) }
	w.over = func() { cancel(nil) }
	err := exchange(timed)
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return b.explain(err, w)
}

// witness notes of an exchange what the library does not hand on.
type witness struct {
	alive func() // a byte was taken
	over  func() // there is nothing to wait for: the library would pause before it says so

	mu      sync.Mutex
	failed  error         // of the transport
	source  error         // of the reader of what was sent
	after   time.Duration // what the host asks to wait
	date    string        // the host's time
	secrets []string      // what a host could echo
}

type witnessKey struct{}

// observer sits between the library and the network.
type observer struct{ next http.RoundTripper }

// RoundTrip is an http.RoundTripper's.
func (o *observer) RoundTrip(req *http.Request) (*http.Response, error) {
	w, ok := req.Context().Value(witnessKey{}).(*witness)
	if !ok {
		return o.next.RoundTrip(req)
	}
	if req.Body != nil {
		req = req.WithContext(req.Context()) // a copy: a RoundTripper leaves the original alone
		req.Body = &watched{ReadCloser: req.Body, witness: w}
	}
	resp, err := o.next.RoundTrip(req)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed = err; err != nil {
		w.over()
	}
	for _, name := range []string{"Authorization", "X-Amz-Security-Token"} {
		if v := req.Header.Get(name); v != "" {
			w.secrets = append(w.secrets, v)
		}
	}
	if resp != nil {
		w.date = resp.Header.Get("Date")
		w.after = retryAfter(resp.Header.Get("Retry-After"))
		resp.Body = &watched{ReadCloser: resp.Body, witness: w}
	}
	return resp, err
}

func retryAfter(header string) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if t, err := http.ParseTime(header); err == nil {
		return max(0, time.Until(t))
	}
	return 0
}

// watched tells the witness of every byte.
type watched struct {
	io.ReadCloser
	witness *witness
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	w.witness.alive()
	return n, err
}

// sourceReader notes why the file that is being sent could not be read: the
// library would report a broken connection.
type sourceReader struct {
	r       io.Reader
	witness *witness
}

func (s *sourceReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.witness.mu.Lock()
		s.witness.source = err
		s.witness.mu.Unlock()
	}
	return n, err
}
