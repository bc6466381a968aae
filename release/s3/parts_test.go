package s3_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"golang.org/x/sync/errgroup"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/s3"
)

// packageOf is a package of that size.
func packageOf(t testing.TB, size int) release.Package {
	t.Helper()
	data := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{byte(size), byte(size >> 8)}).Read(data) // never fails
	return packageWith(data)
}

func packageWith(data []byte) release.Package {
	sum := manifest.Digest(sha256.Sum256(data))
	return release.Package{
		Path: "targets/p/1.0/" + sum.String() + ".windows-amd64.tree", Product: "p", Size: int64(len(data)), SHA256: sum,
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
}

// write puts an object there, past the code under test.
func (h *host) write(t testing.TB, key, content string) {
	t.Helper()
	_, err := h.api.PutObject(t.Context(), bucket, key, strings.NewReader(content), int64(len(content)), "", "", minio.PutObjectOptions{})
	must(t, err)
}

func (h *host) holds(t testing.TB, key, content string) {
	t.Helper()
	body, _, _, err := h.api.GetObject(t.Context(), bucket, key, minio.GetObjectOptions{})
	must(t, err)
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil || string(data) != content {
		t.Errorf("%s holds %d bytes, %.60q, %v; want %d, %.60q", key, len(data), data, err, len(content), content)
	}
}

// isEmpty looks for objects and for unfinished uploads.
func (h *host) isEmpty(t testing.TB, prefix string) {
	t.Helper()
	for object := range h.api.ListObjectsIter(t.Context(), bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		t.Errorf("there is %s, %v", object.Key, object.Err)
	}
	h.noUploads(t, prefix)
}

func (h *host) noUploads(t testing.TB, prefix string) {
	t.Helper()
	if n := h.uploads(t, prefix); n != 0 {
		t.Errorf("%d unfinished uploads", n)
	}
}

func (h *host) uploads(t testing.TB, prefix string) int {
	t.Helper()
	found, err := h.api.ListMultipartUploads(t.Context(), bucket, prefix, "", "", "", 1000)
	must(t, err)
	return len(found.Uploads)
}

// TestMemory: four uploads at once hold a part each, whatever their packages'
// sizes. It is alone in this process: no t.Parallel.
func TestMemory(t *testing.T) {
	h := newHost(t)
	b := h.open(t, h.prefix(), nil)
	const size = 4*s3.PartSize + 1234
	var most atomic.Uint64
	var group errgroup.Group
	group.SetLimit(4)
	for i := range byte(8) {
		sum := sha256.New()
		_, _ = io.Copy(sum, io.LimitReader(pattern(i), size)) // neither fails
		hash := manifest.Digest(sum.Sum(nil))
		group.Go(func() error {
			return b.Put(t.Context(), release.Package{
				Path: "targets/p/1.0/" + hash.String() + ".windows-amd64.tree", Size: size, SHA256: hash,
				Open: func() (io.ReadCloser, error) {
					return io.NopCloser(&weighing{r: io.LimitReader(pattern(i), size), most: &most}), nil
				},
			})
		})
	}
	must(t, group.Wait())
	const limit = 128 << 20
	t.Logf("8 packages of %d MiB, 4 at once: at most %d MiB of heap", size>>20, most.Load()>>20)
	if most.Load() > limit {
		t.Errorf("%d bytes of heap", most.Load())
	}
}

// pattern is one byte, without end.
type pattern byte

func (p pattern) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(p)
	}
	return len(b), nil
}

// weighing looks at the heap while it is read.
type weighing struct {
	r    io.Reader
	most *atomic.Uint64
}

func (w *weighing) Read(p []byte) (int, error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	for old := w.most.Load(); m.HeapAlloc > old && !w.most.CompareAndSwap(old, m.HeapAlloc); old = w.most.Load() {
	}
	return w.r.Read(p[:min(len(p), 1<<20)])
}

// TestParts: a package of several parts arrives as it is, with its headers, and
// only when it is complete.
func TestParts(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	prefix := h.prefix()
	p := packageOf(t, s3.PartSize+54321)
	complete := false
	b, w := h.over(t, prefix, func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if req.Method == http.MethodPost && req.URL.Query().Has("uploadId") {
			complete = true
		} else if _, err := h.api.StatObject(req.Context(), bucket, prefix+"/"+p.Path, minio.StatObjectOptions{}); err == nil && !complete {
			t.Error("it is there before it is complete")
		}
		return next.RoundTrip(req)
	})
	must(t, b.Put(t.Context(), p))
	source, err := p.Open()
	must(t, err)
	data, err := io.ReadAll(source)
	must(t, err)
	h.holds(t, prefix+"/"+p.Path, string(data))
	resp, err := h.get(t.Context(), &http.Client{Transport: h.network(t)}, prefix, p.Path)
	must(t, err)
	defer resp.Body.Close()
	if cache, kind := resp.Header.Get("Cache-Control"), resp.Header.Get("Content-Type"); !strings.Contains(cache, "immutable") || kind != "application/octet-stream" {
		t.Errorf("Cache-Control %q, Content-Type %q", cache, kind)
	}
	// Again, by somebody who does not know that it is there: nothing is replaced.
	before := len(w.requests())
	must(t, b.Put(t.Context(), p))
	h.noUploads(t, prefix)
	short := p
	short.Size--
	if err := b.Put(t.Context(), short); err == nil {
		t.Error("another length of that name was taken")
	}
	t.Logf("%d requests", before)
}

