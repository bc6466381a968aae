package transport

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/koshin-updater/koshin/manifest/githubpath"
)

// Source is a place that holds a repository: a host, a branch on GitHub, or a folder.
//
// Paths are those of the repository, such as "metadata/timestamp.json", with
// slashes and nothing but letters, digits and "._-" between them. A file that
// is not there is fs.ErrNotExist. Sources are safe for concurrent use.
type Source interface {
	// Fetch reads a whole small file. One longer than max bytes is refused
	// with manifest.ErrTooLarge, one that does not arrive within half a minute
	// with ErrTimeout.
	Fetch(ctx context.Context, path string, max int64) ([]byte, error)
	// Open streams a file from byte offset on. A host that cannot do that
	// starts at the beginning instead: start says where the stream begins.
	// The caller bounds what it reads, and closes.
	Open(ctx context.Context, path string, offset int64) (body io.ReadCloser, start int64, err error)
	// Size is the length of a file in bytes, as a reader would get it. It asks a
	// host for the first byte only, for at most half a minute.
	Size(ctx context.Context, path string) (int64, error)
	// String is the source as the configuration names it.
	String() string
}

// ParseSource reads one entry of source.urls: an https address, github:OWNER/REPO
// (as githubpath.Parse), a folder (relative to baseDir, absolute, or a UNC path) or
// a file URL. Plain http is [ErrInsecureURL], anything else [ErrSource], with
// githubpath.ErrPlace where it was to be a place on GitHub. Nothing is contacted.
func ParseSource(text, baseDir string, client *http.Client) (Source, error) {
	scheme, _, hasScheme := strings.Cut(text, ":")
	switch scheme = strings.ToLower(scheme); {
	case text == "":
		return nil, fmt.Errorf("%w: it is empty", ErrSource)
	case !hasScheme, isDrive(scheme):
		return newFolder(text, absolute(text, baseDir)), nil
	case scheme == "https":
		return parseHost(text, client)
	case scheme == "http":
		return nil, fmt.Errorf("%w: %q", ErrInsecureURL, text)
	case scheme == githubpath.Scheme:
		return parseGitHub(text, client)
	case scheme == "file":
		dir, err := fileURLPath(text, runtime.GOOS)
		if err != nil {
			return nil, err
		}
		return newFolder(text, dir), nil
	}
	return nil, fmt.Errorf("%w: %q is neither https, github:OWNER/REPO, a folder nor a file URL", ErrSource, text)
}

// isDrive tells C:\releases from a URL.
func isDrive(scheme string) bool { return runtime.GOOS == "windows" && len(scheme) == 1 }

func absolute(dir, baseDir string) string {
	if filepath.IsAbs(dir) {
		return filepath.Clean(dir)
	}
	return filepath.Join(baseDir, dir)
}

func parseHost(text string, client *http.Client) (Source, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrSource, err)
	case u.Hostname() == "" || u.Opaque != "":
		return nil, fmt.Errorf("%w: %q names no host", ErrSource, text)
	case u.User != nil:
		return nil, fmt.Errorf("%w: an address with a user name or a password is not accepted", ErrSource)
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("%w: %q has a query or a fragment", ErrSource, text)
	}
	return newHost(u, client), nil
}

// fileURLPath is the folder that a file URL means: file:///srv/releases, on
// Windows also file:///C:/releases and file://server/share.
func fileURLPath(text, goos string) (string, error) {
	u, err := url.Parse(text)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrSource, err)
	}
	bad := u.Opaque != "" || u.Path == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil
	dir, onHost := u.Path, u.Host != "" && u.Host != "localhost"
	if goos == "windows" {
		if drive := strings.TrimPrefix(dir, "/"); len(drive) > 1 && drive[1] == ':' {
			dir = drive
		}
		if onHost {
			dir = "//" + u.Host + dir
		}
		dir = strings.ReplaceAll(dir, "/", `\`)
	} else if onHost {
		bad = true
	}
	if bad {
		return "", fmt.Errorf("%w: %q is not a file URL of a folder", ErrSource, text)
	}
	return dir, nil
}

var pathPattern = regexp.MustCompile(`^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$`)

// checkPath refuses what could mean something else in a URL or on a disk. The
// names come from verified metadata, which has its own check; this one keeps
// the promise even when somebody forgets that.
func checkPath(path string) error {
	if path == "." || !pathPattern.MatchString(path) || !fs.ValidPath(path) {
		return &fs.PathError{Op: "fetch", Path: path, Err: fs.ErrInvalid}
	}
	return nil
}
