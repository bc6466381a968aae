package s3_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/s3"
	"github.com/koshin-updater/koshin/release/s3/s3test"
)

const timestamp = "metadata/timestamp.json"

func commitOf(base, content string) release.Commit {
	c := release.Commit{Files: []release.File{{Path: "metadata/" + content + ".snapshot.json", Data: []byte("of " + content)}, {Path: timestamp, Data: []byte(content)}}}
	if base != "" {
		c.Base = []byte(base)
	}
	return c
}

// TestFaults: what a publisher can put right has its sentinel, what passes by
// itself is temporary.
func TestFaults(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	for name, test := range map[string]struct {
		late   time.Duration // the PC's clock
		status int           // the host's answer
		code   string
		header http.Header
		err    error // of the network

		want      error
		temporary bool
		after     time.Duration
	}{
		"a clock that is wrong by an hour": {late: time.Hour, want: s3.ErrClock},
		"expired credentials":              {status: 400, code: "ExpiredToken", want: s3.ErrCredentials},
		"unauthorized":                     {status: 401, code: "Unauthorized", want: s3.ErrCredentials},
		"another region, by name":          {status: 301, code: "PermanentRedirect", header: http.Header{"X-Amz-Bucket-Region": {"eu-west-3"}}, want: s3.ErrRegion},
		"a redirect":                       {status: 307, code: "TemporaryRedirect", want: s3.ErrRegion},
		"unknown name":                     {err: &net.DNSError{Err: "no such host", Name: "s3.example", IsNotFound: true}, want: s3.ErrEndpoint},
		"slow down":                        {status: 503, code: "SlowDown", header: http.Header{"Retry-After": {"17"}}, temporary: true, after: 17 * time.Second},
		"too many requests":                {status: 429, code: "TooManyRequests", header: http.Header{"Retry-After": {"3"}}, temporary: true, after: 3 * time.Second},
		"internal error":                   {status: 500, code: "InternalError", temporary: true},
		"bad gateway":                      {status: 502, temporary: true},
		"request timeout":                  {status: 400, code: "RequestTimeout", temporary: true},
		"reset":                            {err: &net.OpError{Op: "read", Err: errors.New("connection reset")}, temporary: true},
		"a resolver that fails":            {err: &net.DNSError{Err: "server misbehaving", IsTemporary: true}, temporary: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, w := h.over(t, h.prefix(), func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
				switch {
				case test.err != nil:
					return nil, test.err
				case test.status != 0:
					return answer(req, test.status, test.code, "said by a test", test.header)
				}
				// The host checks the date before it looks at the signature.
				req = req.Clone(req.Context())
				req.Header.Set("X-Amz-Date", time.Now().UTC().Add(-test.late).Format("20060102T150405Z"))
				return next.RoundTrip(req)
			})
			_, err := b.Read(t.Context(), timestamp, 1<<10)
			if test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("got %v", err)
			}
			temporary, is := errors.AsType[*release.Temporary](err)
			if is != test.temporary || is && temporary.After != test.after {
				t.Errorf("got %#v, %v", temporary, err)
			}
			if n := len(w.requests()); n != 1 {
				t.Errorf("%d requests: it is Publish that repeats", n)
			}
		})
	}
}

// TestReadOnly: whoever may read and list, and not write, changes nothing.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	prefix := h.prefix()
	b := h.open(t, prefix, func(o *s3.Options) { o.Credentials = static(h.NoBody) })
	if err := b.Commit(t.Context(), commitOf("", "one")); !errors.Is(err, s3.ErrRights) {
		t.Errorf("commit: %v", err)
	}
	for _, size := range []int{100, s3.PartSize + 1} {
		if err := b.Put(t.Context(), packageOf(t, size)); !errors.Is(err, s3.ErrRights) {
			t.Errorf("put %d bytes: %v", size, err)
		}
	}
	h.isEmpty(t, prefix)
}

