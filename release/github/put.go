package github

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/koshin-updater/koshin/manifest/githubpath"
	"github.com/koshin-updater/koshin/release"
)

const (
	// maxPackage and maxAssets are documented in "About releases": a file is
	// under 2 GiB, and a release has up to 1000.
	maxPackage = 2<<30 - 1
	maxAssets  = 1000
	// stall is how long an upload may stand still. GitHub takes a while to store
	// the last bytes; a connection that is gone takes for ever.
	stall = 2 * time.Minute
	// contentType is what readers are told of a package.
	contentType = "application/octet-stream"
)

// Accepts refuses, before anything is sent, what GitHub would refuse after
// hours: [ErrLimit].
func (g *Repository) Accepts(all []release.Package) error {
	inRelease := map[string]int{}
	for _, p := range all {
		at, ok, err := githubpath.Split(p.Path)
		switch {
		case err != nil:
			return err
		case !ok:
			return fmt.Errorf("%s is no package", p.Path)
		case p.Size > maxPackage:
			return fmt.Errorf("%w: %s has %d bytes, and a file of a release is smaller than 2 GiB", ErrLimit, p.Path, p.Size)
		}
		if inRelease[at.Tag]++; inRelease[at.Tag] > maxAssets {
			return fmt.Errorf("%w: %s has more than %d packages, and a release has at most so many files", ErrLimit, at.Tag, maxAssets)
		}
	}
	return nil
}

// Put uploads one package to its build's release.
func (g *Repository) Put(ctx context.Context, p release.Package) error {
	at, ok, err := githubpath.Split(p.Path)
	switch {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("%s is no package", p.Path)
	}
	b, err := g.ensure(ctx, at.Tag)
	if err != nil {
		return err
	}
	done, err := g.clear(ctx, b, at, p)
	if done || err != nil {
		return err
	}
	a, err := g.send(ctx, b, at, p)
	if err == nil {
		err = g.arrived(ctx, a, at, p)
	}
	if err != nil {
		g.forget() // what is there now, GitHub knows
		return err
	}
	g.knowAsset(at.Tag, a)
	return nil
}

// clear makes room: what another upload has left halfway takes the name. A
// whole package is done when it is this one.
func (g *Repository) clear(ctx context.Context, b *build, at githubpath.Asset, p release.Package) (done bool, err error) {
	all, err := g.assets(ctx, b)
	if err != nil {
		return false, err
	}
	for _, a := range all {
		switch {
		case a.Name != at.Name:
		case a.State == whole && a.Size == p.Size && a.intact():
			return true, nil
		case a.State == whole:
			return false, fmt.Errorf("%w: %s has %d bytes there (%s), and %d were signed", release.ErrDestinationDamaged, p.Path, a.Size, a.Digest, p.Size)
		default:
			g.log.InfoContext(ctx, "half an upload is deleted", "asset", a.Name, "state", a.State)
			if answer, err := g.ask(ctx, http.MethodDelete, g.path("/releases/assets/%d", a.ID), nil, nil); err != nil && status(answer) != http.StatusNotFound {
				return false, err
			}
			return false, nil
		}
	}
	if len(all) >= maxAssets {
		return false, fmt.Errorf("%w: release %s has %d files already", ErrLimit, at.Tag, len(all))
	}
	return false, nil
}

// assets lists all assets of a release. Halves are in this list only.
func (g *Repository) assets(ctx context.Context, b *build) ([]asset, error) {
	var all []asset
	for page := 1; page != 0; {
		var some []asset
		answer, err := g.ask(ctx, http.MethodGet, g.path("/releases/%d/assets?per_page=100&page=%d", b.ID, page), nil, &some)
		if status(answer) == http.StatusNotFound {
			g.forget() // somebody deleted the release
			return nil, &release.Temporary{Err: err}
		}
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		page = answer.NextPage
	}
	return all, nil
}

// send uploads the bytes.
func (g *Repository) send(ctx context.Context, b *build, at githubpath.Asset, p release.Package) (asset, error) {
	target, err := g.uploadURL(b, at.Name)
	if err != nil {
		return asset{}, err
	}
	file, err := p.Open()
	if err != nil {
		return asset{}, err
	}
	defer file.Close()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	body := &watched{r: file, timer: time.AfterFunc(stall, func() { cancel(errStalled) })}
	defer body.stop() //nolint:errcheck // asked below
	req, err := g.client.NewUploadRequest(target, body, p.Size, contentType)
	if err != nil {
		return asset{}, err
	}
	var a asset
	answer, err := g.client.Do(ctx, req, &a)
	unread := body.stop()
	switch {
	case err == nil:
		return a, nil
	case unread != nil: // nothing is wrong with GitHub
		return asset{}, unread
	case errors.Is(context.Cause(ctx), errStalled):
		return asset{}, &release.Temporary{Err: fmt.Errorf("%w for %s", errStalled, stall)}
	case status(answer) == http.StatusUnprocessableEntity && strings.Contains(err.Error(), "already_exists"):
		// Somebody else uploads it, or we did and the answer was lost.
		return asset{}, &release.Temporary{Err: err}
	case status(answer) == http.StatusNotFound && ctx.Err() == nil:
		return asset{}, &release.Temporary{Err: fmt.Errorf("release %s or its asset went away: %w", at.Tag, err)}
	}
	return asset{}, g.explain(answer, err)
}

var errStalled = errors.New("the upload stands still")

// uploadURL is where GitHub says that assets of this release go. The token
// goes there, so it must be the host that is known.
func (g *Repository) uploadURL(b *build, name string) (string, error) {
	text, _, _ := strings.Cut(b.UploadURL, "{")
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || !slices.Contains(g.hosts, u.Host) {
		return "", fmt.Errorf("GitHub names %q for uploads, and %s was expected", clean(text), g.client.UploadURL.Host)
	}
	u.RawQuery = url.Values{"name": {name}}.Encode()
	return u.String(), nil
}

// arrived compares what GitHub says it has with what was sent.
func (g *Repository) arrived(ctx context.Context, a asset, at githubpath.Asset, p release.Package) error {
	switch {
	case a.Name != at.Name:
		return fmt.Errorf("GitHub calls the asset %q instead of %q", clean(a.Name), at.Name)
	case a.State == whole && a.Size == p.Size && a.intact():
		return nil
	}
	_, err := g.ask(ctx, http.MethodDelete, g.path("/releases/assets/%d", a.ID), nil, nil)
	return &release.Temporary{Err: errors.Join(fmt.Errorf("%s did not arrive whole: %d bytes, %s, state %q", p.Path, a.Size, a.Digest, a.State), err)}
}

// watched remembers why a package could not be read, and that it is read. The
// transport may go on reading for a moment after it has answered.
type watched struct {
	mu      sync.Mutex
	r       io.Reader
	timer   *time.Timer
	err     error
	stopped bool
}

func (w *watched) Read(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return 0, io.ErrClosedPipe
	}
	w.timer.Reset(stall)
	n, err := w.r.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

// stop ends the reading, and says why it failed if it did.
func (w *watched) stop() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	w.timer.Stop()
	return w.err
}
