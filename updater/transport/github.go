package transport

import (
	"fmt"
	"net/http"

	"github.com/koshin-updater/koshin/manifest/githubpath"
)

// parseGitHub reads github:OWNER/REPO. Its files are plain downloads: those of
// the branch from GitHub's raw host, packages from the release's page, which
// sends on to a download store with an address that is signed for a few minutes.
// So each attempt begins at the page again, and what is asked for, a range too,
// goes along. GitHub's API is never asked: it answers sixty questions an hour for
// one address, which is one office.
//
// GitHub answers 404 for what is not there, and 403 or 429 where it does not want
// to answer now. Taken for "not there", these would hide a newer root.
//
// The raw host's answers, 404 included, may be five minutes old. A timestamp of
// before is no harm: what it names is still there, since the branch keeps every
// numbered file. A numbered file that a cache does not know yet is
// trust.ErrIncomplete: another try later.
func parseGitHub(text string, client *http.Client) (Source, error) {
	place, err := githubpath.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSource, err)
	}
	return &host{
		name:     text,
		address:  place.URL,
		absent:   []int{http.StatusNotFound, http.StatusGone},
		login:    place.Enterprise(),
		client:   client,
		patience: smallFileTimeout,
	}, nil
}

// loginPage is where GitHub Enterprise in private mode sends everybody who has not
// signed in. The page itself is a 200, and no file of a repository.
const loginPage = "/login"

// status is the answer's status, as it is meant.
func (h *host) status(resp *http.Response) int {
	if h.login && resp.Request.URL.Path == loginPage {
		return http.StatusUnauthorized
	}
	return resp.StatusCode
}
