package githubtest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// signedFor is how long the address of an asset's bytes is good.
const signedFor = 5 * time.Minute

// web is what browsers and operators' PCs see.
func (g *GitHub) web(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case len(parts) == 6 && parts[2] == "releases" && parts[3] == "download":
		g.download(w, r, parts[0]+"/"+parts[1], parts[4], parts[5])
	case len(parts) > 4 && parts[2] == "raw": // sent on to where raw files are
		host := rawHost
		if r.Host == g.main {
			host = g.storage + "/raw"
		}
		http.Redirect(w, r, "https://"+host+"/"+parts[0]+"/"+parts[1]+"/"+strings.Join(parts[3:], "/"), http.StatusFound)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// download sends on to the bytes of an asset that is whole, in a release that
// is published, in a repository that everybody sees.
func (g *GitHub) download(w http.ResponseWriter, r *http.Request, repo, tag, name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.repos[strings.ToLower(repo)]
	if p != nil && !p.Private {
		if rel := p.published(tag); rel != nil {
			for _, a := range rel.assets {
				if a.name == name && a.state == uploaded {
					w.Header().Set("Cache-Control", "no-cache")
					http.Redirect(w, r, g.signed(r, a), http.StatusFound)
					return
				}
			}
		}
	}
	http.Error(w, "Not Found", http.StatusNotFound)
}

// signed is an address on another host that is good for a while.
func (g *GitHub) signed(r *http.Request, a *asset) string {
	host := storageHost
	if r.Host == g.main {
		host = g.storage
	}
	until := strconv.FormatInt(time.Now().Add(signedFor).Unix(), 10)
	path := fmt.Sprintf("/github-production-release-asset/1/%d", a.id)
	return fmt.Sprintf("https://%s%s?se=%s&sig=%s", host, path, until, g.signature(path, until))
}

func (g *GitHub) signature(path, until string) string {
	h := hmac.New(sha256.New, g.secret)
	h.Write([]byte(path + "?" + until))
	return hex.EncodeToString(h.Sum(nil))
}

// stored is the host with the bytes. It knows no tokens: a request that brings
// one has two ways of saying who it is, and is refused.
func (g *GitHub) stored(w http.ResponseWriter, r *http.Request) {
	if path, ok := strings.CutPrefix(r.URL.Path, "/raw"); ok {
		g.raw(w, r, path)
		return
	}
	query := r.URL.Query()
	until, _ := strconv.ParseInt(query.Get("se"), 10, 64)
	switch {
	case r.Header.Get("Authorization") != "":
		http.Error(w, "Only one auth mechanism allowed", http.StatusBadRequest)
		return
	case !hmac.Equal([]byte(query.Get("sig")), []byte(g.signature(r.URL.Path, query.Get("se")))), time.Now().Unix() > until:
		http.Error(w, "AuthenticationFailed", http.StatusForbidden)
		return
	}
	a := g.assetByPath(r.URL.Path)
	if a == nil {
		http.Error(w, "BlobNotFound", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", "attachment; filename="+a.name)
	w.Header().Set("ETag", fmt.Sprintf(`"0x%X"`, a.id))
	http.ServeContent(w, r, "", time.Unix(1600000000, 0), bytes.NewReader(a.data))
}

func (g *GitHub) assetByPath(path string) *asset {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range g.repos {
		for _, rel := range p.releases {
			for _, a := range rel.assets {
				if strings.HasSuffix(path, fmt.Sprintf("/%d", a.id)) && a.state == uploaded {
					return a
				}
			}
		}
	}
	return nil
}

// rawAge is how long raw files may be kept, by whoever is in between.
const rawAge = 5 * time.Minute

type cached struct {
	status int
	data   []byte
}

// HoldRaw makes the host of raw files answer as its cache does: whatever was
// asked once is answered the same, also "not there", until ReleaseRaw.
func (g *GitHub) HoldRaw() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rawCache = map[string]cached{}
}

// ReleaseRaw is five minutes later.
func (g *GitHub) ReleaseRaw() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rawCache = nil
}

// raw is GET /{owner}/{repo}/{branch, tag or commit}/{path}.
func (g *GitHub) raw(w http.ResponseWriter, r *http.Request, path string) {
	g.mu.Lock()
	answer, ok := g.rawCache[path]
	if !ok {
		answer = g.rawFile(path)
		if g.rawCache != nil {
			g.rawCache[path] = answer
		}
	}
	g.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", fmt.Sprintf("max-age=%d", int(rawAge.Seconds())))
	if answer.status != http.StatusOK {
		w.WriteHeader(answer.status)
		_, _ = w.Write([]byte("404: Not Found"))
		return
	}
	w.Header().Set("ETag", fmt.Sprintf(`W/"%x"`, sha256.Sum256(answer.data)))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(answer.data))
}

func (g *GitHub) rawFile(path string) cached {
	missing := cached{status: http.StatusNotFound}
	parts := strings.SplitN(strings.TrimPrefix(path, "/"), "/", 4)
	if len(parts) < 4 {
		return missing
	}
	p := g.repos[strings.ToLower(parts[0]+"/"+parts[1])]
	if p == nil || p.Private {
		return missing
	}
	commit := p.refs["refs/heads/"+parts[2]]
	if commit == "" {
		commit = p.refs["refs/tags/"+parts[2]]
	}
	if commit == "" && p.objects[parts[2]].kind == "commit" {
		commit = parts[2]
	}
	e, ok := p.objects.find(p.objects.treeOf(commit), parts[3])
	if !ok || e.Type != "blob" {
		return missing
	}
	return cached{http.StatusOK, p.objects[e.SHA].data}
}
