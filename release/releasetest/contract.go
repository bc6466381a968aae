package releasetest

import (
	"context"
	"net/http"
	"testing"

	"github.com/koshin-updater/koshin/release"
)

// Place is one empty destination, and the ways to it that [Contract] needs.
type Place struct {
	// Open is the destination as one publisher's program opens it, with
	// credentials. wrap goes around the innermost http.RoundTripper, next to the
	// network; a destination without HTTP does not call it.
	Open func(t testing.TB, wrap Wrap) release.Destination
	// HTTP says that Open calls wrap, so that cuts are made at every request.
	HTTP bool
	// Fetch reads a file, metadata or package, as an operator's PC gets it:
	// without credentials. Not there: fs.ErrNotExist.
	Fetch func(ctx context.Context, path string, limit int64) ([]byte, error)
	// CacheControl is the header that an operator's PC gets with a file; nil
	// where the host has none, or decides alone.
	CacheControl func(t testing.TB, path string) string
	// Overwrite edits a file by hand, past the publisher; nil where nobody can.
	Overwrite func(t testing.TB, path string, data []byte)
	// Secrets are the planted credentials. None may be in an error, a log line
	// or an address.
	Secrets []string
}

// Wrap puts something between a library and the network.
type Wrap func(http.RoundTripper) http.RoundTripper

// Contract is what all destinations keep, shown with real repositories that
// the real Publish sends. empty makes a new place each time, and is called
// from parallel tests. With -v it ends with a table of what was tried.
//
//   - A strict reader, who verifies every signature and every byte of every
//     package, sees the old or the new state between any two requests, and after
//     the network is cut at any of them: before it, in the middle, and when only
//     the answer is lost.
//   - A cut that ends is waited out. After one that lasts, publishing again
//     finishes the rest. No package travels twice.
//   - Of two publishers at most one wins, wherever they meet; the other is told
//     what changed.
//   - A file edited at the destination, a package damaged on the publisher's
//     disk and a host that keeps failing change nothing that readers see.
//   - Progress ends at its total, credentials appear nowhere, and what never
//     changes may be cached.
func Contract(t *testing.T, empty func(t testing.TB) Place) {
	w := newWorld(t)
	log := new(tally)
	suite := &suite{world: w, empty: empty, tally: log}
	t.Run("a reader at every step", suite.everyStep)
	t.Run("cuts", suite.cuts)
	t.Run("two publishers", suite.races)
	t.Run("edited by hand", suite.edits)
	t.Run("damaged package", suite.damaged)
	t.Run("a host that keeps failing", suite.failing)
	t.Run("cache headers", suite.headers)
	t.Log(log.table())
}

type suite struct {
	*world
	empty func(t testing.TB) Place
	tally *tally
}

// publisher is one working copy on its way to a place.
type publisher struct {
	place Place
	repo  string
	net   *network
	log   *recorder
}

func (s *suite) publisher(t testing.TB, place Place, state string) *publisher {
	return &publisher{place: place, repo: s.copyOf(t, state), net: &network{at: never}, log: new(recorder)}
}

// publish is one run of the program. It returns what the publisher is told.
func (p *publisher) publish(t testing.TB) error {
	return p.publishTo(t, p.net.around(p.place.Open(t, p.net.wrap), p.place.HTTP))
}

func (p *publisher) publishTo(t testing.TB, to release.Destination) error {
	t.Helper()
	repo, err := release.Open(p.repo, release.Options{Log: p.log.logger(), Wait: p.net.wait})
	if err != nil {
		t.Fatal(err)
	}
	var done, total int64
	result, err := repo.Publish(t.Context(), to, func(d, of int64) { done, total = d, of })
	if err == nil && (done != total || result.Bytes != total) {
		t.Errorf("progress ended at %d of %d, %d bytes were published", done, total, result.Bytes)
	}
	p.log.keep(err)
	for _, secret := range p.place.Secrets {
		if p.log.contains(secret) || p.net.saw(secret) {
			t.Errorf("a planted credential is in what the publisher is told, in a log or in an address")
		}
	}
	return err
}