// TestPartsCut: the network is cut at each request of a multipart upload; what
// is left is nothing, or the whole package.
func TestPartsCut(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	p := packageOf(t, s3.PartSize+54321)
	count := func() int {
		b, w := h.over(t, h.prefix(), func(req *http.Request, next http.RoundTripper) (*http.Response, error) { return next.RoundTrip(req) })
		must(t, b.Put(t.Context(), p))
		return len(w.requests())
	}()
	for at := range count {
		for _, how := range []string{"before", "halfway", "after"} {
			t.Run(fmt.Sprintf("request %d, %s", at, how), func(t *testing.T) {
				t.Parallel()
				h.cutParts(t, p, at, how)
			})
		}
	}
}

func (h *host) cutParts(t *testing.T, p release.Package, at int, how string) {
	prefix := h.prefix()
	n := 0
	lost := &net.OpError{Op: "read", Err: errors.New("connection reset")}
	b, _ := h.over(t, prefix, func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		n++
		if n-1 != at {
			return next.RoundTrip(req)
		}
		switch how {
		case "before":
			return nil, lost
		case "halfway":
			req = req.Clone(req.Context())
			if req.Body != nil {
				req.Body = io.NopCloser(io.MultiReader(io.LimitReader(req.Body, req.ContentLength/2), &failing{lost}))
			}
		}
		resp, err := next.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		_ = resp.Body.Close()
		return nil, lost
	})
	err := b.Put(t.Context(), p)
	_, temporary := errors.AsType[*release.Temporary](err)
	if err != nil && !temporary {
		t.Errorf("it is no temporary error: %v", err)
	}
	size, sizeErr := b.Size(t.Context(), p.Path)
	if sizeErr == nil && size != p.Size || sizeErr != nil && !errors.Is(sizeErr, fs.ErrNotExist) {
		t.Errorf("%d bytes are there, %v", size, sizeErr)
	}
	// The one upload that nobody can tidy up has a name that was lost.
	if left := h.uploads(t, prefix); left > 1 {
		t.Errorf("%d unfinished uploads", left)
	} else if left == 1 && at != 2 {
		t.Error("an unfinished upload")
	}
	must(t, b.Put(t.Context(), p))
	size, err = b.Size(t.Context(), p.Path)
	if err != nil || size != p.Size {
		t.Errorf("%d bytes after the second time, %v", size, err)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

// TestPartsCanceled: Ctrl+C in the middle leaves no parts behind.
func TestPartsCanceled(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	prefix := h.prefix()
	ctx, cancel := context.WithCancel(t.Context())
	b, _ := h.over(t, prefix, func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if req.URL.Query().Get("partNumber") == "2" {
			cancel()
		}
		return next.RoundTrip(req)
	})
	if err := b.Put(ctx, packageOf(t, s3.PartSize+54321)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	h.isEmpty(t, prefix)
}

// TestLeftOvers: what a killed publisher left goes after a day, not while
// another one may still be at it.
func TestLeftOvers(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	prefix := h.prefix()
	begin := func() {
		_, err := h.api.NewMultipartUpload(t.Context(), bucket, prefix+"/targets/p/1.0/"+strings.Repeat("a", 64)+".windows-amd64.tree", minio.PutObjectOptions{})
		must(t, err)
	}
	begin()
	ago := time.Now().Add(-25 * time.Hour)
	must(t, filepath.WalkDir(filepath.Join(h.Dir, bucket), func(path string, _ os.DirEntry, err error) error {
		if err == nil && path != filepath.Join(h.Dir, bucket) {
			err = os.Chtimes(path, ago, ago)
		}
		return err
	}))
	begin()
	if n := h.uploads(t, prefix); n != 2 {
		t.Fatalf("%d uploads", n)
	}
	_, err := h.open(t, prefix, nil).Read(t.Context(), timestamp, 1<<10)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if n := h.uploads(t, prefix); n != 1 {
		t.Errorf("%d uploads are left, want the young one", n)
	}
}
