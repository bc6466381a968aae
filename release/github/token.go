package github

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/manifest/githubpath"
)

const (
	// gitTimeout is for a helper that shows a window nobody sees.
	gitTimeout = 20 * time.Second
	// maxToken is far above every kind that GitHub gives out.
	maxToken = 4 << 10
)

// FindToken finds the secret for a place: in the environment, or what git
// would use for it, without asking anybody. Neither is [ErrNoToken].
//
// GITHUB_TOKEN and GH_TOKEN are for github.com and its Enterprise Cloud, and
// for an Enterprise host whose own workflow this is (GITHUB_SERVER_URL). For
// other hosts there are GH_ENTERPRISE_TOKEN and GITHUB_ENTERPRISE_TOKEN, as for
// GitHub's own program: a secret is never shown to a host that it is not for.
func FindToken(ctx context.Context, place githubpath.Place, getenv func(string) string) (string, error) {
	for _, name := range tokenNames(place, getenv) {
		token := strings.TrimSpace(getenv(name))
		switch {
		case token == "":
			continue
		case !isToken(token):
			return "", fmt.Errorf("%w: %s holds something else", ErrToken, name)
		}
		return token, nil
	}
	token, err := gitToken(ctx, place)
	if err != nil {
		return "", fmt.Errorf("%w: %s is not set, and git: %w", ErrNoToken, strings.Join(tokenNames(place, getenv), " or "), err)
	}
	return token, nil
}

func tokenNames(place githubpath.Place, getenv func(string) string) []string {
	own := []string{"GITHUB_TOKEN", "GH_TOKEN"}
	if !place.Enterprise() || strings.HasSuffix(place.Host, ".ghe.com") {
		return own
	}
	names := []string{"GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"}
	if isServer(place, getenv) {
		return append(names, own...)
	}
	return names
}

// APIFrom is the address of the API that a workflow is told (GITHUB_API_URL),
// if the workflow is of this place's host; else it is empty.
func APIFrom(place githubpath.Place, getenv func(string) string) string {
	if place.Enterprise() && isServer(place, getenv) {
		return getenv("GITHUB_API_URL")
	}
	return ""
}

func isServer(place githubpath.Place, getenv func(string) string) bool {
	u, err := url.Parse(getenv("GITHUB_SERVER_URL"))
	return err == nil && u.Scheme == "https" && strings.EqualFold(u.Host, place.Host)
}

// isToken: letters, digits and a few signs. Anything else would be a second
// header, or a sentence.
func isToken(text string) bool {
	return len(text) <= maxToken && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// gitToken asks git's credential helpers. Where they would ask a person, it
// fails instead.
func gitToken(ctx context.Context, place githubpath.Place) (string, error) {
	git, err := exec.LookPath("git")
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, gitTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, git, "credential", "fill")
	cmd.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "GCM_INTERACTIVE=never", "GIT_ASKPASS=", "SSH_ASKPASS=")
	cmd.Stdin = strings.NewReader("protocol=https\nhost=" + place.Host + "\npath=" + place.Owner + "/" + place.Repo + "\n\n")
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout = &out // never repeated, nor is what a helper says on stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git credential fill: %w", err)
	}
	for line := range strings.Lines(out.String()) {
		if secret, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "password="); ok && secret != "" && isToken(secret) {
			return secret, nil
		}
	}
	return "", errors.New("git credential fill knows none")
}
