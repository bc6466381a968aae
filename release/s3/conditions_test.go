package s3_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7/pkg/signer"

	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/s3"
	"github.com/koshin-updater/koshin/release/s3/s3test"
)

// refusing is a host that says that it knows no conditions.
func refusing(req *http.Request, next http.RoundTripper) (*http.Response, error) {
	if conditional(req) {
		return answer(req, http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented", nil)
	}
	return next.RoundTrip(req)
}

// ignoring is a host that does not look at conditions. The real one does, so
// they are taken out, and the request is signed again.
func (h *host) ignoring(req *http.Request, next http.RoundTripper) (*http.Response, error) {
	if conditional(req) {
		req = req.Clone(req.Context())
		for _, name := range []string{"If-Match", "If-None-Match", "Authorization"} {
			req.Header.Del(name)
		}
		req = signer.SignV4(*req, h.Owner.Access, h.Owner.Secret, "", s3test.Region)
	}
	return next.RoundTrip(req)
}

// TestWithoutConditions: on a host that checks nothing files are compared
// before they are written, and the publisher is warned, once.
func TestWithoutConditions(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	for name, on := range map[string]func(*http.Request, http.RoundTripper) (*http.Response, error){"says so": refusing, "ignores them": h.ignoring} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prefix := h.prefix()
			var log bytes.Buffer
			newBucket := func() *s3.Bucket {
				w := &wire{next: h.network(t), on: on}
				return h.open(t, prefix, func(o *s3.Options) {
					o.Client, o.Log = &http.Client{Transport: w}, slog.New(slog.NewTextHandler(&log, nil))
				})
			}
			b := newBucket()
			for _, size := range []int{100, s3.PartSize + 1} {
				for range 2 {
					must(t, b.Put(t.Context(), packageOf(t, size)))
				}
			}
			must(t, b.Commit(t.Context(), commitOf("", "one")))
			must(t, b.Commit(t.Context(), commitOf("one", "two")))
			if n := strings.Count(log.String(), "level=WARN"); n != 1 { // not one a file
				t.Errorf("%d warnings: %s", n, log.String())
			}
			for _, b := range []*s3.Bucket{b, newBucket()} {
				if err := b.Commit(t.Context(), commitOf("one", "three")); !errors.Is(err, release.ErrDestinationChanged) {
					t.Errorf("the second publisher: %v", err)
				}
				other := commitOf("two", "four")
				other.Files[0] = release.File{Path: "metadata/two.snapshot.json", Data: []byte("of somebody else")}
				if err := b.Commit(t.Context(), other); !errors.Is(err, release.ErrDestinationChanged) {
					t.Errorf("another file of that name: %v", err)
				}
			}
			h.holds(t, prefix+"/"+timestamp, "two")
			h.holds(t, prefix+"/metadata/two.snapshot.json", "of two")
			must(t, newBucket().Commit(t.Context(), commitOf("two", "five"))) // by one who has put no package
			h.holds(t, prefix+"/"+timestamp, "five")
		})
	}
}

// TestBetween: another publisher comes between the look at timestamp.json and
// its replacement, which only the host can see.
func TestBetween(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	for _, base := range []string{"", "one"} {
		prefix := h.prefix()
		if base != "" {
			must(t, h.open(t, prefix, nil).Commit(t.Context(), commitOf("", base)))
		}
		other := h.open(t, prefix, nil)
		come := false
		b, _ := h.over(t, prefix, func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
			if req.Method == http.MethodPut && strings.HasSuffix(req.URL.Path, timestamp) && !come {
				come = true
				must(t, other.Commit(t.Context(), commitOf(base, "theirs")))
			}
			return next.RoundTrip(req)
		})
		if err := b.Commit(t.Context(), commitOf(base, "ours")); !errors.Is(err, release.ErrDestinationChanged) {
			t.Errorf("from %q: %v", base, err)
		}
		if !come {
			t.Error("nobody came between")
		}
		h.holds(t, prefix+"/"+timestamp, "theirs")
	}
}

// TestNamesakes: a file with a number that came between with other bytes stays.
func TestNamesakes(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	prefix := h.prefix()
	come := false
	b, _ := h.over(t, prefix, func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if req.Method == http.MethodPut && strings.HasSuffix(req.URL.Path, "snapshot.json") && req.Header.Get("If-None-Match") != "" && !come {
			come = true
			h.write(t, prefix+"/metadata/ours.snapshot.json", "of somebody else")
		}
		return next.RoundTrip(req)
	})
	if err := b.Commit(t.Context(), commitOf("", "ours")); !errors.Is(err, release.ErrDestinationChanged) || !come {
		t.Errorf("%v, %v", err, come)
	}
	h.holds(t, prefix+"/metadata/ours.snapshot.json", "of somebody else")
}