// TestCanceled: the publisher's own Ctrl+C is no fault of the host's.
func TestCanceled(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	ctx, cancel := context.WithCancel(t.Context())
	b, _ := h.over(t, h.prefix(), func(req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		cancel()
		return nil, req.Context().Err()
	})
	_, err := b.Read(ctx, timestamp, 1<<10)
	if _, temporary := errors.AsType[*release.Temporary](err); temporary || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestSilence: a host that takes no byte any more is given up.
func TestSilence(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	b, _ := h.over(t, h.prefix(), func(req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	})
	b.SetSilence(10 * time.Millisecond)
	_, err := b.Read(t.Context(), timestamp, 1<<10)
	if _, temporary := errors.AsType[*release.Temporary](err); !temporary {
		t.Errorf("got %v", err)
	}
}

// TestDamagedOnTheWay: the host refuses what it was not promised.
func TestDamagedOnTheWay(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	prefix := h.prefix()
	b, _ := h.over(t, prefix, func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if req.Method == http.MethodPut && req.ContentLength > 0 {
			req = req.Clone(req.Context())
			req.Body = &flipping{ReadCloser: req.Body}
		}
		return next.RoundTrip(req)
	})
	for _, size := range []int{100, s3.PartSize + 1} {
		err := b.Put(t.Context(), packageOf(t, size))
		if _, temporary := errors.AsType[*release.Temporary](err); !temporary {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	if err := b.Commit(t.Context(), commitOf("", "one")); err == nil {
		t.Error("a damaged timestamp was taken")
	}
	h.isEmpty(t, prefix)
}

// TestSourceFails: a package that cannot be read here is no matter of patience.
func TestSourceFails(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	prefix := h.prefix()
	b := h.open(t, prefix, nil)
	for _, size := range []int{100, s3.PartSize + 1} {
		p := packageOf(t, size)
		p.Open = func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(bytes.NewReader(make([]byte, size/2)), &failing{release.ErrDamaged})), nil
		}
		err := b.Put(t.Context(), p)
		if _, temporary := errors.AsType[*release.Temporary](err); temporary || !errors.Is(err, release.ErrDamaged) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	h.isEmpty(t, prefix)
}

// TestEchoed: a host that repeats what it was sent does not bring a credential
// into an error or a log.
func TestEchoed(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	const token = "planted-session-token-71b2"
	var log bytes.Buffer
	w := &wire{next: h.network(t), on: func(req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		said := req.Header.Get("X-Amz-Security-Token") + " \x1b[31m " + req.Header.Get("Authorization")
		if req.Header.Get("X-Amz-Security-Token") != token {
			t.Error("the token was not sent")
		}
		return answer(req, http.StatusTeapot, strings.Fields(said)[0], strings.ReplaceAll(said, "\x1b", "&#x9;"), nil)
	}}
	b := h.open(t, h.prefix(), func(o *s3.Options) {
		o.Client = &http.Client{Transport: w}
		o.Credentials = credentials.NewStaticV4(h.Owner.Access, h.Owner.Secret, token)
		o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	_, err := b.Read(t.Context(), timestamp, 1<<10)
	if err == nil {
		t.Fatal("no error")
	}
	for _, secret := range []string{token, h.Owner.Secret, "Signature=", "\t"} {
		if strings.Contains(err.Error()+log.String(), secret) {
			t.Errorf("%q is in %v", secret, err)
		}
	}
}

// TestForeign: a prefix that holds something else is refused, unless a
// repository is there, too.
func TestForeign(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	prefix := h.prefix()
	h.write(t, prefix+"/holiday.jpg", "a picture")
	if err := h.open(t, prefix, nil).Commit(t.Context(), commitOf("", "one")); !errors.Is(err, s3.ErrForeign) {
		t.Errorf("got %v", err)
	}
	if err := h.open(t, prefix+"/koshin", nil).Commit(t.Context(), commitOf("", "one")); err != nil {
		t.Errorf("under a prefix of its own: %v", err)
	}
	h.write(t, prefix+"/"+timestamp, "one")
	if err := h.open(t, prefix, nil).Commit(t.Context(), commitOf("one", "two")); err != nil {
		t.Errorf("beside a repository: %v", err)
	}
}

// TestMissingBucket: it is not made.
func TestMissingBucket(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	b := h.open(t, h.prefix(), func(o *s3.Options) { o.Address = "s3://nowhere/koshin" })
	_, err := b.Read(t.Context(), timestamp, 1<<10)
	if !errors.Is(err, s3.ErrNoBucket) || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestRegion: the bucket's region is named.
func TestRegion(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	b := h.open(t, h.prefix(), func(o *s3.Options) { o.Region = "eu-west-1" })
	_, err := b.Read(t.Context(), timestamp, 1<<10)
	if !errors.Is(err, s3.ErrRegion) || !strings.Contains(err.Error(), s3test.Region) {
		t.Errorf("got %v", err)
	}
}
