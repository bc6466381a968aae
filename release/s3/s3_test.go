package s3_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/releasetest"
	"github.com/koshin-updater/koshin/release/s3"
	"github.com/koshin-updater/koshin/release/s3/s3test"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
)

const bucket = "releases"

// host is a real S3 server, whose bucket everybody may read.
type host struct {
	*s3test.Server
	roots    *localca.Authority
	api      *minio.Core // of the owner, past the code under test
	prefixes atomic.Int64
}

func newHost(t *testing.T) *host {
	t.Helper()
	roots, err := localca.New()
	must(t, err)
	cert, err := roots.Issue(localca.Leaf{})
	must(t, err)
	h := &host{Server: s3test.Start(t, cert, bucket), roots: roots}
	h.api = h.API(t)
	h.Public(t, bucket)
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func static(k s3test.Keys) *credentials.Credentials {
	return credentials.NewStaticV4(k.Access, k.Secret, "")
}

// network is what a publisher's program has: TLS 1.2, with the test's root.
func (h *host) network(t testing.TB) *http.Transport {
	t.Helper()
	n := &http.Transport{TLSClientConfig: transport.ClientConfig(h.roots.Pool()), MaxIdleConnsPerHost: 16}
	t.Cleanup(n.CloseIdleConnections)
	return n
}

// prefix is one that nobody has used.
func (h *host) prefix() string { return fmt.Sprintf("koshin/%d", h.prefixes.Add(1)) }

// options are those of a publisher with all rights.
func (h *host) options(prefix string, network http.RoundTripper) s3.Options {
	return s3.Options{
		Address:     "s3://" + bucket + "/" + prefix,
		Endpoint:    h.URL,
		Region:      s3test.Region,
		Credentials: static(h.Owner),
		Client:      &http.Client{Transport: network},
	}
}

// open is a bucket as a publisher has it; change, unless nil, is made to the
// options.
func (h *host) open(t testing.TB, prefix string, change func(o *s3.Options)) *s3.Bucket {
	t.Helper()
	o := h.options(prefix, h.network(t))
	if change != nil {
		change(&o)
	}
	b, err := s3.Open(o)
	must(t, err)
	return b
}

// get is what anybody gets, without credentials.
func (h *host) get(ctx context.Context, client *http.Client, prefix, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL+"/"+bucket+"/"+prefix+"/"+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	_ = resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound {
		return nil, fs.ErrNotExist
	}
	return nil, fmt.Errorf("%s: %s", path, resp.Status)
}

func TestBucket(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	releasetest.TestDestination(t, func(t *testing.T) release.Destination { return h.open(t, h.prefix(), nil) })
}

// TestContract: whole repositories, read without credentials, with the network
// cut at every request.
func TestContract(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	reader := &http.Client{Transport: h.network(t)}
	publisher := h.network(t)
	releasetest.Contract(t, func(testing.TB) releasetest.Place {
		prefix := h.prefix()
		return releasetest.Place{
			HTTP: true,
			Open: func(t testing.TB, wrap releasetest.Wrap) release.Destination {
				b, err := s3.Open(h.options(prefix, wrap(publisher)))
				must(t, err)
				return b
			},
			Fetch: func(ctx context.Context, path string, limit int64) ([]byte, error) {
				resp, err := h.get(ctx, reader, prefix, path)
				if err != nil {
					return nil, err
				}
				defer resp.Body.Close()
				return io.ReadAll(io.LimitReader(resp.Body, limit+1))
			},
			CacheControl: func(t testing.TB, path string) string {
				resp, err := h.get(t.Context(), reader, prefix, path)
				must(t, err)
				defer resp.Body.Close()
				return resp.Header.Get("Cache-Control")
			},
			Overwrite: func(t testing.TB, path string, data []byte) {
				_, err := h.api.PutObject(t.Context(), bucket, prefix+"/"+path, strings.NewReader(string(data)), int64(len(data)), "", "", minio.PutObjectOptions{})
				must(t, err)
			},
			Secrets: []string{h.Owner.Secret},
		}
	})
}
