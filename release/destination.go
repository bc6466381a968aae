package release

import (
	"context"
	"io"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// Destination is a place that operators' PCs read the repository from. Paths
// are those of the working copy, with slashes. Its methods are called from
// several goroutines at once, except Commit.
//
// An error that may go away by itself is a [*Temporary]: the call is made
// again, a few times. Every other error ends the publishing.
type Destination interface {
	// Size is the length in bytes of a file as readers get it; one that they
	// cannot get whole, such as half an upload, is not there: fs.ErrNotExist.
	Size(ctx context.Context, path string) (int64, error)
	// Read returns a whole small file as it is now, past any cache. Not there:
	// fs.ErrNotExist; longer than limit bytes: [manifest.ErrTooLarge].
	Read(ctx context.Context, path string, limit int64) ([]byte, error)
	// Put stores one package, which readers then get whole or not at all. A
	// whole file of that name is never replaced: same length, it is done;
	// another length, [ErrDestinationDamaged]. A repeated Put starts again.
	// It holds at most 16 MiB of a package in memory.
	Put(ctx context.Context, p Package) error
	// Commit makes the new state the one that readers see, provided that
	// timestamp.json still is c.Base: otherwise [ErrDestinationChanged], and
	// readers still see what they saw before. So do they after any error, or
	// they see the new state, because an answer was lost; repeating then
	// gives ErrDestinationChanged, and Publish finds that the state is ours.
	Commit(ctx context.Context, c Commit) error
}

// Limited is a Destination that does not take every package. Publish asks it
// before it sends the first one.
type Limited interface {
	// Accepts looks at all packages of the new state. It contacts nobody.
	Accepts(all []Package) error
}

// Package is one package on its way to a destination. Its name holds its hash,
// so its bytes never change and may be cached for ever.
type Package struct {
	Path    string // targets/<product>/<version>/<sha256>.<os>-<arch>.<kind>
	Product manifest.ProductID
	Version manifest.Version
	Size    int64 // bytes
	SHA256  manifest.Digest
	// Open reads the package from its first byte, each time. The reader counts
	// progress, stops with the context of Publish, and withholds the last bytes
	// of a package that is not the one that was signed: [ErrDamaged].
	Open func() (io.ReadCloser, error)
}

// Commit is the small files that turn one state of a destination into the
// next.
type Commit struct {
	// Base is the destination's timestamp.json that Publish has decided on;
	// nil: there was none.
	Base []byte
	// Files are to appear in this order, or all at once: manifests, roles,
	// snapshot, roots, and timestamp.json, which is always the last. All but
	// that one are immutable and were not there when Publish looked. One that
	// is there now with the same bytes is done; with others, somebody else is
	// publishing: [ErrDestinationChanged].
	Files []File
	// Builds are all that the new state refers to, by product and newest
	// first. All their packages have been put.
	Builds []PublishedBuild
	// Message says in one English line what is published.
	Message string
}

// File is one small file, at most 4 MiB.
type File struct {
	Path string
	Data []byte
}

// PublishedBuild is what a host may tell people about a build.
type PublishedBuild struct {
	Product   manifest.ProductID
	Title     manifest.Text // of the product
	Version   manifest.Version
	Released  manifest.Date
	Notes     manifest.Text
	Withdrawn string   // the reason; empty: it is not
	Stable    bool     // the channel stable offers it, to all PCs or to a share
	Paths     []string // of its packages
}

// Temporary is an error of a destination that is worth another try, such as a
// connection that was cut, or a host that asks to wait.
type Temporary struct {
	Err   error
	After time.Duration // at the earliest; zero: Publish decides
}

func (t *Temporary) Error() string { return t.Err.Error() }

// Unwrap is what went wrong.
func (t *Temporary) Unwrap() error { return t.Err }
