package releasetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/koshin-updater/koshin/release"
)

// How a step is cut.
const (
	before  = "before it"
	halfway = "halfway"
	answer  = "its answer is lost"
)

// never is a step that is not reached.
const never = -1

// maxWaits ends a publisher that waits without end.
const maxWaits = 1000

var errEndless = errors.New("it would wait for ever")

// network counts the steps between a publisher and a host, cuts one or all
// that follow, and lets a reader look between them. A step is a request, or a
// call where there is no HTTP.
type network struct {
	at      int // this step is cut
	how     string
	lasting bool // and all after it
	between func()
	looking sync.Mutex

	mu      sync.Mutex
	steps   []string
	cut     string // the step that was
	waits   int
	address strings.Builder
	arrived []int64 // bytes of each request that the host has accepted

	// Within Commit, where there is no HTTP, the looks at its context are what
	// a test can hold on to: so many succeed.
	within bool
	lookAt int
}

// errReset is what a program sees of a cut.
func errReset() error { return &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET} }

// begin is a new step; it returns how it is cut, or nothing.
func (n *network) begin(step string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	number := len(n.steps)
	n.steps = append(n.steps, step)
	if n.at == never || number < n.at || number > n.at && !n.lasting {
		return ""
	}
	if number > n.at {
		return before
	}
	n.cut = step
	return n.how
}

// look lets one step after the other see what there is: steps are taken in
// parallel, and a look that began earlier must not be counted later.
func (n *network) look() {
	n.looking.Lock()
	defer n.looking.Unlock()
	if n.between != nil {
		n.between()
	}
}

// wait is the publisher's patience, without the time.
func (n *network) wait(ctx context.Context, _ time.Duration) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.waits++; n.waits > maxWaits {
		return errEndless
	}
	return ctx.Err()
}

func (n *network) saw(secret string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Contains(n.address.String(), secret)
}

func (n *network) wrap(inner http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) { return n.roundTrip(inner, req) })
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return r(req) }

func (n *network) roundTrip(inner http.RoundTripper, req *http.Request) (*http.Response, error) {
	n.look()
	how := n.begin(req.Method + " " + req.URL.Path)
	n.mu.Lock()
	fmt.Fprintln(&n.address, req.URL)
	n.mu.Unlock()
	if how == before {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, errReset()
	}
	sent := req.Clone(req.Context())
	body := &body{ReadCloser: req.Body, left: -1}
	if req.Body != nil && req.Body != http.NoBody {
		sent.Body = body
		if how == halfway {
			body.left, sent.GetBody = max(req.ContentLength/2, 1), nil
		}
	}
	resp, err := inner.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 300 && sent.Body == body {
		n.mu.Lock()
		n.arrived = append(n.arrived, body.n.Load())
		n.mu.Unlock()
	}
	defer n.look()
	switch {
	case how == answer, how == halfway && sent.Body == body:
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		return nil, errReset()
	case how == halfway && resp.ContentLength > 0:
		resp.Body = &endingBody{ReadCloser: resp.Body, left: resp.ContentLength / 2}
	case how == halfway:
		_ = resp.Body.Close()
		return nil, errReset()
	}
	return resp, nil
}

// body counts what is sent, and may be cut.
type body struct {
	io.ReadCloser
	n    atomic.Int64
	left int64 // negative: all
}

func (b *body) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, errReset()
	}
	if b.left > 0 && int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.ReadCloser.Read(p)
	if b.n.Add(int64(n)); b.left > 0 {
		b.left -= int64(n)
	}
	return n, err
}

// endingBody is an answer that is cut.
type endingBody struct {
	io.ReadCloser
	left int64
}

func (b *endingBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errReset()
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// around makes each call a step, where there are no requests.
func (n *network) around(to release.Destination, http bool) release.Destination {
	if http {
		return to
	}
	return &calls{inner: to, net: n}
}

type calls struct {
	inner release.Destination
	net   *network
}

// call makes one call, or what a cut leaves of it.
func (c *calls) call(step string, whole, half func() error) error {
	c.net.look()
	defer c.net.look()
	lost := &release.Temporary{Err: errReset()}
	switch c.net.begin(step) {
	case before:
		return lost
	case halfway:
		_ = half()
		return lost
	case answer:
		_ = whole()
		return lost
	}
	return whole()
}

func (c *calls) Size(ctx context.Context, path string) (size int64, err error) {
	ask := func() (err error) { size, err = c.inner.Size(ctx, path); return err }
	err = c.call("Size "+path, ask, ask)
	return size, err
}

func (c *calls) Read(ctx context.Context, path string, limit int64) (data []byte, err error) {
	ask := func() (err error) { data, err = c.inner.Read(ctx, path, limit); return err }
	err = c.call("Read "+path, ask, ask)
	return data, err
}

func (c *calls) Put(ctx context.Context, p release.Package) error {
	broken := p
	broken.Open = func() (io.ReadCloser, error) {
		r, err := p.Open()
		return &endingBody{ReadCloser: r, left: p.Size / 2}, err
	}
	return c.call("Put "+p.Path, func() error {
		err := c.inner.Put(ctx, p)
		if err == nil {
			c.net.mu.Lock()
			c.net.arrived = append(c.net.arrived, p.Size)
			c.net.mu.Unlock()
		}
		return err
	}, func() error { return c.inner.Put(ctx, broken) })
}

func (c *calls) Commit(ctx context.Context, commit release.Commit) error {
	if c.net.within {
		limited := &endingContext{Context: ctx, left: c.net.lookAt, net: c.net}
		return c.call("Commit", func() error { return c.inner.Commit(limited, commit) }, nil)
	}
	whole := func() error { return c.inner.Commit(ctx, commit) }
	return c.call("Commit", whole, func() error { return nil })
}

// endingContext ends when it is looked at once too often: it cuts a Commit
// between two of its files.
type endingContext struct {
	context.Context
	net *network

	mu   sync.Mutex
	left int
}

func (e *endingContext) Err() error {
	e.net.look()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.left == 0 {
		e.net.mu.Lock()
		e.net.cut = "within Commit"
		e.net.mu.Unlock()
		return context.Canceled
	}
	e.left--
	return e.Context.Err()
}
