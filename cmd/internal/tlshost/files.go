package tlshost

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// pathPattern is what a repository's files are called, seen from a client.
// There is no folder to list in it and no way out of it.
var pathPattern = regexp.MustCompile(`^/(metadata|targets)(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$`)

// Files serves the metadata/ and targets/ of the repository in dir: GET and
// HEAD, with ranges, no listings. Everything else is not there.
func Files(dir string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		file, info, err := open(dir, r.URL.Path)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		defer file.Close()
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", cacheControl(r.URL.Path))
		http.ServeContent(w, r, "", info.ModTime(), file)
	})
}

// cacheControl lets caches keep what has its hash or number in its name. Only
// timestamp.json changes under its name.
func cacheControl(path string) string {
	if strings.HasSuffix(path, "/timestamp.json") {
		return "no-cache"
	}
	return "public, max-age=31536000, immutable"
}

func open(dir, path string) (*os.File, os.FileInfo, error) {
	if !pathPattern.MatchString(path) {
		return nil, nil, os.ErrNotExist
	}
	local, err := filepath.Localize(strings.TrimPrefix(path, "/"))
	if err != nil {
		return nil, nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	info, err := root.Stat(local)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, os.ErrNotExist
	}
	file, err := root.Open(local)
	return file, info, err
}

// Reception stands in for the reception system: it answers every GET and HEAD
// with 200 and a line of text. It takes no claims.
func Reception() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, fmt.Sprintf("stand-in reception system, over %s\n", r.Proto))
	})
}
