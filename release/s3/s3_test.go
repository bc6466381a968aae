package s3_test

import (
	"crypto/tls"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/releasetest"
	"github.com/koshin-updater/koshin/release/s3"
	"github.com/koshin-updater/koshin/release/s3/s3test"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
)

const bucket = "releases"

// world is a real S3 server and a client that may change what is on the wire.
type world struct {
	*s3test.Server
	roots  *localca.Authority
	cert   tls.Certificate
	folder atomic.Int64
}

func newWorld(t *testing.T) *world {
	t.Helper()
	roots, err := localca.New()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := roots.Issue(localca.Leaf{})
	if err != nil {
		t.Fatal(err)
	}
	return &world{Server: s3test.Start(t, cert, bucket), roots: roots, cert: cert}
}

// options are those of a publisher with all rights and a prefix of its own.
func (w *world) options(t *testing.T) s3.Options {
	t.Helper()
	network := &http.Transport{TLSClientConfig: transport.ClientConfig(w.roots.Pool())}
	t.Cleanup(network.CloseIdleConnections)
	return s3.Options{
		Address:     "s3://" + bucket + "/folder/" + strconv.FormatInt(w.folder.Add(1), 10),
		Endpoint:    w.URL,
		Region:      s3test.Region,
		Credentials: static(w.Owner),
		Client:      &http.Client{Transport: network},
	}
}

func static(k s3test.Keys) *credentials.Credentials {
	return credentials.NewStaticV4(k.Access, k.Secret, "")
}

func open(t *testing.T, o s3.Options) *s3.Bucket {
	t.Helper()
	b, err := s3.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBucket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	releasetest.TestDestination(t, func(t *testing.T) release.Destination { return open(t, w.options(t)) })
}
