package githubpath

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

const (
	// Scheme begins every place.
	Scheme = "github"
	// DefaultHost is GitHub itself; every other host is GitHub Enterprise.
	DefaultHost = "github.com"
	// DefaultBranch holds koshin's files and nothing else, so that publishing
	// is never in the way of the repository's own work.
	DefaultBranch = "koshin"

	rawHost = "raw.githubusercontent.com"
)

// ErrPlace is text that names no place on GitHub.
var ErrPlace = errors.New("not github:OWNER/REPO")

// Place is a branch of a repository on GitHub, and its releases.
type Place struct {
	Host   string // [DefaultHost], or a GitHub Enterprise host, with ":port" if it needs one
	Owner  string
	Repo   string
	Branch string
}

// GitHub's own grammar of names, as its documentation and its forms have it;
// "_" in an owner's name is that of managed users. Branches are those that need
// no thought in a URL.
var (
	hostPattern   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)
	ownerPattern  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)
	repoPattern   = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)
	branchPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$`)
)

// Parse reads github:[HOST/]OWNER/REPO[@BRANCH]. Anything else is [ErrPlace].
func Parse(text string) (Place, error) {
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok || !strings.EqualFold(scheme, Scheme) {
		return Place{}, fmt.Errorf("%w: %q", ErrPlace, text)
	}
	names, branch, hasBranch := strings.Cut(rest, "@")
	p := Place{Host: DefaultHost, Branch: DefaultBranch}
	if hasBranch {
		p.Branch = branch
	}
	parts := strings.Split(names, "/")
	if len(parts) == 3 {
		p.Host, parts = strings.ToLower(parts[0]), parts[1:]
	}
	if len(parts) != 2 {
		return Place{}, fmt.Errorf("%w: %q has not two names with one slash between them", ErrPlace, text)
	}
	p.Owner, p.Repo = parts[0], parts[1]
	if err := p.check(); err != nil {
		return Place{}, fmt.Errorf("%w: %q: %w", ErrPlace, text, err)
	}
	return p, nil
}

func (p Place) check() error {
	switch {
	case !isHost(p.Host):
		return fmt.Errorf("%q is no host", p.Host)
	case !ownerPattern.MatchString(p.Owner):
		return fmt.Errorf("%q is no owner", p.Owner)
	case !repoPattern.MatchString(p.Repo), p.Repo == ".", p.Repo == "..", strings.HasSuffix(p.Repo, ".git"):
		return fmt.Errorf("%q is no repository", p.Repo)
	case !branchPattern.MatchString(p.Branch), !isRefName(p.Branch), p.Branch == "HEAD":
		return fmt.Errorf("%q is no branch: use letters, digits, '.', '_' and '-'", p.Branch)
	}
	return nil
}

// isRefName refuses what git refuses of the characters that branchPattern takes.
func isRefName(name string) bool {
	return !strings.Contains(name, "..") && !strings.HasSuffix(name, ".") && !strings.HasSuffix(name, ".lock")
}

func isHost(text string) bool {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return hostPattern.MatchString(text)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	return err == nil && number > 0 && hostPattern.MatchString(host)
}

// String is the shortest text that [Parse] reads as this place.
func (p Place) String() string {
	text := p.Owner + "/" + p.Repo
	if p.Enterprise() {
		text = p.Host + "/" + text
	}
	if p.Branch != DefaultBranch {
		text += "@" + p.Branch
	}
	return Scheme + ":" + text
}

// Enterprise says whether an organization runs this GitHub itself.
func (p Place) Enterprise() bool { return p.Host != DefaultHost }

// URL is the address under which anybody reads a file of the repository, and
// follows redirects for it: GitHub sends readers of an asset on to another
// host.
func (p Place) URL(path string) (string, error) {
	asset, ok, err := Split(path)
	switch {
	case err != nil:
		return "", err
	case ok:
		return p.AssetURL(asset), nil
	}
	return p.RawURL(path), nil
}

// AssetURL is where an asset is downloaded, once its release is published.
func (p Place) AssetURL(a Asset) string {
	return p.address(p.Host, p.Owner, p.Repo, "releases", "download", a.Tag, a.Name)
}

// RawURL is where a file of the branch is read. GitHub lets it be cached for
// five minutes. Enterprise hosts send on from here to wherever they were set up
// to serve raw files.
func (p Place) RawURL(path string) string {
	if p.Enterprise() {
		return p.address(p.Host, p.Owner, p.Repo, "raw", p.Branch, path)
	}
	return p.address(rawHost, p.Owner, p.Repo, p.Branch, path)
}

func (p Place) address(host string, parts ...string) string {
	u := url.URL{Scheme: "https", Host: host, Path: "/" + strings.Join(parts, "/")}
	return u.String()
}
