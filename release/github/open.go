package github

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"

	api "github.com/google/go-github/v60/github"

	"github.com/koshin-updater/koshin/manifest/githubpath"
	"github.com/koshin-updater/koshin/release"
)

// Options is what a repository needs of the world.
type Options struct {
	// Client is the program's way to any host. Its Transport, which must be
	// set, decides about TLS.
	Client *http.Client
	// Token is the secret of [FindToken].
	Token string
	// API is the address of an Enterprise host's API, where it is not the usual
	// one; see [APIFrom]. Empty is the usual one.
	API string
	Log *slog.Logger // nil is silent
}

// Repository is a release.Destination.
type Repository struct {
	place  githubpath.Place
	client *api.Client
	hosts  []string // that may see the token
	log    *slog.Logger

	fetching sync.Mutex        // what git has is asked for once
	commits  map[string]string // the tree of a commit, both by name, which is their hash
	trees    map[string]tree   // by name

	mu       sync.Mutex
	checked  bool
	releases map[string]*build      // by tag; nil: not asked yet
	making   map[string]*sync.Mutex // by tag: one release is made for it
}

var (
	_ release.Destination = (*Repository)(nil)
	_ release.Limited     = (*Repository)(nil)
)

// Open prepares to publish to a place. Nothing is asked yet: what is wrong
// with the repository or the token, the first call says.
func Open(place githubpath.Place, o Options) (*Repository, error) {
	base, uploads, err := addresses(place, o.API)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", place, err)
	}
	if o.Token == "" {
		return nil, fmt.Errorf("open %s: %w", place, ErrNoToken)
	}
	hosts := []string{base.Host, uploads.Host, "uploads." + place.Host} // the last: Enterprise with subdomains
	client := api.NewClient(&http.Client{
		Transport:     &guarded{next: o.Client.Transport, token: o.Token, hosts: hosts},
		CheckRedirect: o.Client.CheckRedirect,
	})
	client.BaseURL, client.UploadURL = base, uploads
	client.UserAgent = "koshin-release"
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Repository{place: place, client: client, hosts: hosts, log: o.Log,
		commits: map[string]string{}, trees: map[string]tree{}, making: map[string]*sync.Mutex{}}, nil
}

// addresses are where a host's API and its uploads are: documented for
// github.com, for Enterprise Server (/api/v3 and /api/uploads) and for
// Enterprise Cloud with data residency (SUBDOMAIN.ghe.com).
func addresses(place githubpath.Place, special string) (base, uploads *url.URL, err error) {
	b, u := "https://"+place.Host+"/api/v3/", "https://"+place.Host+"/api/uploads/"
	switch {
	case !place.Enterprise():
		b, u = "https://api.github.com/", "https://uploads.github.com/"
	case strings.HasSuffix(place.Host, ".ghe.com"):
		b, u = "https://api."+place.Host+"/", "https://uploads."+place.Host+"/"
	}
	if special != "" {
		b = strings.TrimSuffix(special, "/") + "/"
	}
	if base, err = url.Parse(b); err == nil {
		uploads, err = url.Parse(u)
	}
	if err == nil && (base.Scheme != "https" || base.Host == "" || base.User != nil) {
		err = fmt.Errorf("%q is no https address of an API", special)
	}
	return base, uploads, err
}

// path is an address of the API below the repository, relative to its base.
func (g *Repository) path(format string, args ...any) string {
	return "repos/" + g.place.Owner + "/" + g.place.Repo + fmt.Sprintf(format, args...)
}

// about is what matters of GET /repos/{owner}/{repo}.
type about struct {
	FullName    string `json:"full_name"`
	Private     bool   `json:"private"`
	Archived    bool   `json:"archived"`
	Permissions *struct {
		Push bool `json:"push"`
	} `json:"permissions"`
}

// check finds out, once, whether anything can be published here.
func (g *Repository) check(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.checked {
		return nil
	}
	var repo about
	answer, err := g.ask(ctx, http.MethodGet, g.path(""), nil, &repo)
	switch {
	case status(answer) == http.StatusNotFound:
		return fmt.Errorf("%w: %s", ErrNotThere, g.place)
	case err != nil:
		return err
	case !strings.EqualFold(repo.FullName, g.place.Owner+"/"+g.place.Repo):
		return fmt.Errorf("%w: %s has moved to %s", ErrNotThere, g.place, repo.FullName)
	case repo.Archived:
		return fmt.Errorf("%w: %s", ErrArchived, g.place)
	case repo.Private:
		return fmt.Errorf("%w: %s", ErrPrivate, g.place)
	case repo.Permissions != nil && !repo.Permissions.Push:
		return fmt.Errorf("%w: its user has no write access to %s", ErrRights, g.place)
	}
	if scopes := answer.Header.Values("X-OAuth-Scopes"); len(scopes) > 0 && !hasScope(scopes[0]) {
		return fmt.Errorf("%w: it is a classic token with the scopes %q; repo or public_repo is needed", ErrRights, scopes[0])
	}
	g.checked = true
	return nil
}

func hasScope(list string) bool {
	for scope := range strings.SplitSeq(list, ",") {
		if s := strings.TrimSpace(scope); s == "repo" || s == "public_repo" {
			return true
		}
	}
	return false
}
