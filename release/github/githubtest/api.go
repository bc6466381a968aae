package githubtest

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// operation is one documented operation of the API.
type operation struct {
	do     func(*call) reply
	writes bool // needs the right to change contents
	git    bool // of the Git data API, which an empty repository does not have
}

func operations() map[string]operation {
	return map[string]operation{
		"GET /repos/{owner}/{repo}":                        {do: (*call).about},
		"GET /repos/{owner}/{repo}/contents/{path...}":     {do: (*call).contents},
		"GET /repos/{owner}/{repo}/releases":               {do: (*call).listReleases},
		"POST /repos/{owner}/{repo}/releases":              {do: (*call).createRelease, writes: true},
		"GET /repos/{owner}/{repo}/release-tags/{tag}":     {do: (*call).releaseByTag},
		"GET /repos/{owner}/{repo}/releases/{id}":          {do: (*call).getRelease},
		"PATCH /repos/{owner}/{repo}/releases/{id}":        {do: (*call).editRelease, writes: true},
		"DELETE /repos/{owner}/{repo}/releases/{id}":       {do: (*call).deleteRelease, writes: true},
		"GET /repos/{owner}/{repo}/releases/{id}/assets":   {do: (*call).listAssets},
		"GET /repos/{owner}/{repo}/release-assets/{id}":    {do: (*call).getAsset},
		"DELETE /repos/{owner}/{repo}/release-assets/{id}": {do: (*call).deleteAsset, writes: true},
		"GET /repos/{owner}/{repo}/git/ref/{ref...}":       {do: (*call).getRef, git: true},
		"POST /repos/{owner}/{repo}/git/refs":              {do: (*call).createRef, writes: true, git: true},
		"PATCH /repos/{owner}/{repo}/git/refs/{ref...}":    {do: (*call).updateRef, writes: true, git: true},
		"GET /repos/{owner}/{repo}/git/commits/{sha}":      {do: (*call).getCommit, git: true},
		"POST /repos/{owner}/{repo}/git/commits":           {do: (*call).createCommit, writes: true, git: true},
		"GET /repos/{owner}/{repo}/git/trees/{sha}":        {do: (*call).getTree, git: true},
		"POST /repos/{owner}/{repo}/git/trees":             {do: (*call).createTree, writes: true, git: true},
		"GET /repos/{owner}/{repo}/git/blobs/{sha}":        {do: (*call).getBlob, git: true},
		"POST /repos/{owner}/{repo}/git/blobs":             {do: (*call).createBlob, writes: true, git: true},
	}
}

// api answers on the API's host.
func (g *GitHub) api(w http.ResponseWriter, r *http.Request, path string) {
	// Three operations share a prefix in which net/http cannot tell a number
	// from a word; inside, each has one of its own.
	path = strings.Replace(path, "/releases/assets/", "/release-assets/", 1)
	path = strings.Replace(path, "/releases/tags/", "/release-tags/", 1)
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { notFound().send(w) })
	for pattern, op := range operations() {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			g.mu.Lock()
			defer g.mu.Unlock()
			c, refused, ok := g.begin(w, r, op)
			if ok {
				refused = op.do(c)
			}
			refused.send(w)
		})
	}
	inner := r.Clone(r.Context())
	inner.URL.Path, inner.URL.RawPath = path, ""
	mux.ServeHTTP(w, inner)
}

// uploads answers on the host of uploads, which has one operation.
func (g *GitHub) uploads(w http.ResponseWriter, r *http.Request, path string) {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { notFound().send(w) })
	mux.HandleFunc("POST /repos/{owner}/{repo}/releases/{id}/assets", func(w http.ResponseWriter, r *http.Request) {
		c, a, refused := g.beginUpload(w, r)
		if a != nil {
			refused = c.receive(a)
		}
		refused.send(w)
	})
	inner := r.Clone(r.Context())
	inner.URL.Path, inner.URL.RawPath = path, ""
	mux.ServeHTTP(w, inner)
}

func (g *GitHub) beginUpload(w http.ResponseWriter, r *http.Request) (*call, *asset, reply) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c, refused, ok := g.begin(w, r, operation{writes: true})
	if !ok {
		return nil, nil, refused
	}
	a, refused := c.uploadAsset()
	return c, a, refused
}

// begin finds out who asks and about what, and whether they may.
func (g *GitHub) begin(w http.ResponseWriter, r *http.Request, op operation) (*call, reply, bool) {
	if r.Header.Get("User-Agent") == "" {
		return nil, refuse(http.StatusForbidden, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header"), false
	}
	token, who, known := g.authenticate(r)
	if !known {
		return nil, refuse(http.StatusUnauthorized, "Bad credentials"), false
	}
	if refused, ok := g.count(who, w.Header()); !ok {
		return nil, refused, false
	}
	p := g.repos[strings.ToLower(r.PathValue("owner")+"/"+r.PathValue("repo"))]
	if p == nil {
		return nil, notFound(), false
	}
	c := &call{g: g, r: r, repo: p, token: token}
	if !c.mayRead() {
		return nil, notFound(), false
	}
	if op.writes {
		if refused, ok := c.mayWrite(); !ok {
			return nil, refused, false
		}
		if r.Method == http.MethodPost && (r.Host != g.main || g.limited) {
			if refused, ok := g.countWrite(time.Now()); !ok {
				return nil, refused, false
			}
		}
	}
	if op.git && p.empty() {
		return nil, emptyRepository(), false
	}
	return c, reply{}, true
}

// Limits of reading a file's content through the API.
const (
	maxContentJSON = 1 << 20   // in JSON
	maxContentRaw  = 100 << 20 // at all
)

// contents is GET contents/{path}?ref=, of a file.
func (c *call) contents() reply {
	ref := c.r.URL.Query().Get("ref")
	if ref == "" {
		ref = defaultBranch
	}
	commit := c.target(strings.TrimPrefix(ref, "refs/heads/"))
	if commit == "" {
		return refuse(http.StatusNotFound, "No commit found for the ref "+ref)
	}
	e, ok := c.repo.objects.find(c.repo.objects.treeOf(commit), c.r.PathValue("path"))
	if !ok || e.Type != "blob" {
		return notFound()
	}
	data := c.repo.objects[e.SHA].data
	switch {
	case len(data) > maxContentRaw:
		return tooLarge("Contents")
	case wantsRaw(c.r):
		return reply{status: http.StatusOK, body: data}.with("Content-Type", "application/vnd.github.raw+json; charset=utf-8")
	}
	body := map[string]any{"type": "file", "path": c.r.PathValue("path"), "sha": e.SHA, "size": len(data), "encoding": "none", "content": ""}
	if len(data) <= maxContentJSON {
		body["encoding"], body["content"] = "base64", base64.StdEncoding.EncodeToString(data)
	}
	return reply{status: http.StatusOK, body: body}
}
