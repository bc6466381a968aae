package s3

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/koshin-updater/koshin/release"
)

// leftOver is the age at which an unfinished upload belongs to no publisher
// that still runs.
const leftOver = 24 * time.Hour

// Bucket is a release.Destination.
type Bucket struct {
	api        minio.Core
	name       string
	prefix     string // "" or "folder/"
	region     string
	log        *slog.Logger
	silence    time.Duration
	buffers    chan []byte  // of PartSize, those not in use
	conditions atomic.Int32 // what is known of the host, see conditions.go

	looking sync.Mutex
	looked  bool
}

var _ release.Destination = (*Bucket)(nil)

// Open makes the way to a bucket. Nothing is sent before the first question.
func Open(o Options) (*Bucket, error) {
	name, prefix, err := parseAddress(o.Address)
	if err != nil {
		return nil, err
	}
	b, err := connect(name, prefix, o)
	if err != nil {
		return nil, fmt.Errorf("open bucket %s: %w", name, err)
	}
	return b, nil
}

func connect(name, prefix string, o Options) (*Bucket, error) {
	host, err := parseEndpoint(o.Endpoint)
	if err != nil {
		return nil, err
	}
	if err := checkCredentials(o.Credentials, o.Client); err != nil {
		return nil, err
	}
	b := &Bucket{name: name, region: o.Region, log: o.Log, silence: silence, buffers: make(chan []byte, 4)}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	if b.region == "" {
		b.region = "us-east-1"
	}
	if prefix != "" {
		b.prefix = prefix + "/"
	}
	options := &minio.Options{
		Creds:        o.Credentials,
		Secure:       true,
		Transport:    &observer{next: o.Client.Transport},
		Region:       b.region,
		BucketLookup: minio.BucketLookupAuto, // Amazon: the bucket in the host's name
		MaxRetries:   1,                      // Publish repeats, with pauses that it says
	}
	if o.Endpoint != "" {
		options.BucketLookup = minio.BucketLookupPath // one name and one certificate
	}
	api, err := minio.NewCore(host, options)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEndpoint, err)
	}
	b.api = *api
	return b, nil
}

// ready looks at the bucket before the first question about a file.
func (b *Bucket) ready(ctx context.Context) error {
	b.looking.Lock()
	defer b.looking.Unlock()
	if b.looked {
		return nil
	}
	if err := b.look(ctx); err != nil {
		return fmt.Errorf("look at bucket %s: %w", b.name, err)
	}
	b.looked = true
	b.abortLeftOvers(ctx)
	return nil
}

// look lists the top of the prefix: it finds a missing bucket, a wrong region
// or clock and missing rights while nothing has been sent, and refuses to mix a
// repository with something else.
func (b *Bucket) look(ctx context.Context) error {
	var foreign string
	err := b.ask(ctx, func(ctx context.Context) error {
		for entry := range b.api.ListObjectsIter(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix}) {
			if entry.Err != nil {
				return entry.Err
			}
			top := strings.TrimPrefix(entry.Key, b.prefix)
			if top != "" && top != "metadata/" && top != "targets/" {
				foreign = top
				return nil
			}
		}
		return nil
	})
	if err != nil || foreign == "" {
		return err
	}
	_, err = b.size(ctx, timestampPath)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %q, and no repository", ErrForeign, foreign)
	}
	return err // beside a repository it is nobody's business
}

// abortLeftOvers gives back the space of uploads that were killed. Not to be
// allowed to is no reason not to publish.
func (b *Bucket) abortLeftOvers(ctx context.Context) {
	var found minio.ListMultipartUploadsResult
	err := b.ask(ctx, func(ctx context.Context) (err error) {
		found, err = b.api.ListMultipartUploads(ctx, b.name, b.prefix+"targets/", "", "", "", 1000)
		return err
	})
	for _, u := range found.Uploads {
		if time.Since(u.Initiated) > leftOver {
			err = errors.Join(err, b.abort(ctx, u.Key, u.UploadID))
		}
	}
	if err != nil {
		b.log.DebugContext(ctx, "unfinished uploads were left as they are", "bucket", b.name, "error", err)
	}
}

// key is the object of a path of the repository.
func (b *Bucket) key(p string) string { return b.prefix + path.Clean(p) }
